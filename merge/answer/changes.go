package answer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
)

// ErrAnew says that a stream was dropped and loaded anew in between.
var ErrAnew = errors.New("merge: other columns under the same name")

// Feed is what two versions of a stream, or each version and the one before it,
// do not share. It names files; no row is read for it.
type Feed struct {
	table *lake.Table              // the one whose schema has all columns; nil if there is none
	files map[string]lake.DataFile // by path, those in which a row may have died
	steps []step
}

// step is a comparison of two versions.
type step struct {
	delta lake.Delta
	key   []string                // of both versions; none: rows are compared whole
	only  lake.Version            // the one that made all changes; 0: several did
	made  map[string]lake.Version // by path, those that made a file's rows live
}

// NewFeed compares the first of a stream's states with the last, or with each
// each one with the next. Columns are those of the last state that has the
// stream, after a rollback those of the version rolled back.
func NewFeed(states iter.Seq2[lake.State, error], each bool) (*Feed, error) {
	f := &Feed{files: map[string]lake.DataFile{}}
	if each {
		return f, f.each(states)
	}
	return f, f.net(states)
}

func (f *Feed) each(states iter.Seq2[lake.State, error]) error {
	var last *lake.State
	for s, err := range states {
		if err != nil {
			return err
		}
		if last != nil {
			f.compare(last.Table, s.Table, step{only: s.Version})
		}
		f.keep(s.Table)
		if err := f.show(s.Table); err != nil {
			return err
		}
		last = &s
	}
	return nil
}

func (f *Feed) net(states iter.Seq2[lake.State, error]) error {
	made := map[string]lake.Version{}
	var first, last *lake.State
	var did []lake.Version // those that changed rows, or may have
	for s, err := range states {
		if err != nil {
			return err
		}
		if first == nil {
			first = &s
		} else if s.Operation != lake.OpCompact || s.Jump {
			did = append(did, s.Version)
		}
		settle(made, &s)
		last = &s
	}
	all := step{made: made}
	if len(did) == 1 && !last.Jump {
		all.only = did[0]
	}
	f.keep(first.Table)
	f.compare(first.Table, last.Table, all)
	return errors.Join(f.show(first.Table), f.show(last.Table))
}

// keep remembers the files of a version: a later one may have dead rows in them.
func (f *Feed) keep(t *lake.Table) {
	if t == nil {
		return
	}
	for _, file := range t.Files {
		f.files[file.Path] = file
	}
}

// settle notes which version made each file's rows live, 0 if that cannot be
// told: it may be gone, and one that drops files may have brought their rows in
// others.
func settle(made map[string]lake.Version, s *lake.State) {
	live := map[string]bool{}
	if s.Table != nil {
		for i := range s.Table.Files {
			live[s.Table.Files[i].Path] = true
		}
	}
	by := s.Version
	if s.Jump {
		by = 0
	}
	gone := map[lake.Version]bool{}
	for path, v := range made {
		if !live[path] {
			gone[v] = true
			delete(made, path)
			by = 0
		}
	}
	if len(gone) == 1 && s.Operation == lake.OpCompact && !s.Jump {
		by = slices.Collect(maps.Keys(gone))[0] // the same rows in other files
	}
	for path := range live {
		if _, ok := made[path]; !ok {
			made[path] = by
		}
	}
}

// show takes over a table's schemas if they go further than those it has.
func (f *Feed) show(t *lake.Table) error {
	switch {
	case t == nil:
		return nil
	case f.table == nil:
		f.table = t
		return nil
	}
	before := f.table.Schemas
	if len(t.Schemas) >= len(before) {
		f.table = t
	}
	for i := range min(len(before), len(t.Schemas)) {
		if s := t.Schemas[i]; !s.Equal(before[i]) {
			return fmt.Errorf("%w: stream %q got its columns anew in version %d; ask for changes from version %d on, or up to it",
				ErrAnew, t.Stream, s.Version, max(s.Version, 1)-1)
		}
	}
	return nil
}

// compare adds the comparison of two versions to the steps, if they differ.
func (f *Feed) compare(from, to *lake.Table, s step) {
	s.delta = lake.Compare(from, to)
	if s.delta.Empty() {
		return
	}
	if from == nil {
		s.key = uniqueKey(to)
	} else if s.key = uniqueKey(from); to != nil && !slices.Equal(s.key, uniqueKey(to)) {
		s.key = nil
	}
	f.steps = append(f.steps, s)
}

// uniqueKey is the key that no two live rows of the table share; none if they
// may.
func uniqueKey(t *lake.Table) []string {
	if t.Appends {
		return nil
	}
	return t.Key
}

// Known reports whether any of the versions has the stream.
func (f *Feed) Known() bool { return f.table != nil }

