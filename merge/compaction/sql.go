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

// codecs are the names that COPY has for them. The level is what made the sample
// table's files the size of ours, in four fifths of the time of the default.
var codecs = map[columns.Codec]string{
	columns.Zstd: "COMPRESSION zstd, COMPRESSION_LEVEL 1", columns.Snappy: "COMPRESSION snappy", columns.LZ4: "COMPRESSION lz4_raw",
	columns.Gzip: "COMPRESSION gzip", columns.None: "COMPRESSION uncompressed",
}

// copyTo writes the rows of a query, of a table's columns, to a file of row groups
// of so many rows.
func copyTo(query, file string, cols []columns.Column, codec columns.Codec, group int64) string {
	return "COPY (\n" + query + "\n) TO " + duck.Lit(file) + " (FORMAT parquet, PARQUET_VERSION V2, " + codecs[codec] +
		", ROW_GROUP_SIZE " + strconv.FormatInt(group, 10) + ", USE_TMP_FILE false, FIELD_IDS " + duck.FieldIDs(cols) + ")"
}

// order is the ORDER BY of a table's rows, after further terms; without either
// those of a file stay as they came.
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

// numbered are the names that columns have in rowsTable: a tap may name one
// rowid, which is how DuckDB calls where a row stands.
func numbered(letter string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = letter + strconv.Itoa(i)
	}
	return out
}

// createRows keeps a portion in the order in which it is written: by partition, whose
// values stand behind the columns, then by key.
func createRows(p portion, spec partition.Spec, at duck.Place, root string) string {
	cols := p.table.Schema().Columns
	exprs, places := make([]string, len(spec)), make([]string, len(spec))
	for i := range spec {
		exprs[i] = spec[i].SQL(duck.Ident(spec[i].Column.Name))
		places[i] = strconv.Itoa(len(cols) + i + 1)
	}
	names := append(numbered("c", len(cols)), numbered("p", len(spec))...)
	return "CREATE OR REPLACE TEMP TABLE " + rowsTable + " (" + strings.Join(names, ", ") + ") AS\n" +
		p.query(at, root, exprs...) + order(p.table, places...)
}

// runs is the values of each partition and where its rows stand in rowsTable.
func runs(spec partition.Spec) string {
	return "SELECT " + strings.Join(append(numbered("p", len(spec)), "min(rowid)", "count(*)", "max(rowid)"), ", ") + " FROM temp." + rowsTable +
		"\nGROUP BY ALL HAVING count(*) > 0 ORDER BY min(rowid)"
}

// slice is rows of rowsTable, as they stand.
func slice(cols []columns.Column, from, rows int64) string {
	exprs := numbered("c", len(cols))
	for i := range exprs {
		exprs[i] += " AS " + duck.Ident(cols[i].Name)
	}
	return fmt.Sprintf("SELECT %s FROM temp.%s WHERE rowid BETWEEN %d AND %d", strings.Join(exprs, ", "), rowsTable, from, from+rows-1)
}

func dropRows() string { return "DROP TABLE IF EXISTS temp." + rowsTable }
