SELECT e.change AS "_change_2", e.version AS "_version", e.committed AS "_committed", r.c0 AS "it's; ""odd""
-- $$ /*", r.c1 AS "_change", r.c2 AS "it's; ""odd""
-- $$ /*v", r.c3 AS "more"
FROM (VALUES (0, 'insert', 7::BIGINT, TIMESTAMPTZ '0001-01-01 00:00:00Z', '/LAKE/t0/batches/00001 ''a"; -- $$
.parquet', 0, NULL::VARCHAR, NULL::BIGINT),
(1, 'update', 9::BIGINT, TIMESTAMPTZ '0001-01-01 00:00:00Z', 'it''s; "odd"
-- $$ /*', 7, '/LAKE/t0/batches/00001 ''a"; -- $$
.parquet', 0)) AS e(n, change, version, committed, file, pos, old_file, old_pos)
JOIN temp.past_rows AS r ON e.file = r.file AND e.pos = r.pos
LEFT JOIN temp.past_rows AS o ON e.old_file = o.file AND e.old_pos = o.pos
WHERE e.change <> 'update' OR row(r.c0, r.c1, r.c2, r.c3) IS DISTINCT FROM row(o.c0, o.c1, o.c2, o.c3)
ORDER BY e.n
