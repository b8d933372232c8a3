package duck

import (
	"slices"
	"strings"

	"target-filelake/lake"
	"target-filelake/lake/columns"
)

// Ident is a name as SQL.
func Ident(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// Lit is text as SQL.
func Lit(s string) string { return `'` + strings.ReplaceAll(s, `'`, `''`) + `'` }

// List is a DuckDB list of items that are SQL already.
func List(items []string) string { return "[" + strings.Join(items, ", ") + "]" }

// FileColumn and RowColumn tell where a row stands in what Scan reads. columns.Evolver
// gives these names to no column of a table.
const (
	FileColumn = "__lake_file"
	RowColumn  = "file_row_number"
)

// Place makes the SQL of a file's full path from its path in the lake.
type Place func(path string) string

// Under is the place of the files of a lake that stays at root.
func Under(root string) Place {
	return func(path string) string { return Lit(root + "/" + path) }
}

// Movable names files so that a reader of a moved lake needs one SET VARIABLE.
func Movable(root string) Place {
	return func(path string) string { return LakeOr(root) + " || " + Lit("/"+path) }
}

// LakeOr is the SQL of where a lake is that may have been moved from root.
func LakeOr(root string) string { return "coalesce(getvariable('lake'), " + Lit(root) + ")" }

// Scan reads files by the names their one schema gave the columns, with each
// row's place. It does not use read_parquet's schema option: with it DuckDB
// 1.5 takes any scan for 10,000 rows and builds its hash tables on the lake
// instead of the batch (2.7 s for 0.31 s, 200 k keys in 20 M rows), and 1.1
// reads every top-level list as NULL.
func Scan(files []string) string {
	return "read_parquet(" + List(files) + ", filename = " + Lit(FileColumn) +
		", file_row_number = true, hive_partitioning = false)"
}

// DataPaths are the SQL of data files' paths, that of the most rows first.
func DataPaths(files []lake.DataFile, at Place) []string {
	return paths(len(files), at, func(i int) (string, int64) { return files[i].Path, files[i].Rows })
}

// DeletePaths are the same of delete files.
func DeletePaths(files []lake.DeleteFile, at Place) []string {
	return paths(len(files), at, func(i int) (string, int64) { return files[i].Path, files[i].Rows })
}

// paths puts the file with most rows first: DuckDB takes the first one's row
// count for that of all.
func paths(n int, at Place, file func(i int) (path string, rows int64)) []string {
	out := make([]string, n)
	longest, most := 0, int64(-1)
	for i := range n {
		path, rows := file(i)
		out[i] = at(path)
		if rows > most {
			longest, most = i, rows
		}
	}
	return first(out, longest)
}

// first moves item i to the front and keeps the order of the others.
func first(items []string, i int) []string {
	if i == 0 {
		return items
	}
	front := items[i]
	copy(items[1:i+1], items[:i])
	items[0] = front
	return items
}

// Gone is the positions in the delete files as (file, pos), each file named as
// Scan names it: root is SQL.
func Gone(deletes []lake.DeleteFile, at Place, root string) string {
	return "(SELECT " + root + " || '/' || file_path AS file, pos FROM read_parquet(" +
		List(DeletePaths(deletes, at)) + ", hive_partitioning = false))"
}

// BySchema groups files by the schema they were written with.
func BySchema(files []lake.DataFile) [][]lake.DataFile {
	groups := map[int][]lake.DataFile{}
	var ids []int
	for _, f := range files {
		if groups[f.Schema] == nil {
			ids = append(ids, f.Schema)
		}
		groups[f.Schema] = append(groups[f.Schema], f)
	}
	slices.Sort(ids)
	out := make([][]lake.DataFile, len(ids))
	for i, id := range ids {
		out[i] = groups[id]
	}
	return out
}

// selectRows is every row of files of a table, in its schema now.
func selectRows(t *lake.Table, files []lake.DataFile, at Place, located bool) string {
	var parts []string
	for _, group := range BySchema(files) {
		parts = append(parts, SelectFiles(t.Schemas[group[0].Schema], t.Schema().Columns, DataPaths(group, at), located))
	}
	return strings.Join(parts, "\nUNION ALL\n")
}

// Names are the columns' names as SQL.
func Names(cols []columns.Column) []string {
	out := make([]string, len(cols))
	for i := range cols {
		out[i] = Ident(cols[i].Name)
	}
	return out
}

func selectNothing(cols []columns.Column) string { return selectNulls(cols) + "\nWHERE false" }

// selectNulls is NULL in each column.
func selectNulls(cols []columns.Column) string {
	exprs := make([]string, len(cols))
	for i := range cols {
		exprs[i] = Null(&cols[i]) + " AS " + Ident(cols[i].Name)
	}
	return "SELECT " + strings.Join(exprs, ", ")
}

// SelectFiles is every row of files written with schema stored, as cols are now;
// located adds FileColumn and RowColumn.
func SelectFiles(stored *columns.Schema, cols []columns.Column, files []string, located bool) string {
	exprs := make([]string, 0, len(cols)+2)
	for i := range cols {
		exprs = append(exprs, FromStored(stored, &cols[i])+" AS "+Ident(cols[i].Name))
	}
	if located {
		exprs = append(exprs, FileColumn, RowColumn)
	}
	return "SELECT " + strings.Join(exprs, ", ") + "\nFROM " + Scan(files)
}

// FromStored is column c, as it is now, of files written with schema stored.
func FromStored(stored *columns.Schema, c *columns.Column) string {
	old := ByID(stored.Columns, c.ID)
	if old == nil {
		return Null(c)
	}
	return convert(Ident(old.Name), old, c, 0)
}

// ByID is the column with that id; nil if there is none.
func ByID(cols []columns.Column, id int32) *columns.Column {
	for i := range cols {
		if cols[i].ID == id {
			return &cols[i]
		}
	}
	return nil
}

// CreateView shows a table's live rows under its name; root is SQL. The view's
// schema must be there.
func CreateView(t *lake.Table, at Place, root string) string {
	return "CREATE OR REPLACE VIEW " + View(t) + " AS\n" + selectLive(t, t.Files, at, root)
}

// BrokenView stands in the place of a table that cannot be read: it has the table's
// columns, and whoever asks for its rows gets why in an error.
func BrokenView(t *lake.Table, why string) string {
	// With a row to filter, whatever is asked for: a view without rows would answer.
	return "CREATE OR REPLACE VIEW " + View(t) + " AS\n" + selectNulls(t.Schema().Columns) + "\nFROM range(1)\nWHERE error(" + Lit(why) + ") IS NULL"
}
