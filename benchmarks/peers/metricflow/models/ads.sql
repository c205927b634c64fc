SELECT * FROM {{ source('rows', 'fact_ad_performance_live') }}
