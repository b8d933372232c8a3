SELECT '0', (file_row_number) >> 16 AS chunk, bitstring_agg((file_row_number) & 65535, 0, 65535)::BLOB FROM read_parquet(['/LAKE/t0it''s; "odd"
-- $$ /*/batches/00005 ''a"; -- $$
.parquet'], filename = '__lake_file', file_row_number = true, hive_partitioning = false) WHERE "it's; ""odd""
-- $$ /*" IS NOT NULL AND file_row_number < 1 GROUP BY 1, 2
UNION ALL
SELECT '1', (file_row_number) >> 16 AS chunk, bitstring_agg((file_row_number) & 65535, 0, 65535)::BLOB FROM read_parquet(['/LAKE/t0it''s; "odd"
-- $$ /*/batches/00006 ''a"; -- $$
.parquet'], filename = '__lake_file', file_row_number = true, hive_partitioning = false) WHERE "it's; ""odd""
-- $$ /*" IS NOT NULL AND file_row_number < 1 GROUP BY 1, 2
