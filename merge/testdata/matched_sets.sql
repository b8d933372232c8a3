SELECT substr(file, length('/LAKE/') + 1), (pos) >> 16 AS chunk, bitstring_agg((pos) & 65535, 0, 65535)::BLOB FROM temp.merge_matched GROUP BY 1, 2
