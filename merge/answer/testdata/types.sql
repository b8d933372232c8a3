DESCRIBE FROM query('SELECT * FROM "it''s; ""odd""
-- $$ /*"; -- $$')
