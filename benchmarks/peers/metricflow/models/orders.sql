SELECT *, coalesce(net_amount, gross_amount - coalesce(discount_amount, 0) - coalesce(refund_amount, 0)) AS net
FROM {{ source('rows', 'fact_order_live') }}
WHERE NOT coalesce(is_test, false) AND coalesce(status, '') <> 'cancelled'
