package answer

import (
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
	if err := createViews(ctx, conn, tables, duck.Movable(root), duck.LakeOr(root)); err != nil {
		return "", fmt.Errorf("views: %w", err)
	}
	if _, err := conn.ExecContext(ctx, detachViews); err != nil {
		return "", fmt.Errorf("views: write %s: %w", path, err)
	}
	return viewsText(tables, root), nil
}

func createViews(ctx context.Context, conn *sql.Conn, tables []*lake.Table, at duck.Place, root string) error {
	for _, t := range tables {
		if _, err := conn.ExecContext(ctx, duck.CreateView(t, at, root)); err != nil {
			return fmt.Errorf("view %q: %w", t.Name, err)
		}
	}
	return nil
}

// sorted is the tables of m by name, so that the same version gives the same text.
func sorted(m *lake.Manifest) []*lake.Table {
	out := make([]*lake.Table, 0, len(m.Tables))
	for _, t := range m.Tables {
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b *lake.Table) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func viewsText(tables []*lake.Table, root string) string {
	var b strings.Builder
	b.WriteString(viewsNote)
	for _, t := range tables {
		b.WriteString(duck.CreateView(t, duck.Movable(root), duck.LakeOr(root)))
		b.WriteString(";\n\n")
	}
	return b.String()
}

// attachViews makes a database that DuckDB 1.1 can open.
func attachViews(path string) string {
	return "ATTACH " + duck.Lit(path) + " AS merge_views (STORAGE_VERSION 'v1.0.0');\nUSE merge_views"
}

// detachViews leaves no log beside the database.
const detachViews = "CHECKPOINT merge_views;\nUSE memory;\nDETACH merge_views"
