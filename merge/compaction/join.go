package compaction

import (
	"context"
	"fmt"
	"slices"

	"target-filelake/lake"
	"target-filelake/lake/columns"
)

// join copies the row groups of files, as they stand, into one file.
func (w *writing) join(ctx context.Context, files []lake.DataFile) error {
	s := w.table.Schemas[files[0].Schema]
	st, err := w.Lake.StageCompacted(w.table.Stream, s, w.Codec)
	if err != nil {
		return err
	}
	var rows int64
	for i := range files {
		rows += files[i].Rows
		if err = context.Cause(ctx); err == nil {
			err = st.Copy(&files[i])
		}
		if err != nil {
			_ = st.Abandon() // a sweep finds what stays
			return err
		}
	}
	f, err := st.Close()
	if err != nil {
		return err
	}
	if f.Rows != rows {
		return fmt.Errorf("compact: %w: %s has %d rows, want %d", lake.ErrNotWhole, f.Path, f.Rows, rows)
	}
	f.Generation, f.Keys, f.Sorted = files[0].Generation, joinKeys(s, files), inOneOrder(w.table, files)
	w.files = append(w.files, f)
	w.copied = append(w.copied, joined{f.Path, f.Rows, files})
	return nil
}

// inOneOrder reports whether rows that are copied stand in the order of the key.
func inOneOrder(t *lake.Table, files []lake.DataFile) bool {
	return len(t.Key) > 0 && !slices.ContainsFunc(files, func(f lake.DataFile) bool { return !f.Sorted }) && disjoint(t, files)
}

// joinKeys are the ranges of keys that all of the files tell.
func joinKeys(s *columns.Schema, files []lake.DataFile) []columns.Range {
	out := slices.Clone(files[0].Keys)
	for i := range files[1:] {
		f := &files[i+1]
		out = slices.DeleteFunc(out, func(r columns.Range) bool { return f.KeyRange(r.ID) == nil })
		for j := range out {
			c := slices.IndexFunc(s.Columns, func(c columns.Column) bool { return c.ID == out[j].ID })
			if c < 0 {
				panic("BUG: a range of a column that the schema does not have")
			}
			out[j] = out[j].Join(&s.Columns[c], *f.KeyRange(out[j].ID))
		}
	}
	return out
}

// deletesMove reports whether the table's positions are written anew: some are of
// rows that went, or they are in many files.
func (w *writing) deletesMove() bool {
	return len(w.table.Deletes) >= fanIn || slices.ContainsFunc(w.gone, func(f lake.DataFile) bool { return f.Superseded > 0 })
}

// deletes writes the positions of superseded rows, in files that stay and in those
// that were copied, into one delete file; nil if there are none or they stay.
func (w *writing) deletes(ctx context.Context) (*lake.NewDeletes, error) {
	if !w.deletesMove() || len(w.table.Deletes) == 0 {
		return nil, nil
	}
	gone := map[string]bool{}
	for i := range w.gone {
		gone[w.gone[i].Path] = true
	}
	var named []lake.DataFile // with rows that stay superseded
	for _, f := range w.table.Files {
		if f.Superseded > 0 && !gone[f.Path] {
			named = append(named, f)
		}
	}
	for _, j := range w.copied {
		named = append(named, j.from...)
	}
	dead, err := w.DB.Deleted(ctx, w.table, named)
	if err != nil {
		return nil, err
	}
	if dead = w.follow(dead); len(dead) == 0 {
		return nil, nil
	}
	d, err := w.Lake.WriteDeletes(w.table.Stream, dead)
	return &d, err
}

// follow moves the positions of rows that were copied to where they stand now.
func (w *writing) follow(dead []lake.Positions) []lake.Positions {
	of := make(map[string]lake.Positions, len(dead))
	for _, p := range dead {
		of[p.Path] = p
	}
	var out []lake.Positions
	for _, j := range w.copied {
		moved := lake.NewPositions(j.path, j.rows)
		at := int64(0)
		for _, f := range j.from {
			if p, ok := of[f.Path]; ok {
				moved.Append(p, at)
				delete(of, f.Path)
			}
			at += f.Rows
		}
		if moved.Count() > 0 {
			out = append(out, moved)
		}
	}
	for _, p := range of {
		out = append(out, p)
	}
	return out
}
