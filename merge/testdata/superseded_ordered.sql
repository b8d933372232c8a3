CREATE OR REPLACE TEMP TABLE merge_matched AS
SELECT m.* FROM temp.merge_matched AS m
ANTI JOIN (SELECT '/LAKE' || '/' || file_path AS file, pos FROM read_parquet(['/LAKE/t0/deletes/00002 ''a"; -- $$
.parquet'], hive_partitioning = false)) AS gone ON m.file = gone.file AND m.pos = gone.pos
