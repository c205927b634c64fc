SELECT f.date, coalesce(o.channel_group, f.channel_group) AS channel_group, f.quantity,
  CASE WHEN coalesce(o.status, '') IN ('failed', 'returned') THEN f.variable_cost
    ELSE f.unit_cost * f.quantity + coalesce(f.variable_cost, 0) END AS cost
FROM {{ source('rows', 'fact_order_line_live') }} f LEFT JOIN {{ source('rows', 'fact_order_live') }} o
  ON o.platform IS NOT DISTINCT FROM f.platform AND o.account IS NOT DISTINCT FROM f.account
  AND o.order_id IS NOT DISTINCT FROM f.order_id
WHERE NOT coalesce(o.is_test, false) AND coalesce(o.status, '') <> 'cancelled'
