package answer

import (
	"strconv"
	"strings"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
)

// Names of the temporary tables of one answer about versions.
const (
	removedTable  = "past_removed"  // positions live before and dead after
	restoredTable = "past_restored" // and the reverse
	rowsTable     = "past_rows"
)

// numbered is prefix0, prefix1 …: columns of a table have any names at all,
// which two versions of a row in one statement would make ambiguous.
func numbered(prefix string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = prefix + strconv.Itoa(i)
	}
	return out
}

// list is the parts with commas between and after them.
func list(parts []string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p + ", ")
	}
	return b.String()
}

// located is every row of files, live or not, as (c0, c1, …, file, pos).
func located(schemas []*columns.Schema, cols []columns.Column, files []lake.DataFile, at duck.Place) string {
	var parts []string
	for _, group := range duck.BySchema(files) {
		parts = append(parts, duck.SelectFiles(schemas[group[0].Schema], cols, duck.DataPaths(group, at), true))
	}
	return "(\n" + strings.Join(parts, "\nUNION ALL\n") + "\n) AS r(" + list(numbered("c", len(cols))) + "file, pos)"
}

// createPositions keeps the positions that deletes have and without lacks, but
// those in the files except.
func createPositions(table string, deletes, without []lake.DeleteFile, except []lake.DataFile, at duck.Place, root string) string {
	query := "CREATE OR REPLACE TEMP TABLE " + table + " AS\nSELECT p.file, p.pos FROM " + duck.Gone(deletes, at, root) + " AS p"
	if len(without) > 0 {
		query += "\nANTI JOIN " + duck.Gone(without, at, root) + " AS w ON p.file = w.file AND p.pos = w.pos"
	}
	if len(except) > 0 {
		query += "\nWHERE p.file NOT IN (" + strings.Join(duck.DataPaths(except, at), ", ") + ")"
	}
	return query
}

func filesIn(table string) string {
	return "SELECT DISTINCT file FROM temp." + table + " ORDER BY file"
}

// end is the rows that one of two versions has alone.
type end struct {
	files     []lake.DataFile   // files it has alone
	deletes   []lake.DeleteFile // which name the dead rows in them
	touched   []lake.DataFile   // files of both, some of whose rows it has alone
	positions string            // the table that names those
}

// rows is them as (c0, c1, …, file); empty if there can be none.
func (e end) rows(schemas []*columns.Schema, cols []columns.Column, at duck.Place, root string) string {
	c := list(numbered("r.c", len(cols)))
	var parts []string
	if len(e.files) > 0 {
		part := "SELECT " + c + "r.file FROM " + located(schemas, cols, e.files, at)
		if len(e.deletes) > 0 {
			part += "\nANTI JOIN " + duck.Gone(e.deletes, at, root) + " AS g ON r.file = g.file AND r.pos = g.pos"
		}
		parts = append(parts, part)
	}
	if len(e.touched) > 0 {
		parts = append(parts, "SELECT "+c+"r.file FROM "+located(schemas, cols, e.touched, at)+
			"\nSEMI JOIN temp."+e.positions+" AS g ON r.file = g.file AND r.pos = g.pos")
	}
	return strings.Join(parts, "\nUNION ALL\n")
}

// comparison is two versions of a table whose rows, before and after, are SQL;
// empty where there are none.
type comparison struct {
	cols          []columns.Column
	key           []int // which of cols make the key; none: rows are compared whole
	before, after string
	version       string // SQL of the version that made a row of after, by its file; NULL if it cannot be told
	only          string // SQL of the version that made every change; NULL if there are several
}

// changes is (_change, _version, columns …): what became of the rows.
func (c comparison) changes() string {
	head := "SELECT " + strings.Join(outputs(c.cols), ", ") + "\nFROM (\n"
	tail := "\n) AS change(change, version, " + list(numbered("c", len(c.cols))) + "side)"
	cols := list(numbered("c", len(c.cols)))
	added := "SELECT 'insert', " + c.version + ", " + cols + "1 FROM (\n" + c.after + "\n)"
	removed := "SELECT 'delete', " + c.only + ", " + cols + "0 FROM (\n" + c.before + "\n)"
	switch {
	case c.before == "" && c.after == "":
		return head + "SELECT NULL::VARCHAR, NULL::BIGINT, " + list(nulls(c.cols)) + "0 WHERE false" + tail
	case c.before == "":
		return head + added + tail
	case c.after == "":
		return head + removed + tail
	case len(c.key) == 0:
		return c.ends() + "\n" + head + c.bag() + tail
	}
	order := make([]string, 0, len(c.key))
	for _, k := range c.key {
		order = append(order, "c"+strconv.Itoa(k))
	}
	return c.ends() + ",\n" + c.pairs() + head + c.paired() + tail + "\nORDER BY " + list(order) + "side"
}

