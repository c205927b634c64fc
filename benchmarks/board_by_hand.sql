-- The board as one would write it by hand: each table read once, people counted in it, tables joined on week and
-- channel, then 47 KPIs with the week before and the same week last year.
WITH ads AS (
  SELECT date_trunc('week', date) AS w, channel_group AS c,
    sum(impressions) AS impressions, sum(coalesce(link_clicks, clicks)) AS link_clicks,
    sum(coalesce(interactions, link_clicks, clicks)) AS interactions, sum(spend_reporting) AS spend,
    sum(conversions) AS conversions, sum(conversion_value_reporting) AS conversion_value,
    sum(viewable_impressions) AS viewable, sum(measurable_impressions) AS measurable,
    sum(eligible_impressions) AS eligible,
    sum(CASE WHEN eligible_impressions IS NOT NULL THEN impressions END) AS eligible_shown,
    sum(landing_page_views) AS landing_page_views,
    sum(CASE WHEN landing_page_views IS NOT NULL THEN coalesce(link_clicks, clicks) END) AS landing_clicks,
    sum(video_views) AS video_views,
    sum(CASE WHEN video_views > 0 OR (video_views = 0 AND video_plays > 0) THEN impressions END) AS video_impressions,
    sum(CASE WHEN video_views > 0 OR (video_views = 0 AND video_plays > 0) THEN spend_reporting END) AS video_spend,
    sum(engagements) AS engagements, sum(CASE WHEN engagements IS NOT NULL THEN spend_reporting END) AS engagement_spend
  FROM fact_ad_performance_live WHERE date >= $first AND date < $end GROUP BY ALL
), web AS (
  SELECT date_trunc('week', date) AS w, channel_group AS c, sum(sessions) AS sessions,
    sum(engaged_sessions) AS engaged, sum(converting_sessions) AS converting, sum(session_seconds) AS seconds,
    sum(engagement_seconds) AS engagement_seconds, sum(pageviews) AS pageviews, sum(signups) AS signups,
    sum(form_submits) AS form_submits, sum(form_starts) AS form_starts, sum(purchase_sessions) AS purchases,
    sum(add_to_cart_sessions) AS carts
  FROM fact_web_sessions_live WHERE date >= $first AND date < $end GROUP BY ALL
), orders AS (
  SELECT date_trunc('week', date) AS w, channel_group AS c, count(*) AS orders,
    count(CASE WHEN status = 'delivered' THEN 1 END) AS delivered,
    count(CASE WHEN status IN ('failed', 'returned') THEN 1 END) AS returned,
    count(CASE WHEN status IN ('shipped', 'delivered', 'failed', 'returned') THEN 1 END) AS shipped,
    sum(coalesce(net_amount, gross_amount - coalesce(discount_amount, 0) - coalesce(refund_amount, 0))) AS net,
    sum(CASE WHEN status = 'delivered'
      THEN coalesce(net_amount, gross_amount - coalesce(discount_amount, 0) - coalesce(refund_amount, 0)) END)
      AS delivered_net,
    count(CASE WHEN is_first_order THEN 1 END) AS new_customers,
    count(DISTINCT CASE WHEN NOT is_first_order THEN customer_key END) AS returning_customers
  FROM fact_order_live WHERE date >= $first AND date < $end
    AND NOT coalesce(is_test, false) AND coalesce(status, '') <> 'cancelled' GROUP BY ALL
), lines AS (
  SELECT date_trunc('week', f.date) AS w, coalesce(o.channel_group, f.channel_group) AS c, sum(f.quantity) AS units,
    sum(CASE WHEN coalesce(o.status, '') IN ('failed', 'returned') THEN f.variable_cost
      ELSE f.unit_cost * f.quantity + coalesce(f.variable_cost, 0) END) AS cogs
  FROM fact_order_line_live f LEFT JOIN fact_order_live o ON o.platform IS NOT DISTINCT FROM f.platform
    AND o.account IS NOT DISTINCT FROM f.account AND o.order_id IS NOT DISTINCT FROM f.order_id
  WHERE f.date >= $first AND f.date < $end AND NOT coalesce(o.is_test, false)
    AND coalesce(o.status, '') <> 'cancelled' GROUP BY ALL
), leads AS (
  SELECT date_trunc('week', date) AS w, channel_group AS c, count(CASE WHEN stage = 'lead' THEN 1 END) AS leads,
    count(CASE WHEN stage = 'mql' THEN 1 END) AS mqls, count(CASE WHEN stage = 'sql' THEN 1 END) AS sqls,
    count(CASE WHEN stage = 'won' THEN 1 END) AS won, count(CASE WHEN stage = 'lost' THEN 1 END) AS lost,
    median(CASE WHEN stage = 'lead' AND first_response_at >= created_at
      THEN date_diff('second', created_at, first_response_at) END) AS response,
    median(CASE WHEN stage = 'won' AND won_at >= created_at THEN date_diff('second', created_at, won_at) END) AS cycle
  FROM fact_lead_event_live WHERE date >= $first AND date < $end GROUP BY ALL
), cohorts AS (
  SELECT date_trunc('week', CAST(created_at AS DATE)) AS w, channel_group AS c,
    count(CASE WHEN stage = 'mql' AND entered_at < created_at + INTERVAL 30 DAY THEN 1 END) AS to_mql,
    count(CASE WHEN stage = 'won' AND entered_at < created_at + INTERVAL 30 DAY THEN 1 END) AS to_customer,
    count(CASE WHEN NOT coalesce(is_rejected, false) AND entered_at < created_at + INTERVAL 30 DAY AND (stage = 'mql'
      OR (stage = 'sql' AND (mql_at IS NULL OR mql_at >= created_at + INTERVAL 30 DAY))) THEN 1 END) AS qualified
  FROM fact_lead_event_live WHERE CAST(created_at AS DATE) >= $first AND CAST(created_at AS DATE) < $end GROUP BY ALL
), steps AS (
  SELECT date_trunc('week', CAST(mql_at AS DATE)) AS w, channel_group AS c,
    count(CASE WHEN stage = 'sql' AND entered_at < mql_at + INTERVAL 30 DAY THEN 1 END) AS mql_to_sql
  FROM fact_lead_event_live WHERE CAST(mql_at AS DATE) >= $first AND CAST(mql_at AS DATE) < $end GROUP BY ALL
), k AS (
  SELECT w, c, converting / nullif(sessions, 0) AS conversion_rate, sessions AS website_traffic,
    (sessions - engaged) / nullif(sessions, 0) AS bounce_rate,
    converting / nullif(sessions, 0) AS landing_page_conversion_rate,
    engaged / nullif(sessions, 0) AS web_engagement_rate, seconds / nullif(sessions, 0) AS average_session_duration,
    engagement_seconds / nullif(sessions, 0) AS average_engagement_time,
    pageviews / nullif(sessions, 0) AS pages_per_session, form_submits / nullif(form_starts, 0) AS form_completion_rate,
    signups AS signups_count, purchases / nullif(sessions, 0) AS ecommerce_conversion_rate,
    (carts - purchases) / nullif(carts, 0) AS cart_abandonment_rate,
    link_clicks / nullif(impressions, 0) AS click_through_rate, conversions / nullif(interactions, 0) AS ad_conversion_rate,
    spend / nullif(link_clicks, 0) AS cost_per_click, viewable / nullif(measurable, 0) AS viewability_rate,
    1000 * spend / nullif(impressions, 0) AS cpm, eligible_shown / nullif(eligible, 0) AS search_impression_share,
    landing_page_views / nullif(landing_clicks, 0) AS landing_page_view_rate,
    video_views / nullif(video_impressions, 0) AS video_view_rate, video_spend / nullif(video_views, 0) AS cost_per_view,
    engagement_spend / nullif(engagements, 0) AS cost_per_engagement,
    spend / nullif(conversions, 0) AS cost_per_conversion, conversion_value / nullif(spend, 0) AS return_on_ad_spend,
    new_customers AS new_customers, to_customer / nullif(leads, 0) AS lead_to_customer_rate,
    mqls AS marketing_qualified_leads, sqls AS sales_qualified_leads, leads AS leads_generated,
    to_mql / nullif(leads, 0) AS lead_to_mql_rate, mql_to_sql / nullif(mqls, 0) AS mql_to_sql_rate,
    qualified / nullif(leads, 0) AS lead_quality_rate, response AS lead_response_time,
    delivered / nullif(orders, 0) AS order_success_rate, net / nullif(orders, 0) AS average_order_value,
    orders AS orders_count, won / nullif(won + lost, 0) AS sales_conversion_rate, net AS net_revenue_total,
    cycle AS sales_cycle_length, units / nullif(orders, 0) AS units_per_order, delivered_net AS delivered_revenue,
    returned / nullif(shipped, 0) AS return_rate, (net - cogs) / nullif(net, 0) AS gross_margin_rate,
    net / nullif(spend, 0) AS marketing_efficiency_ratio, spend / nullif(net, 0) AS ad_cost_ratio,
    delivered_net / nullif(spend, 0) AS delivered_roas, returning_customers AS returning_customers_count
  FROM ads FULL JOIN web USING (w, c) FULL JOIN orders USING (w, c) FULL JOIN lines USING (w, c)
    FULL JOIN leads USING (w, c) FULL JOIN cohorts USING (w, c) FULL JOIN steps USING (w, c)
)
SELECT k.*, before.* EXCLUDE (w, c), earlier.* EXCLUDE (w, c)
FROM k LEFT JOIN k before ON before.w = k.w - INTERVAL 7 DAY AND before.c = k.c
  LEFT JOIN k earlier ON earlier.w = k.w - INTERVAL 364 DAY AND earlier.c = k.c
WHERE k.w >= $start ORDER BY k.w, k.c
