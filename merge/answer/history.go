package answer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
)

// ErrKey says that a key asked for cannot be one of the stream's.
var ErrKey = errors.New("merge: not a value of the key")

// Timeline is a stream's versions: which files each of them has.
type Timeline struct {
	table   *lake.Table // the one whose schema has all columns; nil if no version has the stream
	anew    lake.Version
	appends bool // rows of one key may live side by side
	points  []point
	files   map[string]*spanned[lake.DataFile] // by path
	deletes map[string]*spanned[lake.DeleteFile]
}

// point is a version that changed the stream.
type point struct {
	version   lake.Version
	committed time.Time
	table     bool // it has the stream
}

// spanned is a file and the points at which the stream has it.
type spanned[F any] struct {
	file  F
	spans []span
}

// span is the points from from to those before to.
type span struct{ from, to int }

// NewTimeline reads a stream's states. Where the stream was dropped and loaded
// anew with other columns or another key, it starts there.
func NewTimeline(states iter.Seq2[lake.State, error]) (*Timeline, error) {
	t := &Timeline{}
	t.reset()
	for s, err := range states {
		if err != nil {
			return nil, err
		}
		if s.Table != nil && t.table != nil && !continues(t.table, s.Table) {
			t.reset()
			t.anew = s.Version
			t.points = []point{{}}
		}
		t.add(&s)
	}
	return t, nil
}

func (t *Timeline) reset() {
	*t = Timeline{files: map[string]*spanned[lake.DataFile]{}, deletes: map[string]*spanned[lake.DeleteFile]{}}
}

// continues reports whether both versions of a table have their columns and
// their key in common.
func continues(a, b *lake.Table) bool {
	n := min(len(a.Schemas), len(b.Schemas))
	return slices.Equal(a.Key, b.Key) && slices.EqualFunc(a.Schemas[:n], b.Schemas[:n], (*columns.Schema).Equal)
}

func (t *Timeline) add(s *lake.State) {
	i := len(t.points)
	t.points = append(t.points, point{s.Version, s.Committed, s.Table != nil})
	if s.Table == nil {
		return
	}
	if t.table == nil || len(s.Table.Schemas) >= len(t.table.Schemas) {
		t.table = s.Table
	}
	t.appends = t.appends || s.Table.Appends
	for _, f := range s.Table.Files {
		extend(t.files, f.Path, f, i)
	}
	for _, f := range s.Table.Deletes {
		extend(t.deletes, f.Path, f, i)
	}
}

// extend notes that a file is there at point i.
func extend[F any](files map[string]*spanned[F], path string, file F, i int) {
	f := files[path]
	if f == nil {
		f = &spanned[F]{file: file}
		files[path] = f
	}
	if n := len(f.spans); n > 0 && f.spans[n-1].to == i {
		f.spans[n-1].to = i + 1
		return
	}
	f.spans = append(f.spans, span{i, i + 1})
}

// Key are the stream's key columns; none if its rows are appended, or no
// version has it.
func (t *Timeline) Key() []columns.Column {
	if t.table == nil {
		return nil
	}
	var out []columns.Column
	for _, i := range keyPlaces(t.table.Schema().Columns, t.table.Key) {
		out = append(out, t.table.Schema().Columns[i])
	}
	return out
}

// Known reports whether any version has the stream.
func (t *Timeline) Known() bool { return t.table != nil }

// Anew is the version that loaded the stream anew, where the timeline starts; 0
// if none did.
func (t *Timeline) Anew() lake.Version { return t.anew }

// History tells what each version did to the row of a key, oldest first:
// "present" if the oldest version has it already, "insert", "update", "delete",
// with the row as that version left it or, deleted, found it; of a stream that is
// appended to, each row on its own. key has a value
// for each key column, nil being NULL. Row groups that cannot hold the key are
// not read.
func History(ctx context.Context, c duck.Config, t *Timeline, key []*string) (*Rows, error) {
	r, err := openFiles(ctx, c, t.table.Stream, named(sortedFiles(t.files), sortedFiles(t.deletes)))
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	if err := t.answer(ctx, r, c.Root, key); err != nil {
		return nil, errors.Join(fmt.Errorf("history: %w", r.culprit(err)), r.Close())
	}
	return r, nil
}

func (t *Timeline) answer(ctx context.Context, r *Rows, root string, key []*string) error {
	cols := t.table.Schema().Columns
	where, err := t.where(ctx, r, key)
	if err != nil {
		return err
	}
	var events []event
	if len(t.files) > 0 {
		if _, err := r.conn.ExecContext(ctx, createRows(t.table.Schemas, cols, sortedFiles(t.files), where, duck.Under(root))); err != nil {
			return fmt.Errorf("look for the key: %w", err)
		}
		lives, err := t.lives(ctx, r, root)
		if err != nil {
			return err
		}
		if t.appends {
			events = t.comings(lives)
		} else {
			events = t.events(lives)
		}
	}
	return r.only(ctx, eventRows(cols, events))
}

