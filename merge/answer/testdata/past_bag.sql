WITH before AS MATERIALIZED (
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
),
after AS MATERIALIZED (
SELECT r.c0, r.c1, r.c2, r.c3, r.file FROM (
SELECT "it's; ""odd""
-- $$ /*" AS "it's; ""odd""
-- $$ /*", "_change" AS "_change", "it's; ""odd""
-- $$ /*v" AS "it's; ""odd""
-- $$ /*v", CAST("more" AS JSON) AS "more", __lake_file, file_row_number
FROM read_parquet(['/LAKE/t0/batches/00002 ''a"; -- $$
.parquet'], filename = '__lake_file', file_row_number = true, hive_partitioning = false)
) AS r(c0, c1, c2, c3, file, pos)
ANTI JOIN (SELECT '/LAKE' || '/' || file_path AS file, pos FROM read_parquet(['/LAKE/t0/deletes/00003 ''a"; -- $$
.parquet'], hive_partitioning = false)) AS g ON r.file = g.file AND r.pos = g.pos
)
SELECT change AS "_change_2", version AS "_version", c0 AS "it's; ""odd""
-- $$ /*", c1 AS "_change", c2 AS "it's; ""odd""
-- $$ /*v", c3 AS "more"
FROM (
SELECT 'delete', NULL::BIGINT, c0, c1, c2, c3, 0 FROM (SELECT c0, c1, c2, c3 FROM before EXCEPT ALL SELECT c0, c1, c2, c3 FROM after)
UNION ALL
SELECT 'insert', NULL::BIGINT, c0, c1, c2, c3, 1 FROM (SELECT c0, c1, c2, c3 FROM after EXCEPT ALL SELECT c0, c1, c2, c3 FROM before)
) AS change(change, version, c0, c1, c2, c3, side)
