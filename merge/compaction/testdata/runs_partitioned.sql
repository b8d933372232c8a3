SELECT p0, p1, min(rowid), count(*), max(rowid) FROM temp.compaction_rows
GROUP BY ALL HAVING count(*) > 0 ORDER BY min(rowid)
