package merge

import (
	"slices"
	"strconv"
	"strings"

	"target-filelake/lake"
	"target-filelake/lake/columns"
)

func ident(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
func lit(s string) string   { return `'` + strings.ReplaceAll(s, `'`, `''`) + `'` }

// listOf is a DuckDB list of items that are SQL already.
func listOf(items []string) string { return "[" + strings.Join(items, ", ") + "]" }

// The columns that tell where a row stands. columns.Evolver gives these names to
// no column of a table.
const (
	fileColumn = "__lake_file"
	rowColumn  = "file_row_number"
)

// setup is the order RELIABILITY asks for: nothing may be loaded from outside
// before the last two close the door.
func setup(c Config, allowed string) []string {
	return []string{
		"SET autoinstall_known_extensions = false",
		"SET autoload_known_extensions = false",
		"SET allow_community_extensions = false",
		"SET allow_persistent_secrets = false",
		"SET memory_limit = " + lit(strconv.Itoa(c.MemoryMB)+"MiB"),
		"SET threads = " + strconv.Itoa(c.Threads),
		"SET temp_directory = " + lit(c.TempDir),
		"SET max_temp_directory_size = " + lit(strconv.Itoa(c.MemoryMB*spillFactor)+"MiB"),
		"SET GLOBAL TimeZone = 'UTC'",
		allowed,
		"SET enable_external_access = false",
		"SET lock_configuration = true",
	}
}

func allowDirectories(dirs ...string) string {
	return "SET allowed_directories = " + listOf(quoted(dirs))
}

func allowFiles(paths []string) string {
	return "SET allowed_paths = " + listOf(quoted(paths))
}

func quoted(paths []string) []string {
	out := make([]string, len(paths))
	for i, p := range paths {
		out[i] = lit(p)
	}
	return out
}

// place makes the SQL of a file's full path from its path in the lake.
type place func(path string) string

func under(root string) place {
	return func(path string) string { return lit(root + "/" + path) }
}

// movable names files so that a reader of a moved lake needs one SET VARIABLE.
func movable(root string) place {
	return func(path string) string { return lakeOr(root) + " || " + lit("/"+path) }
}

func lakeOr(root string) string { return "coalesce(getvariable('lake'), " + lit(root) + ")" }

// everyRow is all of a file that is none of the lake's.
func everyRow(file string) string {
	return "SELECT * FROM read_parquet(" + lit(file) + ", hive_partitioning = false)"
}

// scan reads files by the names their one schema gave the columns, with each
// row's place. It does not use read_parquet's schema option: with it DuckDB
// 1.5 takes any scan for 10,000 rows and builds its hash tables on the lake
// instead of the batch (2.7 s for 0.31 s, 200 k keys in 20 M rows), and 1.1
// reads every top-level list as NULL.
func scan(files []string) string {
	return "read_parquet(" + listOf(files) + ", filename = " + lit(fileColumn) +
		", file_row_number = true, hive_partitioning = false)"
}

func dataPaths(files []lake.DataFile, at place) []string {
	return paths(len(files), at, func(i int) (string, int64) { return files[i].Path, files[i].Rows })
}

func deletePaths(files []lake.DeleteFile, at place) []string {
	return paths(len(files), at, func(i int) (string, int64) { return files[i].Path, files[i].Rows })
}

// paths puts the file with most rows first: DuckDB takes the first one's row
// count for that of all.
func paths(n int, at place, file func(i int) (path string, rows int64)) []string {
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

// gone is the positions in the delete files, each file named as scan names it:
// root is SQL.
func gone(deletes []lake.DeleteFile, at place, root string) string {
	return "(SELECT " + root + " || '/' || file_path AS file, pos FROM read_parquet(" +
		listOf(deletePaths(deletes, at)) + ", hive_partitioning = false))"
}

// bySchema groups files by the schema they were written with.
func bySchema(files []lake.DataFile) [][]lake.DataFile {
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

// selectTable is a table's live rows in its schema now.
func selectTable(t *lake.Table, at place, root string) string {
	cols := t.Schema().Columns
	if len(t.Files) == 0 {
		return selectNothing(cols)
	}
	located := len(t.Deletes) > 0
	var parts []string
	for _, files := range bySchema(t.Files) {
		parts = append(parts, selectFiles(t.Schemas[files[0].Schema], cols, dataPaths(files, at), located))
	}
	rows := strings.Join(parts, "\nUNION ALL\n")
	if !located {
		return rows
	}
	return "SELECT " + strings.Join(names(cols), ", ") + "\nFROM (\n" + rows + "\n) AS live\nANTI JOIN " +
		gone(t.Deletes, at, root) + " AS gone\nON live." + fileColumn + " = gone.file AND live." + rowColumn + " = gone.pos"
}

func names(cols []columns.Column) []string {
	out := make([]string, len(cols))
	for i := range cols {
		out[i] = ident(cols[i].Name)
	}
	return out
}

func selectNothing(cols []columns.Column) string {
	exprs := make([]string, len(cols))
	for i := range cols {
		exprs[i] = null(&cols[i]) + " AS " + ident(cols[i].Name)
	}
	return "SELECT " + strings.Join(exprs, ", ") + "\nWHERE false"
}

func selectFiles(stored *columns.Schema, cols []columns.Column, files []string, located bool) string {
	exprs := make([]string, 0, len(cols)+2)
	for i := range cols {
		exprs = append(exprs, fromStored(stored, &cols[i])+" AS "+ident(cols[i].Name))
	}
	if located {
		exprs = append(exprs, fileColumn, rowColumn)
	}
	return "SELECT " + strings.Join(exprs, ", ") + "\nFROM " + scan(files)
}

// fromStored is column c, as it is now, of files written with schema stored.
func fromStored(stored *columns.Schema, c *columns.Column) string {
	old := byID(stored.Columns, c.ID)
	if old == nil {
		return null(c)
	}
	return convert(ident(old.Name), old, c, 0)
}

func byID(cols []columns.Column, id int32) *columns.Column {
	for i := range cols {
		if cols[i].ID == id {
			return &cols[i]
		}
	}
	return nil
}

func createView(t *lake.Table, at place, root string) string {
	return "CREATE OR REPLACE VIEW " + ident(t.Name) + " AS\n" + selectTable(t, at, root)
}

// attachViews makes a database that DuckDB 1.1 can open.
func attachViews(path string) string {
	return "ATTACH " + lit(path) + " AS merge_views (STORAGE_VERSION 'v1.0.0');\nUSE merge_views"
}

// detachViews leaves no log beside the database.
const detachViews = "CHECKPOINT merge_views;\nUSE memory;\nDETACH merge_views"

// typesOf lists the columns of a SELECT with their types as text.
func typesOf(query string) string { return "DESCRIBE FROM query(" + lit(query) + ")" }

// planOf is the plan of a SELECT as JSON.
func planOf(query string) string { return "EXPLAIN (FORMAT json) FROM query(" + lit(query) + ")" }

// exported is the query with each of its columns as expr makes it of c0, c1 …
func exported(query string, n int, expr func(i int, column string) string) string {
	cols, exprs := make([]string, n), make([]string, n)
	for i := range n {
		cols[i] = "c" + strconv.Itoa(i)
		exprs[i] = expr(i, cols[i])
	}
	return "SELECT " + strings.Join(exprs, ", ") + "\nFROM query(" + lit(query) + ") AS q(" + strings.Join(cols, ", ") + ")"
}
