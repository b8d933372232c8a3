CREATE SCHEMA IF NOT EXISTS "it's; ""odd""
-- $$ /*s"
