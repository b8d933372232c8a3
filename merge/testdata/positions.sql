COPY (
SELECT file_path, pos FROM (
SELECT path AS file_path, ordinal & 1099511627775 AS pos FROM (
SELECT range AS ordinal FROM range(0, 1) UNION ALL SELECT range AS ordinal FROM range(1099511627776, 1099511627777)) AS r
ANTI JOIN temp.merge_batch AS b ON r.ordinal = b.last
JOIN (SELECT * FROM (VALUES (0, 't0it''s; "odd"
-- $$ /*/batches/00005 ''a"; -- $$
.parquet'), (1, 't0it''s; "odd"
-- $$ /*/batches/00006 ''a"; -- $$
.parquet')) AS v(number, path)) AS f ON f.number = r.ordinal >> 40
UNION ALL
SELECT substr(file, length('/LAKE/') + 1) AS file_path, pos FROM temp.merge_matched
UNION ALL
SELECT path AS file_path, ordinal & 1099511627775 AS pos FROM (
SELECT range AS ordinal FROM range(1, 2)) AS r
JOIN (SELECT * FROM (VALUES (0, 't0it''s; "odd"
-- $$ /*/batches/00005 ''a"; -- $$
.parquet'), (1, 't0it''s; "odd"
-- $$ /*/batches/00006 ''a"; -- $$
.parquet')) AS v(number, path)) AS f ON f.number = r.ordinal >> 40)
ORDER BY file_path, pos
) TO '/LAKE/t0it''s; "odd"
-- $$ /*/deletes/00007 ''a"; -- $$
.parquet' (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false, FIELD_IDS {file_path: 2147483546, pos: 2147483545})