func sortedFiles[F any](files map[string]*spanned[F]) []F {
	var paths []string
	for path := range files {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	out := make([]F, len(paths))
	for i, path := range paths {
		out[i] = files[path].file
	}
	return out
}

// where is the condition that a row has the key.
func (t *Timeline) where(ctx context.Context, r *Rows, key []*string) (string, error) {
	cols := t.table.Schema().Columns
	places := keyPlaces(cols, t.table.Key)
	if len(places) == 0 || len(places) != len(key) {
		return "", fmt.Errorf("%w: %d values for the %d columns of the key", ErrKey, len(key), len(places))
	}
	var parts []string
	for i, place := range places {
		part := fmt.Sprintf("r.c%d IS NULL", place)
		if key[i] != nil {
			value := keyValue(&cols[place], *key[i])
			if err := r.checkKey(ctx, &cols[place], *key[i], value); err != nil {
				return "", err
			}
			part = fmt.Sprintf("r.c%d = %s", place, value)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " AND "), nil
}

// checkKey refuses text that is no value of the column, or one that the column
// would round.
func (r *Rows) checkKey(ctx context.Context, c *columns.Column, text, value string) error {
	var read string
	err := r.conn.QueryRowContext(ctx, "SELECT CAST("+value+" AS VARCHAR)").Scan(&read)
	rounded := (c.Kind == columns.Int64 || c.Kind == columns.Decimal) && !sameNumber(text, read)
	if err != nil || rounded {
		return fmt.Errorf("%w: %s: %q is no %s", ErrKey, c.Property, text, duck.TypeOf(c))
	}
	return nil
}

// life is a row and the points at which it lives.
type life struct {
	file  string
	pos   int64
	spans []span
}

// lives are the rows of the key that live at some point.
func (t *Timeline) lives(ctx context.Context, r *Rows, root string) ([]life, error) {
	rows, err := r.conn.QueryContext(ctx, rowDeaths(sortedFiles(t.deletes), duck.Under(root), duck.Lit(root)))
	if err != nil {
		return nil, fmt.Errorf("read positions: %w", err)
	}
	var out []life
	var last life
	for rows.Next() {
		var next life
		var by *string
		if err = rows.Scan(&next.file, &next.pos, &by); err != nil {
			break
		}
		if next.file != last.file || next.pos != last.pos {
			out = keep(out, last)
			last, next.spans = next, t.files[strings.TrimPrefix(next.file, root+"/")].spans
			last.spans = next.spans
		}
		if by != nil {
			last.spans = without(last.spans, t.deletes[strings.TrimPrefix(*by, root+"/")].spans)
		}
	}
	if err := errors.Join(err, rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("read positions: %w", err)
	}
	return keep(out, last), nil
}

func keep(out []life, l life) []life {
	if len(l.spans) == 0 {
		return out
	}
	return append(out, l)
}

// without is what of a's points is not in b's.
func without(a, b []span) []span {
	var out []span
	for _, s := range a {
		for _, cut := range b {
			if cut.to <= s.from || cut.from >= s.to {
				continue
			}
			if cut.from > s.from {
				out = append(out, span{s.from, cut.from})
			}
			s.from = cut.to
		}
		if s.from < s.to {
			out = append(out, s)
		}
	}
	return out
}

// event is what a point did to the row.
type event struct {
	change   string
	point    point
	row, old *life // old: before an update
}

// events are what the points did, of rows that never live at once.
func (t *Timeline) events(lives []life) []event {
	starts, ends := map[int]*life{}, map[int]*life{}
	for i := range lives {
		for _, s := range lives[i].spans {
			starts[s.from], ends[s.to] = &lives[i], &lives[i]
		}
	}
	var out []event
	for i, p := range t.points {
		now, old := starts[i], ends[i]
		switch {
		case now != nil && old != nil:
			out = append(out, event{"update", p, now, old})
		case now != nil && i == 0:
			out = append(out, event{"present", p, now, nil})
		case now != nil:
			out = append(out, event{"insert", p, now, nil})
		case old != nil:
			out = append(out, event{"delete", p, old, nil})
		}
	}
	return out
}

// comings are the points at which rows came and went, that may live side by side.
func (t *Timeline) comings(lives []life) []event {
	at := make([][]event, len(t.points)+1)
	for j := range lives {
		for _, s := range lives[j].spans {
			change := "insert"
			if s.from == 0 {
				change = "present"
			}
			at[s.from] = append(at[s.from], event{change: change, row: &lives[j]})
			at[s.to] = append(at[s.to], event{change: "delete", row: &lives[j]})
		}
	}
	var out []event
	for i, p := range t.points {
		for _, e := range at[i] {
			e.point = p
			out = append(out, e)
		}
	}
	return out
}
