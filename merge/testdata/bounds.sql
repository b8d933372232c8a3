SELECT count(*), count(k0), min(k0)::VARCHAR, max(k0)::VARCHAR, count(k1), min(k1)::VARCHAR, max(k1)::VARCHAR FROM temp.merge_batch
