SELECT r.file, r.pos, d.by FROM temp.past_rows AS r
LEFT JOIN (SELECT __lake_file AS by, '/LAKE' || '/' || file_path AS file, pos FROM read_parquet(['/LAKE/t0/deletes/00003 ''a"; -- $$
.parquet'], filename = '__lake_file', hive_partitioning = false)) AS d
ON r.file = d.file AND r.pos = d.pos
ORDER BY r.file, r.pos
