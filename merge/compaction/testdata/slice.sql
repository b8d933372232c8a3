SELECT c0 AS "it's; ""odd""
-- $$ /*", c1 AS "it's; ""odd""
-- $$ /*2", c2 AS "it's; ""odd""
-- $$ /*s", c3 AS "rowid", c4 AS "at", c5 AS "j" FROM temp.compaction_rows WHERE rowid BETWEEN 1 AND 2
