COPY (
SELECT c0 AS "it's; ""odd""
-- $$ /*", c1 AS "it's; ""odd""
-- $$ /*2", c2 AS "it's; ""odd""
-- $$ /*s", c3 AS "rowid", c4 AS "at", c5 AS "j" FROM temp.compaction_rows WHERE rowid BETWEEN 0 AND 0
) TO '/LAKE/it''s.parquet' (FORMAT parquet, PARQUET_VERSION V2, COMPRESSION lz4_raw, ROW_GROUP_SIZE 2048, USE_TMP_FILE false, FIELD_IDS {"it's; ""odd""
-- $$ /*": 1, "it's; ""odd""
-- $$ /*2": 2, "it's; ""odd""
-- $$ /*s": {__duckdb_field_id: 4, "it's; ""odd""
-- $$ /*": 5, "j": 6}, "rowid": {__duckdb_field_id: 8, "element": {__duckdb_field_id: 9, "it's; ""odd""
-- $$ /*": 10, "j": 11}}, "at": 12, "j": 13})
