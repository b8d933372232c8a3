CREATE OR REPLACE TEMP TABLE merge_batch AS
SELECT k0, k1, ordinal AS stays, o, o IS NULL AS last FROM (
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
.parquet'], filename = '__lake_file', file_row_number = true, hive_partitioning = false))
