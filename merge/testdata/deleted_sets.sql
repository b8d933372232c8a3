SELECT file_path, (pos) >> 16 AS chunk, bitstring_agg((pos) & 65535, 0, 65535)::BLOB FROM read_parquet(['/LAKE/t0/deletes/00002 ''a"; -- $$
.parquet'], hive_partitioning = false)
GROUP BY 1, 2
