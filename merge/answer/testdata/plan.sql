EXPLAIN (FORMAT json) FROM query('SELECT * FROM "it''s; ""odd""
-- $$ /*"; -- $$')
