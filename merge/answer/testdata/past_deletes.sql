SELECT change AS "_change_2", version AS "_version", c0 AS "it's; ""odd""
-- $$ /*", c1 AS "_change", c2 AS "it's; ""odd""
-- $$ /*v", c3 AS "more"
FROM (
SELECT 'delete', NULL::BIGINT, c0, c1, c2, c3, 0 FROM (
SELECT r.c0, r.c1, r.c2, r.c3, r.file FROM (
SELECT CAST("it's; ""odd""
-- $$ /*" AS DECIMAL(38,0)) AS "it's; ""odd""
-- $$ /*", "_change" AS "_change", "it's; ""odd""
-- $$ /*v" AS "it's; ""odd""
-- $$ /*v", CAST(NULL AS JSON) AS "more", __lake_file, file_row_number
FROM read_parquet(['/LAKE/t0/batches/00001 ''a"; -- $$
.parquet'], filename = '__lake_file', file_row_number = true, hive_partitioning = false)
) AS r(c0, c1, c2, c3, file, pos)
SEMI JOIN temp.past_removed AS g ON r.file = g.file AND r.pos = g.pos
)
) AS change(change, version, c0, c1, c2, c3, side)
