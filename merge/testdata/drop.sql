DROP TABLE IF EXISTS temp.merge_batch;
DROP TABLE IF EXISTS temp.merge_matched
