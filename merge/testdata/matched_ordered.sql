CREATE OR REPLACE TEMP TABLE merge_matched AS
SELECT __lake_file AS file, file_row_number AS pos, b.stays, coalesce(l.o > b.o AND NOT b.last, false) AS newer FROM (SELECT * FROM (
SELECT CAST("it's; ""odd""
-- $$ /*" AS DECIMAL(38,0)) AS k0, "it's; ""odd""
-- $$ /*2" AS k1, CAST("it's; ""odd""
-- $$ /*" AS DECIMAL(38,0)) AS o, __lake_file, file_row_number FROM read_parquet(['/LAKE/t0/batches/00001 ''a"; -- $$
.parquet'], filename = '__lake_file', file_row_number = true, hive_partitioning = false)
UNION ALL
SELECT "it's; ""odd""
-- $$ /*" AS k0, "it's; ""odd""
-- $$ /*2" AS k1, "it's; ""odd""
-- $$ /*" AS o, __lake_file, file_row_number FROM read_parquet(['/LAKE/t0it''s; "odd"
-- $$ /*/batches/00003 ''a"; -- $$
.parquet'], filename = '__lake_file', file_row_number = true, hive_partitioning = false)
UNION ALL
SELECT "it's; ""odd""
-- $$ /*" AS k0, "it's; ""odd""
-- $$ /*2" AS k1, "it's; ""odd""
-- $$ /*" AS o, __lake_file, file_row_number FROM read_parquet(['/LAKE/t0it''s; "odd"
-- $$ /*/batches/00004 ''a"; -- $$
.parquet'], filename = '__lake_file', file_row_number = true, hive_partitioning = false))) AS l
JOIN temp.merge_batch AS b ON l.k0 IS NOT DISTINCT FROM b.k0 AND l.k1 IS NOT DISTINCT FROM b.k1
