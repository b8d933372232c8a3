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
),
pairs AS MATERIALIZED (
SELECT b.file IS NOT NULL AS was, a.file IS NOT NULL AS lives, a.file AS file, b.c0 AS b0, a.c0 AS a0, b.c1 AS b1, a.c1 AS a1, b.c2 AS b2, a.c2 AS a2, b.c3 AS b3, a.c3 AS a3
FROM before AS b FULL JOIN after AS a ON b.c0 IS NOT DISTINCT FROM a.c0 AND b.c1 IS NOT DISTINCT FROM a.c1
WHERE b.file IS NULL OR a.file IS NULL OR row(b.c0, b.c1, b.c2, b.c3) IS DISTINCT FROM row(a.c0, a.c1, a.c2, a.c3)
)
SELECT change AS "_change_2", version AS "_version", c0 AS "it's; ""odd""
-- $$ /*", c1 AS "_change", c2 AS "it's; ""odd""
-- $$ /*v", c3 AS "more"
FROM (
SELECT CASE WHEN lives THEN 'update_before' ELSE 'delete' END, CASE WHEN lives THEN CASE WHEN file IN ('/LAKE/t0/batches/00002 ''a"; -- $$
.parquet') THEN 7::BIGINT END ELSE NULL::BIGINT END, b0, b1, b2, b3, 0 FROM pairs WHERE was
UNION ALL
SELECT CASE WHEN was THEN 'update_after' ELSE 'insert' END, CASE WHEN lives THEN CASE WHEN file IN ('/LAKE/t0/batches/00002 ''a"; -- $$
.parquet') THEN 7::BIGINT END ELSE NULL::BIGINT END, a0, a1, a2, a3, 1 FROM pairs WHERE lives
) AS change(change, version, c0, c1, c2, c3, side)
ORDER BY c0, c1, side
