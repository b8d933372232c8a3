package answer

import (
	"strconv"
	"strings"

	"target-filelake/merge/duck"
)

// everyRow is all of a file that is none of the lake's.
func everyRow(file string) string {
	return "SELECT * FROM read_parquet(" + duck.Lit(file) + ", hive_partitioning = false)"
}

// typesOf lists the columns of a SELECT with their types as text.
func typesOf(query string) string { return "DESCRIBE FROM query(" + duck.Lit(query) + ")" }

// planOf is the plan of a SELECT as JSON.
func planOf(query string) string { return "EXPLAIN (FORMAT json) FROM query(" + duck.Lit(query) + ")" }

// exported is the query with each of its columns as expr makes it of c0, c1 …
func exported(query string, n int, expr func(i int, column string) string) string {
	cols, exprs := make([]string, n), make([]string, n)
	for i := range n {
		cols[i] = "c" + strconv.Itoa(i)
		exprs[i] = expr(i, cols[i])
	}
	return "SELECT " + strings.Join(exprs, ", ") + "\nFROM query(" + duck.Lit(query) + ") AS q(" + strings.Join(cols, ", ") + ")"
}

// exportTo writes the answer of a SELECT to a Parquet file.
func exportTo(query, path string) string {
	return "COPY (FROM query(" + duck.Lit(query) + ")) TO " + duck.Lit(path) + " (FORMAT parquet, COMPRESSION zstd)"
}