// Changes tells what became of a stream's rows: "insert", "update_before" and
// right after it "update_after", or "delete", with the version that did it,
// where that can be told, and the row. A row that comes back as it was has not
// changed. It opens only files that not all versions have, and those with rows
// that died or came back in between.
func Changes(ctx context.Context, c duck.Config, f *Feed) (*Rows, error) {
	if f.table == nil {
		panic("BUG: changes of no table")
	}
	r, err := openFiles(ctx, c, f.table.Stream, f.named())
	if err != nil {
		return nil, fmt.Errorf("changes: %w", err)
	}
	if err := f.answer(ctx, r, c.Root); err != nil {
		return nil, errors.Join(fmt.Errorf("changes: %w", r.culprit(err)), r.Close())
	}
	return r, nil
}

// answer runs the first step, and the others as r is read.
func (f *Feed) answer(ctx context.Context, r *Rows, root string) error {
	steps := f.steps
	if len(steps) == 0 {
		steps = []step{{}} // for the columns of an empty answer
	}
	query, err := f.query(ctx, r, root, steps[0])
	if err != nil {
		return err
	}
	if err := r.only(ctx, query); err != nil {
		return err
	}
	r.advance = func() (bool, error) {
		if steps = steps[1:]; len(steps) == 0 {
			return false, nil
		}
		query, err := f.query(ctx, r, root, steps[0])
		if err != nil {
			return false, fmt.Errorf("changes: %w", r.culprit(err))
		}
		return true, r.run(ctx, r.exported(query))
	}
	return nil
}

// only runs a query of our own as the answer.
func (r *Rows) only(ctx context.Context, query string) error {
	if err := r.prepare(query); err != nil {
		return err
	}
	if err := r.describe(ctx, query); err != nil {
		return err
	}
	return r.run(ctx, r.exported(query))
}

// named are the files that the answer may open.
func (f *Feed) named() []lake.Named {
	out := named(slices.Collect(maps.Values(f.files)), nil)
	for i := range f.steps {
		d := &f.steps[i].delta
		out = slices.Concat(out, named(d.Gone, d.GoneDeletes), named(d.New, d.NewDeletes))
	}
	return out
}

// query finds the rows that died and came back, and is the SELECT of a step's
// changes.
func (f *Feed) query(ctx context.Context, r *Rows, root string, s step) (string, error) {
	at := duck.Under(root)
	d := s.delta
	removed, err := f.touched(ctx, r, root, removedTable, d.NewDeletes, d.GoneDeletes, d.New)
	if err != nil {
		return "", err
	}
	restored, err := f.touched(ctx, r, root, restoredTable, d.GoneDeletes, d.NewDeletes, d.Gone)
	if err != nil {
		return "", err
	}
	before := end{files: d.Gone, deletes: d.GoneDeletes, touched: removed, positions: removedTable}
	after := end{files: d.New, deletes: d.NewDeletes, touched: restored, positions: restoredTable}
	cols := f.table.Schema().Columns
	c := comparison{
		cols: cols, before: before.rows(f.table.Schemas, cols, at, duck.Lit(root)), after: after.rows(f.table.Schemas, cols, at, duck.Lit(root)),
		only: "NULL::BIGINT", version: madeBy(d.New, s.made, at),
	}
	if s.only > 0 {
		c.only, c.version = bigint(s.only), bigint(s.only)
	}
	c.key = keyPlaces(cols, s.key)
	return c.changes(), nil
}

// keyPlaces are the places of the key's columns; none if one is not there.
func keyPlaces(cols []columns.Column, key []string) []int {
	var out []int
	for _, property := range key {
		i := slices.IndexFunc(cols, func(c columns.Column) bool { return c.Property == property })
		if i < 0 {
			return nil
		}
		out = append(out, i)
	}
	return out
}

// touched keeps the positions that deletes have and without lacks in table, and
// names the shared files that they are in.
func (f *Feed) touched(ctx context.Context, r *Rows, root, table string, deletes, without []lake.DeleteFile, except []lake.DataFile) ([]lake.DataFile, error) {
	if len(deletes) == 0 {
		return nil, nil
	}
	if _, err := r.conn.ExecContext(ctx, createPositions(table, deletes, without, except, duck.Under(root), duck.Lit(root))); err != nil {
		return nil, fmt.Errorf("read positions: %w", err)
	}
	rows, err := r.conn.QueryContext(ctx, filesIn(table))
	if err != nil {
		return nil, fmt.Errorf("read positions: %w", err)
	}
	var out []lake.DataFile
	for rows.Next() {
		var name string
		if err = rows.Scan(&name); err != nil {
			break
		}
		file, ok := f.files[strings.TrimPrefix(name, root+"/")]
		if !ok {
			err = fmt.Errorf("%w: a delete file names %s, which its version has not", lake.ErrCorrupt, name)
			break
		}
		out = append(out, file)
	}
	if err := errors.Join(err, rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("read positions: %w", err)
	}
	return out, nil
}
