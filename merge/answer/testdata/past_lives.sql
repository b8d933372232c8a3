SELECT file, pos, NULL::VARCHAR FROM temp.past_rows ORDER BY file, pos
