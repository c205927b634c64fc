SELECT * FROM {{ source('rows', 'fact_lead_event_live') }}
