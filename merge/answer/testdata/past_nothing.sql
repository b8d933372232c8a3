SELECT change AS "_change_2", version AS "_version", c0 AS "it's; ""odd""
-- $$ /*", c1 AS "_change", c2 AS "it's; ""odd""
-- $$ /*v", c3 AS "more"
FROM (
SELECT NULL::VARCHAR, NULL::BIGINT, CAST(NULL AS DECIMAL(38,0)), CAST(NULL AS VARCHAR), CAST(NULL AS STRUCT("it's; ""odd""
-- $$ /*" DATE)), CAST(NULL AS JSON), 0 WHERE false
) AS change(change, version, c0, c1, c2, c3, side)
