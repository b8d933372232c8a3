CREATE OR REPLACE TEMP TABLE past_rows AS
SELECT * FROM (
SELECT CAST("it's; ""odd""
-- $$ /*" AS DECIMAL(38,0)) AS "it's; ""odd""
-- $$ /*", "_change" AS "_change", "it's; ""odd""
-- $$ /*v" AS "it's; ""odd""
-- $$ /*v", CAST(NULL AS JSON) AS "more", __lake_file, file_row_number
FROM read_parquet(['/LAKE/t0/batches/00001 ''a"; -- $$
.parquet'], filename = '__lake_file', file_row_number = true, hive_partitioning = false)
UNION ALL
SELECT "it's; ""odd""
-- $$ /*" AS "it's; ""odd""
-- $$ /*", "_change" AS "_change", "it's; ""odd""
-- $$ /*v" AS "it's; ""odd""
-- $$ /*v", CAST("more" AS JSON) AS "more", __lake_file, file_row_number
FROM read_parquet(['/LAKE/t0/batches/00002 ''a"; -- $$
.parquet'], filename = '__lake_file', file_row_number = true, hive_partitioning = false)
) AS r(c0, c1, c2, c3, file, pos)
WHERE r.c0 = CAST('1' AS DECIMAL(38,0)) AND r.c1 IS NULL
