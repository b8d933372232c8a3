SELECT c0, c1, c2, c3, c4
FROM query('SELECT * FROM "it''s; ""odd""
-- $$ /*"; -- $$') AS q(c0, c1, c2, c3, c4)
