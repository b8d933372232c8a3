package compaction

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path"
	"sync"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/lake/failpoint"
	"target-filelake/merge"
	"target-filelake/merge/duck"
	"target-filelake/merge/partition"
)

// Compactor writes files of one lake anew.
type Compactor struct {
	Lake    *lake.Lake
	DB      *merge.DB
	Codec   columns.Codec
	Spec    partition.Spec // of the table
	Workers int            // files hashed at once

	sizes sizes // none: measured
}

// Result is what the change it comes with does.
type Result struct {
	Files, Gone      int // data files written, and no longer named
	Bytes, GoneBytes int64
	Rows             int64 // live rows in the new files
	Copied           int   // of Files, those whose row groups were copied
}

// Prepare writes what the jobs, of one table, say, and returns the change that
// makes it true. What it has written when it fails nobody names.
func (c Compactor) Prepare(ctx context.Context, t *lake.Table, jobs []Job) (ch lake.Change, r Result, err error) {
	conn, err := c.DB.Conn(ctx)
	if err != nil {
		return ch, r, fmt.Errorf("compact: connect: %w", err)
	}
	w := &writing{Compactor: c, conn: conn, table: t}
	defer func() {
		_, derr := conn.ExecContext(context.WithoutCancel(ctx), dropRows())
		err = errors.Join(err, derr, conn.Close())
	}()
	for _, j := range jobs {
		if err := w.job(ctx, j); err != nil {
			return ch, r, err
		}
	}
	deletes, err := w.deletes(ctx)
	if err != nil {
		return ch, r, err
	}
	return w.change(deletes), w.result(deletes), nil
}

// writing is one call of Prepare.
type writing struct {
	Compactor
	conn   *sql.Conn
	table  *lake.Table
	gone   []lake.DataFile
	files  []lake.NewFile
	copied []joined
}

// joined is a file whose row groups were copied, and those they came from in order.
type joined struct {
	path string
	rows int64
	from []lake.DataFile
}

func (w *writing) job(ctx context.Context, j Job) error {
	if err := w.check(ctx, j.Files); err != nil {
		return err
	}
	w.gone = append(w.gone, j.Files...)
	if j.Copy {
		return w.join(ctx, j.Files)
	}
	id := w.table.Schema().ID
	if !j.Settle {
		id = typed(w.table, j.Files[0].Schema)
	}
	return w.rewrite(ctx, asOf(w.table, id), j.Files)
}

// check holds the files to their hashes: a flipped bit is read as wrong values as
// often as it is noticed, and the old files will be gone.
func (w *writing) check(ctx context.Context, files []lake.DataFile) error {
	var wg sync.WaitGroup
	work, errs := make(chan *lake.DataFile), make([]error, max(1, w.Workers))
	for i := range errs {
		wg.Go(func() {
			for f := range work {
				if errs[i] == nil && ctx.Err() == nil {
					errs[i] = w.Lake.Check(f)
				}
			}
		})
	}
	for i := range files {
		work <- &files[i]
	}
	close(work)
	wg.Wait()
	return errors.Join(append(errs, context.Cause(ctx))...)
}

// rewrite sorts the live rows of files and writes them, as the columns of t are.
func (w *writing) rewrite(ctx context.Context, t *lake.Table, files []lake.DataFile) error {
	p := portion{table: t, files: files}
	for i := range files {
		p.rows += files[i].Live()
	}
	return w.portion(ctx, p)
}

