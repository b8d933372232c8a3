SELECT (stays >> 40)::VARCHAR, bitstring_agg(stays & 1099511627775, 0, 999)::BLOB FROM temp.merge_batch GROUP BY 1
