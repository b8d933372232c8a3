SELECT e.change AS "_change_2", e.version AS "_version", e.committed AS "_committed", r.c0 AS "it's; ""odd""
-- $$ /*", r.c1 AS "_change", r.c2 AS "it's; ""odd""
-- $$ /*v", r.c3 AS "more"
FROM (SELECT NULL::VARCHAR, NULL::BIGINT, NULL::TIMESTAMPTZ) AS e(change, version, committed), (SELECT CAST(NULL AS DECIMAL(38,0)), CAST(NULL AS VARCHAR), CAST(NULL AS STRUCT("it's; ""odd""
-- $$ /*" DATE)), CAST(NULL AS JSON)) AS r(c0, c1, c2, c3)
WHERE false
