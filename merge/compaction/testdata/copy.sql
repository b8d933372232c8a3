COPY (
SELECT "it's; ""odd""
-- $$ /*", "it's; ""odd""
-- $$ /*2", CAST("it's; ""odd""
-- $$ /*s" AS STRUCT("it's; ""odd""
-- $$ /*" TIMESTAMP WITH TIME ZONE, "j" VARCHAR)) AS "it's; ""odd""
-- $$ /*s", CAST("rowid" AS STRUCT("it's; ""odd""
-- $$ /*" UUID, "j" VARCHAR)[]) AS "rowid", "at", CAST("j" AS VARCHAR) AS "j"
FROM (
SELECT "it's; ""odd""
-- $$ /*" AS "it's; ""odd""
-- $$ /*", "it's; ""odd""
-- $$ /*2" AS "it's; ""odd""
-- $$ /*2", CASE WHEN "it's; ""odd""
-- $$ /*s" IS NOT NULL THEN struct_pack("it's; ""odd""
-- $$ /*" := struct_extract("it's; ""odd""
-- $$ /*s", 'it''s; "odd"
-- $$ /*'), "j" := CAST(struct_extract("it's; ""odd""
-- $$ /*s", 'j') AS JSON)) END AS "it's; ""odd""
-- $$ /*s", [CASE WHEN e0 IS NOT NULL THEN struct_pack("it's; ""odd""
-- $$ /*" := struct_extract(e0, 'it''s; "odd"
-- $$ /*'), "j" := CAST(struct_extract(e0, 'j') AS JSON)) END FOR e0 IN "rowid"] AS "rowid", "at" AS "at", CAST("j" AS JSON) AS "j"
FROM read_parquet(['/LAKE/it%27s%20%22t%22%3B%20%24%24/batches/00002 ''a"; -- $$
.parquet'], filename = '__lake_file', file_row_number = true, hive_partitioning = false)
)
ORDER BY "it's; ""odd""
-- $$ /*" NULLS FIRST, "it's; ""odd""
-- $$ /*2" NULLS FIRST
) TO '/LAKE/it%27s%20%22t%22%3B%20%24%24/batches/00001 ''a"; -- $$
.parquet.staged' (FORMAT parquet, PARQUET_VERSION V2, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 2048, USE_TMP_FILE false, FIELD_IDS {"it's; ""odd""
-- $$ /*": 1, "it's; ""odd""
-- $$ /*2": 2, "it's; ""odd""
-- $$ /*s": {__duckdb_field_id: 4, "it's; ""odd""
-- $$ /*": 5, "j": 6}, "rowid": {__duckdb_field_id: 8, "element": {__duckdb_field_id: 9, "it's; ""odd""
-- $$ /*": 10, "j": 11}}, "at": 12, "j": 13})
