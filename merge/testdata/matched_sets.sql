SELECT substr(file, length('/LAKE/') + 1), bitstring_agg(pos, 0, 999)::BLOB FROM temp.merge_matched GROUP BY 1
