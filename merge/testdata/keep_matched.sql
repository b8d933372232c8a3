CREATE OR REPLACE TEMP TABLE merge_matched AS
SELECT * FROM temp.merge_matched
SEMI JOIN temp.merge_batch USING (stays)
