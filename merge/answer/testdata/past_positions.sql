CREATE OR REPLACE TEMP TABLE past_removed AS
SELECT p.file, p.pos FROM (SELECT '/LAKE' || '/' || file_path AS file, pos FROM read_parquet(['/LAKE/t0/deletes/00003 ''a"; -- $$
.parquet'], hive_partitioning = false)) AS p
ANTI JOIN (SELECT '/LAKE' || '/' || file_path AS file, pos FROM read_parquet(['/LAKE/t0/deletes/00003 ''a"; -- $$
.parquet'], hive_partitioning = false)) AS w ON p.file = w.file AND p.pos = w.pos
WHERE p.file NOT IN ('/LAKE/t0/batches/00002 ''a"; -- $$
.parquet')