// outputs names the columns of the answer.
func outputs(cols []columns.Column) []string {
	own := ownNames(cols, "_change", "_version")
	out := []string{"change AS " + duck.Ident(own[0]), "version AS " + duck.Ident(own[1])}
	for i := range cols {
		out = append(out, "c"+strconv.Itoa(i)+" AS "+duck.Ident(cols[i].Name))
	}
	return out
}

// ownNames are names of columns we add, numbered where the table has the same.
func ownNames(cols []columns.Column, names ...string) []string {
	taken := map[string]bool{}
	for i := range cols {
		taken[columns.Fold(cols[i].Name)] = true
	}
	for i := range names {
		names[i] = columns.FreeName(names[i], taken)
	}
	return names
}

func nulls(cols []columns.Column) []string {
	out := make([]string, len(cols))
	for i := range cols {
		out[i] = duck.Null(&cols[i])
	}
	return out
}

func (c comparison) ends() string {
	return "WITH before AS MATERIALIZED (\n" + c.before + "\n),\nafter AS MATERIALIZED (\n" + c.after + "\n)"
}

// bag is the difference of the rows as bags.
func (c comparison) bag() string {
	cols := strings.Join(numbered("c", len(c.cols)), ", ")
	minus := func(a, b string) string {
		return "FROM (SELECT " + cols + " FROM " + a + " EXCEPT ALL SELECT " + cols + " FROM " + b + ")"
	}
	return "SELECT 'delete', " + c.only + ", " + cols + ", 0 " + minus("before", "after") +
		"\nUNION ALL\nSELECT 'insert', " + c.only + ", " + cols + ", 1 " + minus("after", "before")
}

// pairs is the rows of a key side by side, where they differ: b0, b1 … before
// and a0, a1 … after.
func (c comparison) pairs() string {
	var on, exprs, was, is []string
	for i := range c.cols {
		n := strconv.Itoa(i)
		exprs = append(exprs, "b.c"+n+" AS b"+n, "a.c"+n+" AS a"+n)
		was, is = append(was, "b.c"+n), append(is, "a.c"+n)
	}
	for _, k := range c.key {
		on = append(on, was[k]+" IS NOT DISTINCT FROM "+is[k])
	}
	return "pairs AS MATERIALIZED (\nSELECT b.file IS NOT NULL AS was, a.file IS NOT NULL AS lives, a.file AS file, " +
		strings.Join(exprs, ", ") + "\nFROM before AS b FULL JOIN after AS a ON " + strings.Join(on, " AND ") +
		"\nWHERE b.file IS NULL OR a.file IS NULL OR " + distinct(was, is) + "\n)\n"
}

func distinct(a, b []string) string {
	return "row(" + strings.Join(a, ", ") + ") IS DISTINCT FROM row(" + strings.Join(b, ", ") + ")"
}

func (c comparison) paired() string {
	n := len(c.cols)
	version := "CASE WHEN lives THEN " + c.version + " ELSE " + c.only + " END"
	return "SELECT CASE WHEN lives THEN 'update_before' ELSE 'delete' END, " + version + ", " + list(numbered("b", n)) + "0 FROM pairs WHERE was" +
		"\nUNION ALL\nSELECT CASE WHEN was THEN 'update_after' ELSE 'insert' END, " + version + ", " + list(numbered("a", n)) + "1 FROM pairs WHERE lives"
}

// madeBy is the version that made a row of a file, NULL where made has none.
func madeBy(files []lake.DataFile, made map[string]lake.Version, at duck.Place) string {
	byVersion := map[lake.Version][]string{}
	var order []lake.Version
	for i := range files {
		v := made[files[i].Path]
		if v == 0 {
			continue
		}
		if byVersion[v] == nil {
			order = append(order, v)
		}
		byVersion[v] = append(byVersion[v], at(files[i].Path))
	}
	if len(order) == 0 {
		return "NULL::BIGINT"
	}
	var b strings.Builder
	for _, v := range order {
		b.WriteString(" WHEN file IN (" + strings.Join(byVersion[v], ", ") + ") THEN " + bigint(v))
	}
	return "CASE" + b.String() + " END"
}

func bigint(v lake.Version) string { return strconv.FormatUint(uint64(v), 10) + "::BIGINT" }
