SELECT file_path, bitstring_agg(pos, 0, 999)::BLOB FROM read_parquet(['/LAKE/t0/deletes/00002 ''a"; -- $$
.parquet'], hive_partitioning = false)
WHERE pos < 1000 GROUP BY 1
