SELECT DISTINCT file FROM temp.past_removed ORDER BY file
