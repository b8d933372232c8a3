package compaction

import (
	"fmt"
	"strconv"
	"strings"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
	"target-filelake/merge/partition"
)

// rowsTable holds the rows of one job in the order in which they are written.
const rowsTable = "compaction_rows"

// rowGroupRows are DuckDB's own; it reads a row group a thread.
const rowGroupRows = 122_880

// codecs are the names that COPY has for them. The level is what made the sample
// table's files the size of ours, in four fifths of the time of the default.
var codecs = map[columns.Codec]string{
	columns.Zstd: "COMPRESSION zstd, COMPRESSION_LEVEL 1", columns.Snappy: "COMPRESSION snappy", columns.LZ4: "COMPRESSION lz4_raw",
	columns.Gzip: "COMPRESSION gzip", columns.None: "COMPRESSION uncompressed",
}

// copyTo writes the rows of a query, of a table's columns, to a file.
func copyTo(query string, file string, cols []columns.Column, codec columns.Codec) string {
	return "COPY (\n" + query + "\n) TO " + duck.Lit(file) + " (FORMAT parquet, PARQUET_VERSION V2, " + codecs[codec] +
		", ROW_GROUP_SIZE " + strconv.Itoa(rowGroupRows) + ", USE_TMP_FILE false, FIELD_IDS " + duck.FieldIDs(cols) + ")"
}

// order is the ORDER BY of a table's rows, after further terms; without a key
// rows stay as they came.
func order(t *lake.Table, first ...string) string {
	terms := first
	for _, property := range t.Key {
		if c := t.Schema().Column(property); c != nil {
			terms = append(terms, duck.Ident(c.Name))
		}
	}
	if len(terms) == 0 {
		return ""
	}
	return "\nORDER BY " + strings.Join(terms, " NULLS FIRST, ") + " NULLS FIRST"
}

// partNames are columns for the values of a partition's fields, beside cols.
func partNames(cols []columns.Column, n int) []string {
	taken := map[string]bool{}
	for i := range cols {
		taken[columns.Fold(cols[i].Name)] = true
	}
	out := make([]string, n)
	for i := range out {
		out[i] = duck.Ident(columns.FreeName("__lake_part"+strconv.Itoa(i), taken))
	}
	return out
}

// createRows keeps the live rows of files in the order in which they are written:
// by partition, then by key.
func createRows(t *lake.Table, files []lake.DataFile, spec partition.Spec, at duck.Place, root string) string {
	names := partNames(t.Schema().Columns, len(spec))
	exprs := make([]string, len(spec))
	for i := range spec {
		exprs[i] = spec[i].SQL(duck.Ident(spec[i].Column.Name)) + " AS " + names[i]
	}
	return "CREATE OR REPLACE TEMP TABLE " + rowsTable + " AS\n" + duck.SelectStored(t, files, at, root, exprs...) + order(t, names...)
}

// runs is the values of each partition and where its rows stand in rowsTable.
func runs(t *lake.Table, spec partition.Spec) string {
	out := "min(rowid), count(*), max(rowid)"
	if len(spec) > 0 {
		out = strings.Join(partNames(t.Schema().Columns, len(spec)), ", ") + ", " + out
	}
	return "SELECT " + out + " FROM temp." + rowsTable + "\nGROUP BY ALL HAVING count(*) > 0 ORDER BY min(rowid)"
}

// slice is rows of rowsTable, as they stand.
func slice(cols []columns.Column, from, rows int64) string {
	return fmt.Sprintf("SELECT %s FROM temp.%s WHERE rowid BETWEEN %d AND %d", strings.Join(duck.Names(cols), ", "), rowsTable, from, from+rows-1)
}

func dropRows() string { return "DROP TABLE IF EXISTS temp." + rowsTable }
