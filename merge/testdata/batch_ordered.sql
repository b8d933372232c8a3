CREATE OR REPLACE TEMP TABLE merge_batch AS
WITH staged AS (
SELECT "it's; ""odd""
-- $$ /*" AS k0, "it's; ""odd""
-- $$ /*2" AS k1, "it's; ""odd""
-- $$ /*" AS o, 0 + file_row_number AS ordinal FROM read_parquet(['/LAKE/t0it''s; "odd"
-- $$ /*/batches/00005 ''a"; -- $$
.parquet'], filename = '__lake_file', file_row_number = true, hive_partitioning = false) WHERE file_row_number < 1
UNION ALL
SELECT "it's; ""odd""
-- $$ /*" AS k0, "it's; ""odd""
-- $$ /*2" AS k1, "it's; ""odd""
-- $$ /*" AS o, 1099511627776 + file_row_number AS ordinal FROM read_parquet(['/LAKE/t0it''s; "odd"
-- $$ /*/batches/00006 ''a"; -- $$
.parquet'], filename = '__lake_file', file_row_number = true, hive_partitioning = false)),
unvalued AS (SELECT k0, k1, max(ordinal) AS since FROM staged WHERE o IS NULL GROUP BY k0, k1)
SELECT k0, k1, last(ordinal ORDER BY o NULLS FIRST, ordinal) AS stays, last(o ORDER BY o NULLS FIRST, ordinal) AS o, since IS NOT NULL AS last
FROM (SELECT staged.*, since FROM staged LEFT JOIN unvalued ON staged.k0 IS NOT DISTINCT FROM unvalued.k0 AND staged.k1 IS NOT DISTINCT FROM unvalued.k1)
WHERE since IS NULL OR ordinal >= since
GROUP BY k0, k1, since
