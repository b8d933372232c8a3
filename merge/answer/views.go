package answer

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"target-filelake/lake"
	"target-filelake/merge/duck"
)

// viewsMemoryMB is for a session that only binds views.
const viewsMemoryMB = 256

// viewsNote heads views.sql.
const viewsNote = "-- Views of the lake. If it is not where it was when this was written, first say:\n" +
	"--   SET VARIABLE lake = '/where/it/is';\n\n"

// Views writes a DuckDB database at path, which must not exist, with one view
// for each table of m, and returns the same as text. root is the absolute path
// of the lake. The database opens in DuckDB 1.1 and later. It is not synced.
func Views(ctx context.Context, m *lake.Manifest, root, path string) (text string, err error) {
	c := duck.Config{Root: root, Threads: 1, MemoryMB: viewsMemoryMB}
	db, err := duck.Open(ctx, c, duck.Directories(root, filepath.Dir(path)))
	if err != nil {
		return "", fmt.Errorf("views: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return "", fmt.Errorf("views: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, attachViews(path)); err != nil {
		return "", fmt.Errorf("views: create %s: %w", path, err)
	}
	tables := sorted(m)
	if err := createViews(ctx, conn, tables, func(t *lake.Table) string { return movableView(t, root) }); err != nil {
		return "", fmt.Errorf("views: %w", err)
	}
	if _, err := conn.ExecContext(ctx, detachViews); err != nil {
		return "", fmt.Errorf("views: write %s: %w", path, err)
	}
	return viewsText(tables, root), nil
}

// movableView is a view for readers of a lake that may have been moved from root.
func movableView(t *lake.Table, root string) string {
	return duck.CreateView(t, duck.Movable(root), duck.LakeOr(root))
}

// createViews makes them in one transaction: each of its own took three times as long.
func createViews(ctx context.Context, conn *sql.Conn, tables []*lake.Table, view func(*lake.Table) string) error {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for _, s := range schemasOf(tables) {
		if _, err := tx.ExecContext(ctx, duck.CreateSchema(s)); err != nil {
			return errors.Join(fmt.Errorf("schema %q: %w", s, err), tx.Rollback())
		}
	}
	for _, t := range tables {
		if _, err := tx.ExecContext(ctx, view(t)); err != nil {
			return errors.Join(fmt.Errorf("view %q: %w", t.View(), err), tx.Rollback())
		}
	}
	return tx.Commit()
}

// schemasOf are the schemas of the views of sorted tables, but for main.
func schemasOf(tables []*lake.Table) []string {
	var out []string
	for _, t := range tables {
		if t.ViewSchema != "" && (len(out) == 0 || out[len(out)-1] != t.ViewSchema) {
			out = append(out, t.ViewSchema)
		}
	}
	return out
}

// sorted is the tables of m by their views, so that the same version gives the same text.
func sorted(m *lake.Manifest) []*lake.Table {
	out := make([]*lake.Table, 0, len(m.Tables))
	for _, t := range m.Tables {
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b *lake.Table) int {
		return cmp.Or(strings.Compare(a.ViewSchema, b.ViewSchema), strings.Compare(a.Name, b.Name))
	})
	return out
}

func viewsText(tables []*lake.Table, root string) string {
	var b strings.Builder
	b.WriteString(viewsNote)
	for _, s := range schemasOf(tables) {
		b.WriteString(duck.CreateSchema(s) + ";\n\n")
	}
	for _, t := range tables {
		b.WriteString(movableView(t, root))
		b.WriteString(";\n\n")
	}
	return b.String()
}

// attachViews makes a database that DuckDB 1.1 can open.
func attachViews(path string) string {
	return "ATTACH " + duck.Lit(path) + " AS " + duck.Database + " (STORAGE_VERSION 'v1.0.0');\nUSE " + duck.Database
}

// detachViews leaves no log beside the database.
const detachViews = "CHECKPOINT " + duck.Database + ";\nUSE memory;\nDETACH " + duck.Database
