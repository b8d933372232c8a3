CREATE OR REPLACE VIEW "it's; ""odd""
-- $$ /*" AS
SELECT "it's; ""odd""
-- $$ /*" AS "it's; ""odd""
-- $$ /*", "it's; ""odd""
-- $$ /*2" AS "it's; ""odd""
-- $$ /*2", CASE WHEN "it's; ""odd""
-- $$ /*s" IS NOT NULL THEN struct_pack("it's; ""odd""
-- $$ /*" := struct_extract("it's; ""odd""
-- $$ /*s", 'it''s; "odd"
-- $$ /*'), "j" := CAST(struct_extract("it's; ""odd""
-- $$ /*s", 'j') AS JSON), "new" := struct_extract("it's; ""odd""
-- $$ /*s", 'new')) END AS "it's; ""odd""
-- $$ /*s", CAST("it's; ""odd""
-- $$ /*l" AS JSON) AS "it's; ""odd""
-- $$ /*l", regexp_replace(CAST("more" AS VARCHAR), '^(-?)[.]', '\10.') AS "more"
FROM read_parquet([coalesce(getvariable('lake'), '/LAKE') || '/t0it''s; "odd"
-- $$ /*/batches/00003 ''a"; -- $$
.parquet'], filename = '__lake_file', file_row_number = true, hive_partitioning = false)
UNION ALL
SELECT "it's; ""odd""
-- $$ /*" AS "it's; ""odd""
-- $$ /*", "it's; ""odd""
-- $$ /*2" AS "it's; ""odd""
-- $$ /*2", CASE WHEN "it's; ""odd""
-- $$ /*s" IS NOT NULL THEN struct_pack("it's; ""odd""
-- $$ /*" := struct_extract("it's; ""odd""
-- $$ /*s", 'it''s; "odd"
-- $$ /*'), "j" := CAST(struct_extract("it's; ""odd""
-- $$ /*s", 'j') AS JSON), "new" := struct_extract("it's; ""odd""
-- $$ /*s", 'new')) END AS "it's; ""odd""
-- $$ /*s", CAST("it's; ""odd""
-- $$ /*l" AS JSON) AS "it's; ""odd""
-- $$ /*l", "more" AS "more"
FROM read_parquet([coalesce(getvariable('lake'), '/LAKE') || '/t0it''s; "odd"
-- $$ /*/batches/00004 ''a"; -- $$
.parquet'], filename = '__lake_file', file_row_number = true, hive_partitioning = false)
UNION ALL
SELECT CAST("it's; ""odd""
-- $$ /*" AS DECIMAL(38,0)) AS "it's; ""odd""
-- $$ /*", "it's; ""odd""
-- $$ /*2" AS "it's; ""odd""
-- $$ /*2", CASE WHEN "it's; ""odd""
-- $$ /*s" IS NOT NULL THEN struct_pack("it's; ""odd""
-- $$ /*" := CAST(struct_extract("it's; ""odd""
-- $$ /*s", 'it''s; "odd"
-- $$ /*') AS TIMESTAMP) AT TIME ZONE 'UTC', "j" := CAST(struct_extract("it's; ""odd""
-- $$ /*s", 'j') AS JSON), "new" := CAST(NULL AS VARCHAR)) END AS "it's; ""odd""
-- $$ /*s", CAST(CASE WHEN "it's; ""odd""
-- $$ /*l" IS NOT NULL THEN '[' || coalesce(list_aggregate([coalesce(CASE WHEN e0 IS NOT NULL THEN '{"it''s; \"odd\"\n-- $$ /*":' || coalesce(CAST(to_json(rtrim(rtrim(strftime(struct_extract(e0, 'it''s; "odd"
-- $$ /*') AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%f'), '0'), '.') || 'Z') AS VARCHAR), 'null') || '}' END, 'null') FOR e0 IN "it's; ""odd""
-- $$ /*l"], 'string_agg', ','), '') || ']' END AS JSON) AS "it's; ""odd""
-- $$ /*l", CAST(NULL AS VARCHAR) AS "more"
FROM (
SELECT live.* FROM (SELECT *, 1 AS __lake_file FROM read_parquet(coalesce(getvariable('lake'), '/LAKE') || '/t0/batches/00001 ''a"; -- $$
.parquet', file_row_number = true, hive_partitioning = false)) AS live
JOIN (SELECT 1 AS one, bitstring_agg(pos, 0, 1) AS bits FROM read_parquet([coalesce(getvariable('lake'), '/LAKE') || '/t0/deletes/00002 ''a"; -- $$
.parquet'], hive_partitioning = false) WHERE file_path = 't0/batches/00001 ''a"; -- $$
.parquet') AS gone ON live.__lake_file = gone.one
WHERE get_bit(gone.bits, CAST(live.file_row_number AS INTEGER)) = 0
)
