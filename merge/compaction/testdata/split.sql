SELECT CAST(k AS VARCHAR) FROM (SELECT DISTINCT unnest(quantile_disc(k, [1/4, 2/4, 3/4])) AS k FROM (SELECT "it's; ""odd""
-- $$ /*" AS k FROM (
SELECT "it's; ""odd""
-- $$ /*", "it's; ""odd""
-- $$ /*2", CAST("it's; ""odd""
-- $$ /*s" AS STRUCT("it's; ""odd""
-- $$ /*" TIMESTAMP WITH TIME ZONE, "j" VARCHAR)) AS "it's; ""odd""
-- $$ /*s", CAST("rowid" AS STRUCT("it's; ""odd""
-- $$ /*" UUID, "j" VARCHAR)[]) AS "rowid", "at", CAST("j" AS VARCHAR) AS "j"
FROM (
SELECT CAST("it's; ""odd""
-- $$ /*" AS DECIMAL(38,0)) AS "it's; ""odd""
-- $$ /*", "it's; ""odd""
-- $$ /*2" AS "it's; ""odd""
-- $$ /*2", CASE WHEN "it's; ""odd""
-- $$ /*s" IS NOT NULL THEN struct_pack("it's; ""odd""
-- $$ /*" := struct_extract("it's; ""odd""
-- $$ /*s", 'it''s; "odd"
-- $$ /*'), "j" := CAST(struct_extract("it's; ""odd""
-- $$ /*s", 'j') AS JSON)) END AS "it's; ""odd""
-- $$ /*s", CAST(NULL AS STRUCT("it's; ""odd""
-- $$ /*" UUID, "j" JSON)[]) AS "rowid", CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS "at", CAST(NULL AS JSON) AS "j"
FROM (
SELECT live.* FROM (SELECT *, 1 AS __lake_file FROM read_parquet('/LAKE/it%27s%20%22t%22%3B%20%24%24/batches/00001 ''a"; -- $$
.parquet', file_row_number = true, hive_partitioning = false)) AS live
JOIN (SELECT 1 AS one, bitstring_agg(pos, 0, 2) AS bits FROM read_parquet(['/LAKE/it%27s%20%22t%22%3B%20%24%24it''s; "odd"
-- $$ /*/deletes/00003 ''a"; -- $$
.parquet'], hive_partitioning = false) WHERE file_path = 'it%27s%20%22t%22%3B%20%24%24/batches/00001 ''a"; -- $$
.parquet') AS gone ON live.__lake_file = gone.one
WHERE get_bit(gone.bits, CAST(live.file_row_number AS INTEGER)) = 0
)
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
-- $$ /*s", 'j') AS JSON)) END AS "it's; ""odd""
-- $$ /*s", [CASE WHEN e0 IS NOT NULL THEN struct_pack("it's; ""odd""
-- $$ /*" := struct_extract(e0, 'it''s; "odd"
-- $$ /*'), "j" := CAST(struct_extract(e0, 'j') AS JSON)) END FOR e0 IN "rowid"] AS "rowid", "at" AS "at", CAST("j" AS JSON) AS "j"
FROM read_parquet(['/LAKE/it%27s%20%22t%22%3B%20%24%24/batches/00002 ''a"; -- $$
.parquet'], filename = '__lake_file', file_row_number = true, hive_partitioning = false)
)
) WHERE "it's; ""odd""
-- $$ /*" IS NOT NULL USING SAMPLE 10000 ROWS)) WHERE k IS NOT NULL ORDER BY k
