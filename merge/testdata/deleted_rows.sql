SELECT '0', bitstring_agg(file_row_number, 0, 7)::BLOB FROM read_parquet(['/LAKE/t0it''s; "odd"
-- $$ /*/batches/00005 ''a"; -- $$
.parquet'], filename = '__lake_file', file_row_number = true, hive_partitioning = false) WHERE "it's; ""odd""
-- $$ /*" IS NOT NULL AND file_row_number < 1 HAVING count(*) > 0
UNION ALL
SELECT '1', bitstring_agg(file_row_number, 0, 7)::BLOB FROM read_parquet(['/LAKE/t0it''s; "odd"
-- $$ /*/batches/00006 ''a"; -- $$
.parquet'], filename = '__lake_file', file_row_number = true, hive_partitioning = false) WHERE "it's; ""odd""
-- $$ /*" IS NOT NULL AND file_row_number < 1 HAVING count(*) > 0
