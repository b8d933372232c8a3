DROP TABLE IF EXISTS temp.compaction_rows
