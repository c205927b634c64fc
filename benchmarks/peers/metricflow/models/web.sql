SELECT * FROM {{ source('rows', 'fact_web_sessions_live') }}
