CREATE OR REPLACE TEMP TABLE merge_batch AS
SELECT * FROM temp.merge_batch
ANTI JOIN temp.merge_matched AS live USING (stays)
