package merge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
)

// Broken is a promise about the rows of a table that does not hold.
type Broken struct {
	File string // one where it shows, relative to the lake
	What string
}

// Prove holds a table to what merges promise: delete files name rows that
// there are, each once, as many of each file as the manifest says, and of each
// key one row is live, but where the table
// says that a key may have several. It reads delete files and key columns, in
// the memory that DuckDB has and the room it may spill to.
func (db *DB) Prove(ctx context.Context, t *lake.Table) ([]Broken, error) {
	var out []Broken
	if len(t.Deletes) > 0 || slices.ContainsFunc(t.Files, func(f lake.DataFile) bool { return f.Superseded != 0 }) {
		found, err := db.proveDeletes(ctx, t)
		if err != nil {
			return nil, err
		}
		out = found
	}
	if len(t.Key) == 0 || t.Appends || len(t.Files) == 0 {
		return out, nil
	}
	key := make([]columns.Column, len(t.Key))
	for i, property := range t.Key {
		c := t.Schema().Column(property)
		if c == nil {
			return append(out, Broken{What: fmt.Sprintf("its schema has no column for key property %q", property)}), nil
		}
		key[i] = *c
	}
	found, err := db.proveKeys(ctx, t, key)
	return append(out, found...), err
}

// shownBroken bounds the files of which a fault is told.
const shownBroken = 20

func (db *DB) proveDeletes(ctx context.Context, t *lake.Table) (out []Broken, err error) {
	const step = "check positions"
	rows, err := db.sql.QueryContext(ctx, wrongPositions(t, duck.Under(db.root)))
	if err != nil {
		return nil, stepError(ctx, step, err)
	}
	defer func() {
		if err = errors.Join(err, rows.Err(), rows.Close()); err != nil {
			err = stepError(ctx, step, err)
		}
	}()
	for rows.Next() {
		var file string
		var unknown, outside, doubled, other int64
		if err := rows.Scan(&file, &unknown, &outside, &doubled, &other); err != nil {
			return nil, err
		}
		for _, w := range []struct {
			n    int64
			what string
		}{
			{unknown, "%d rows of it are superseded, but it is no file of the table"},
			{outside, "%d of its superseded rows lie outside it"},
			{doubled, "%d of its rows are superseded more than once"},
			{other, "%d of its rows are superseded by delete files, not by the manifest, or the reverse"},
		} {
			if w.n > 0 {
				out = append(out, Broken{file, fmt.Sprintf(w.what, w.n)})
			}
		}
	}
	return out, nil
}

func (db *DB) proveKeys(ctx context.Context, t *lake.Table, key []columns.Column) ([]Broken, error) {
	var keys, extra, row int64
	var file string
	err := db.sql.QueryRowContext(ctx, doubledKeys(t, key, duck.Under(db.root), db.root)).Scan(&keys, &extra, &file, &row)
	if err != nil {
		return nil, stepError(ctx, "check keys", err)
	}
	if keys == 0 {
		return nil, nil
	}
	what := fmt.Sprintf("%d keys have more than one live row, %d rows too many; row %d of this file is one of them", keys, extra, row)
	return []Broken{{strings.TrimPrefix(file, db.root+"/"), what}}, nil
}

// wrongPositions is, by file, how many positions name no file of the table,
// lie outside it, stand twice, and are more or fewer than the manifest says.
func wrongPositions(t *lake.Table, at duck.Place) string {
	files := "(SELECT NULL::VARCHAR, NULL::BIGINT, NULL::BIGINT WHERE false)"
	if len(t.Files) > 0 {
		rows := make([]string, len(t.Files))
		for i := range t.Files {
			f := &t.Files[i]
			rows[i] = fmt.Sprintf("(%s, %d, %d)", duck.Lit(f.Path), f.Rows, f.Superseded)
		}
		files = "(VALUES " + strings.Join(rows, ", ") + ")"
	}
	named := "SELECT NULL::VARCHAR AS file_path, NULL::BIGINT AS pos WHERE false"
	if len(t.Deletes) > 0 {
		named = "SELECT file_path, pos FROM read_parquet(" + duck.List(duck.DeletePaths(t.Deletes, at)) + ", hive_partitioning = false)"
	}
	return "SELECT coalesce(file_path, path) AS file, count(pos) FILTER (n IS NULL) AS unknown, count(*) FILTER (pos < 0 OR pos >= n) AS outside, " +
		"coalesce(sum(times - 1), 0)::BIGINT AS doubled, abs(coalesce(sum(times), 0) - coalesce(any_value(dead), sum(times)))::BIGINT AS other FROM (\n" +
		"SELECT file_path, pos, count(*) AS times FROM (" + named + ") GROUP BY file_path, pos) AS p\n" +
		"FULL JOIN " + files + " AS f(path, n, dead) ON file_path = path\n" +
		"GROUP BY 1 HAVING unknown > 0 OR outside > 0 OR doubled > 0 OR other > 0\nORDER BY 1 LIMIT " + strconv.Itoa(shownBroken)
}

// doubledKeys counts the keys of more than one live row and the rows that are
// too many, and names one of them.
func doubledKeys(t *lake.Table, key []columns.Column, at duck.Place, root string) string {
	var parts []string
	for _, files := range duck.BySchema(t.Files) {
		parts = append(parts, "SELECT "+keyColumns(t.Schemas[files[0].Schema], key)+", "+duck.FileColumn+", "+duck.RowColumn+
			" FROM "+duck.Scan(duck.DataPaths(files, at)))
	}
	live := "(\n" + strings.Join(parts, "\nUNION ALL\n") + "\n) AS live"
	if len(t.Deletes) > 0 {
		live += "\nANTI JOIN " + duck.Gone(t.Deletes, at, duck.Lit(root)) + " AS gone\nON live." + duck.FileColumn + " = gone.file AND live." + duck.RowColumn + " = gone.pos"
	}
	return "SELECT count(*), coalesce(sum(n - 1), 0)::BIGINT, coalesce(any_value(one.file), ''), coalesce(any_value(one.pos), 0) FROM (\n" +
		"SELECT count(*) AS n, any_value({'file': " + duck.FileColumn + ", 'pos': " + duck.RowColumn + "}) AS one FROM " + live +
		"\nGROUP BY " + keyNames(len(key)) + " HAVING n > 1)"
}
