-- Cases by where they are and when they came: squares of 1/500 degree (about 200 m), so that the cases near a point are
-- found at the same cost however many there are. The expression is that of sql/duplicates.sql; cases without a point
-- stand under null.

create index cases_cell on cases ((floor(lon * 500)::bigint * 1000000 + floor(lat * 500)::bigint), reported_at);
