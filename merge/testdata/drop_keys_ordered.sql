CREATE OR REPLACE TEMP TABLE merge_batch AS
SELECT * FROM temp.merge_batch
ANTI JOIN (SELECT stays FROM temp.merge_matched WHERE newer) AS live USING (stays)