// portion writes rows to files in the order of their key; part after part if they
// are too many to be sorted at once.
func (w *writing) portion(ctx context.Context, p portion) error {
	if p.rows == 0 {
		return nil
	}
	spec := specIn(w.table, w.Spec, p.table.Schema().ID)
	written := len(w.files)
	full := w.sort(ctx, p, spec)
	if full == nil || !duck.OutOfMemory(full) || len(w.files) > written {
		return full
	}
	parts, err := w.split(ctx, p, spec)
	if err != nil || len(parts) < 2 {
		return errors.Join(full, err)
	}
	for _, part := range parts {
		if err := w.portion(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

// sort writes a portion that is sorted at once.
func (w *writing) sort(ctx context.Context, p portion, spec partition.Spec) error {
	at, root := duck.Under(w.DB.Root()), duck.Lit(w.DB.Root())
	generation := p.files[0].Generation
	rows, bytes := liveOf(p.files)
	most := w.size().most(rows, bytes)
	if w.sizes.sorted > 0 && p.rows > w.sizes.sorted {
		return duck.ErrOutOfMemory
	}
	if len(spec) == 0 && p.rows <= most+most/4 && bytes <= w.size().direct() {
		return w.write(ctx, p.table.Schema(), p.query(at, root)+order(p.table), p.rows, "", generation)
	}
	if hashes(spec) {
		if err := duck.RegisterMurmur(w.conn); err != nil {
			return fmt.Errorf("compact: %w", err)
		}
	}
	if err := w.exec(ctx, "sort", createRows(p, spec, at, root)); err != nil {
		return err
	}
	parts, err := w.runs(ctx, spec)
	if err != nil {
		return err
	}
	for _, r := range parts {
		if err := w.slices(ctx, p.table.Schema(), r, most, generation); err != nil {
			return err
		}
	}
	return w.exec(ctx, "drop sorted rows", dropRows())
}

// liveOf adds up the live rows of files and their bytes.
func liveOf(files []lake.DataFile) (rows, bytes int64) {
	for i := range files {
		rows, bytes = rows+files[i].Live(), bytes+files[i].LiveBytes()
	}
	return rows, bytes
}

// hashes reports whether a field of the partitions is a bucket.
func hashes(spec partition.Spec) bool {
	for i := range spec {
		if spec[i].Transform == partition.Bucket {
			return true
		}
	}
	return false
}

// run is the rows of a partition, and where they stand in rowsTable.
type run struct {
	dir        string
	from, rows int64
}

func (w *writing) runs(ctx context.Context, spec partition.Spec) ([]run, error) {
	const step = "find partitions"
	rows, err := w.conn.QueryContext(ctx, runs(spec))
	if err != nil {
		return nil, stepError(ctx, step, err)
	}
	var out []run
	for rows.Next() {
		var p run
		var last int64
		values := make([]sql.NullString, len(spec))
		dst := make([]any, 0, len(values)+3)
		for i := range values {
			dst = append(dst, &values[i])
		}
		if err = rows.Scan(append(dst, &p.from, &p.rows, &last)...); err != nil {
			break
		}
		if last-p.from+1 != p.rows {
			err = fmt.Errorf("rows %d to %d are %d: not one partition's", p.from, last, p.rows)
			break
		}
		p.dir = spec.Dir(values)
		out = append(out, p)
	}
	if err := errors.Join(err, rows.Err(), rows.Close()); err != nil {
		return nil, stepError(ctx, step, err)
	}
	return out, nil
}

// slices writes a partition's rows to files of about most rows.
func (w *writing) slices(ctx context.Context, s *columns.Schema, p run, most, generation int64) error {
	each := cut(p.rows, most)
	for from := int64(0); from < p.rows; from += each {
		rows := min(each, p.rows-from)
		if err := w.write(ctx, s, slice(s.Columns, p.from+from, rows), rows, p.dir, generation); err != nil {
			return err
		}
	}
	return nil
}

// write makes a file of a query's rows.
func (w *writing) write(ctx context.Context, s *columns.Schema, query string, rows int64, dir string, generation int64) error {
	name, err := w.Lake.CompactedFile(w.table.Stream, dir)
	if err != nil {
		return err
	}
	err = failpoint.Hit("compact/copy/before")
	if err == nil {
		err = w.exec(ctx, "write "+name, copyTo(query, path.Join(w.DB.Root(), lake.Staged(name)), s.Columns, w.Codec, w.size().group))
	}
	if err = errors.Join(err, failpoint.Hit("compact/copy/after")); err != nil {
		return errors.Join(err, w.Lake.Discard(name))
	}
	f, err := w.Lake.Adopt(name, s, rows, w.keyIDs())
	if err != nil {
		return errors.Join(err, w.Lake.Discard(name))
	}
	f.Generation, f.Partition, f.Sorted = generation, dir, len(w.table.Key) > 0
	w.files = append(w.files, f)
	return nil
}

func (w *writing) keyIDs() []int32 {
	var out []int32
	for _, property := range w.table.Key {
		if c := w.table.Schema().Column(property); c != nil {
			out = append(out, c.ID)
		}
	}
	return out
}

func (w *writing) exec(ctx context.Context, step, query string) error {
	if _, err := w.conn.ExecContext(ctx, query); err != nil {
		return stepError(ctx, step, err)
	}
	return nil
}

// stepError names the step; DuckDB only says Interrupted when ctx ended.
func stepError(ctx context.Context, step string, err error) error {
	if ended := context.Cause(ctx); ended != nil && !errors.Is(err, ended) {
		err = errors.Join(ended, err)
	}
	return fmt.Errorf("compact: %s: %w", step, err)
}

// change is the one that makes what was written true.
func (w *writing) change(deletes *lake.NewDeletes) lake.Change {
	t := w.table
	ch := lake.Change{
		Stream: t.Stream, Dir: t.Dir, Key: t.Key, Bookmarks: t.Bookmarks, Replication: t.Replication, PartitionBy: t.PartitionBy, NextID: t.NextID, Schema: t.Schema(),
		Files: w.files, Compact: &lake.Compact{Deletes: w.deletesMove()},
	}
	for i := range w.gone {
		ch.Compact.Gone = append(ch.Compact.Gone, w.gone[i].Path)
	}
	if deletes != nil {
		ch.Deletes = []lake.NewDeletes{*deletes}
	}
	return ch
}

func (w *writing) result(deletes *lake.NewDeletes) Result {
	r := Result{Files: len(w.files), Gone: len(w.gone), Copied: len(w.copied)}
	for i := range w.files {
		r.Bytes += w.files[i].Bytes
	}
	for i := range w.gone {
		r.GoneBytes, r.Rows = r.GoneBytes+w.gone[i].Bytes, r.Rows+w.gone[i].Live()
	}
	if deletes != nil {
		r.Bytes += deletes.Bytes
	}
	return r
}
