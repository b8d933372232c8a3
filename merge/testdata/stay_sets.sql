SELECT (stays >> 40)::VARCHAR, (stays & 1099511627775) >> 16 AS chunk, bitstring_agg((stays & 1099511627775) & 65535, 0, 65535)::BLOB FROM temp.merge_batch GROUP BY 1, 2
