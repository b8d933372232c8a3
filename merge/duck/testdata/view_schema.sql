CREATE OR REPLACE VIEW "it's; ""odd""
-- $$ /*s"."it's; ""odd""
-- $$ /*" AS
SELECT CAST(NULL AS BIGINT) AS "id"
WHERE false
