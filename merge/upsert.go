package merge

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/lake/failpoint"
	"target-filelake/merge/duck"
)

// Staged is a data file of the batch being merged, already at its final path.
type Staged struct {
	File   lake.DataFile
	Schema *columns.Schema
	Skip   int64 // rows at its start that are superseded, the lake having them; none if there is a key
	Keep   int64 // rows before the cut; those from it on are superseded and take no part
	Rises  bool  // the key is one column, whose values become greater from row to row
}

// Job is the batch of one stream and the table it goes into.
type Job struct {
	Table  *lake.Table      // as in the newest version; nil for a stream the lake does not have yet
	Key    []columns.Column // key columns of the current schema; none: rows are appended
	Staged []Staged         // in arrival order

	Conflict Conflict
	Order    *columns.Column // not of Ignore: the row with the greatest value stays, of equal ones as Conflict says; nil: none
	Deleted  *columns.Column // staged rows that have a value here are superseded too, once they have superseded others; nil: none
}

// Result counts the rows that a batch supersedes.
type Result struct {
	Within int64 // rows superseded by other rows of the batch
	Lake   int64 // live rows of the lake superseded
	Live   int64 // rows superseded by live rows of the lake
	Gone   int64 // rows that only say that a row was deleted
	Cut    int64 // rows cut off
}

// Total is how many they are.
func (r Result) Total() int64 { return r.Within + r.Lake + r.Live + r.Gone + r.Cut }

// NeedsMerge reports whether j can have any position at all.
func (j Job) NeedsMerge() bool {
	return j.cut() > 0 || j.Deleted != nil && j.kept() > 0 || len(j.Key) > 0 && j.kept() > 0 && (j.kept() > 1 && !j.rises() || len(j.near()) > 0)
}

// largeRows of keys take DuckDB some 10 MB, and enough work for all its threads.
const largeRows = 100_000

// Large reports whether j gains nothing by other merges beside it, and may lack
// their memory.
func (j Job) Large() bool { return j.kept() > largeRows }

func (j Job) kept() int64 {
	var n int64
	for i := range j.Staged {
		n += j.Staged[i].Keep - j.Staged[i].Skip
	}
	return n
}

func (j Job) cut() int64 {
	var n int64
	for i := range j.Staged {
		n += j.Staged[i].File.Rows - j.Staged[i].Keep + j.Staged[i].Skip
	}
	return n
}

func (j Job) check() error {
	for i := range j.Staged {
		s := &j.Staged[i]
		if s.Keep < 0 || s.Keep > s.File.Rows {
			return fmt.Errorf("merge: %s: keep %d of %d rows", s.File.Path, s.Keep, s.File.Rows)
		}
		if s.Skip < 0 || s.Skip > s.Keep || s.Skip > 0 && len(j.Key) > 0 {
			return fmt.Errorf("merge: %s: skip %d of %d rows", s.File.Path, s.Skip, s.Keep)
		}
	}
	return nil
}

// Positions finds which rows the batch supersedes, in itself and in the lake:
// one set a file that has any.
func (db *DB) Positions(ctx context.Context, j Job) (dead []lake.Positions, r Result, err error) {
	if err := j.check(); err != nil || !j.NeedsMerge() {
		return nil, r, err
	}
	if j.kept() == 0 || len(j.Key) == 0 && j.Deleted == nil {
		dead, r.Cut = j.superseded(nil), j.cut()
		return dead, r, nil
	}
	conn, err := db.sql.Conn(ctx)
	if err != nil {
		return nil, r, stepError(ctx, "connect", err)
	}
	m := merging{Job: j, conn: conn, root: db.root, lake: j.near()}
	defer func() { err = errors.Join(err, m.end(ctx)) }()
	if err := failpoint.Hit("merge/query/before"); err != nil {
		return nil, r, stepError(ctx, "query", err)
	}
	if len(j.Key) == 0 {
		dead, r.Cut = j.superseded(nil), j.cut()
	} else {
		dead, r, err = m.supersede(ctx)
	}
	if err == nil && j.Deleted != nil {
		dead, r.Gone, err = m.dropDeleted(ctx, dead)
	}
	if err := errors.Join(err, failpoint.Hit("merge/query/after")); err != nil {
		return nil, Result{}, err
	}
	return dead, r, nil
}

// superseded are the staged rows that do not live on: those cut off and, where
// stay holds a set for each staged file, those not in it.
func (j Job) superseded(stay []lake.Positions) []lake.Positions {
	var dead []lake.Positions
	for i := range j.Staged {
		s := &j.Staged[i]
		p := lake.NewPositions(s.File.Path, s.File.Rows)
		if stay != nil {
			p.AddRange(0, s.Keep)
			for b := range p.Set {
				p.Set[b] &^= stay[i].Set[b]
			}
		}
		p.AddRange(0, s.Skip)
		p.AddRange(s.Keep, s.File.Rows)
		if p.Count() > 0 {
			dead = append(dead, p)
		}
	}
	return dead
}

// merging is one Positions call on a connection of its own.
type merging struct {
	Job
	conn *sql.Conn
	root string
	lake []lake.DataFile // the table's that the batch may supersede rows of
}

// live reports whether there are any.
func (m *merging) live() bool { return len(m.lake) > 0 }

func (m *merging) end(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	for _, s := range dropTables() {
		if err := m.exec(ctx, "drop keys", s); err != nil {
			return errors.Join(err, m.conn.Close())
		}
	}
	return m.conn.Close()
}

func (m *merging) exec(ctx context.Context, step, query string) error {
	if _, err := m.conn.ExecContext(ctx, query); err != nil {
		return stepError(ctx, step, err)
	}
	return nil
}

// stepError names the step; DuckDB only says Interrupted when ctx ended.
func stepError(ctx context.Context, step string, err error) error {
	if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) {
		return fmt.Errorf("merge: %s: %w: %w", step, ended, err)
	}
	return fmt.Errorf("merge: %s: %w", step, err)
}

// create runs a query that creates table and counts its rows.
func (m *merging) create(ctx context.Context, step, table, query string) (n int64, err error) {
	if err := m.exec(ctx, step, query); err != nil {
		return 0, err
	}
	if err := m.conn.QueryRowContext(ctx, countRows(table)).Scan(&n); err != nil {
		return 0, stepError(ctx, step, err)
	}
	return n, nil
}

// supersede leaves each key of the batch in one temporary table and the rows
// of the lake that they replace in another, and reads both as sets of rows.
func (m *merging) supersede(ctx context.Context) (dead []lake.Positions, r Result, err error) {
	r.Cut = m.cut()
	distinct, err := m.distinct(ctx)
	if err != nil || distinct && !m.live() {
		return m.superseded(nil), r, err
	}
	if err := m.exec(ctx, "read keys of the batch", createBatch(m.Job, duck.Under(m.root), distinct)); err != nil {
		return nil, r, err
	}
	keys, bs, err := m.bounds(ctx)
	if err != nil {
		return nil, r, err
	}
	r.Within = m.kept() - keys
	if r.Within < 0 || distinct && r.Within != 0 {
		return nil, r, fmt.Errorf("merge: %d keys in %d rows: staged files hold other row counts than named", keys, m.kept())
	}
	if m.live() && m.yields() && keys > 0 {
		if r.Live, err = m.yield(ctx, keys, bs); err != nil {
			return nil, r, err
		}
	}
	var stay []lake.Positions
	if r.Within+r.Live > 0 {
		if stay, err = m.stay(ctx); err != nil {
			return nil, r, err
		}
	}
	dead = m.superseded(stay)
	if m.live() && (m.ordered() || !m.Conflict.keepsLive()) {
		var replaced []lake.Positions
		if r.Lake, replaced, err = m.replaced(ctx, bs); err != nil {
			return nil, r, err
		}
		dead = append(dead, replaced...)
	}
	return dead, r, nil
}

// stay is, of each staged file, the rows that stay.
func (m *merging) stay(ctx context.Context) ([]lake.Positions, error) {
	found, err := m.sets(ctx, staySets(), m.stagedSet)
	out := make([]lake.Positions, len(m.Staged))
	for i := range out {
		path := m.Staged[i].File.Path
		out[i] = lake.NewPositions(path, m.Staged[i].File.Rows)
		if at := slices.IndexFunc(found, func(p lake.Positions) bool { return p.Path == path }); at >= 0 {
			out[i] = found[at]
		}
	}
	return out, err
}

// distinctRows is where one more pass over the keys begins to pay.
const distinctRows = 50_000

// distinct reports whether one cheap pass shows all keys to differ. It takes
// 0.03 s where grouping 2 M sorted integers takes 0.25 s.
func (m *merging) distinct(ctx context.Context) (bool, error) {
	if m.rises() {
		return true, nil
	}
	if len(m.Key) != 1 || !bounded(m.Key[0].Kind) || m.kept() < distinctRows || m.Conflict == Ignore && m.Deleted != nil {
		return false, nil
	}
	var yes bool
	if err := m.conn.QueryRowContext(ctx, increasing(m.Job, duck.Under(m.root))).Scan(&yes); err != nil {
		return false, stepError(ctx, "read keys of the batch", err)
	}
	return yes, nil
}

// bounds counts the keys of the batch and reads what spares looking at most of
// the lake.
func (m *merging) bounds(ctx context.Context) (keys int64, bs []bounds, err error) {
	bs = make([]bounds, len(m.Key))
	present := make([]int64, len(m.Key))
	ends := make([][2]sql.NullString, len(m.Key))
	dst := []any{&keys}
	for i := range m.Key {
		if bounded(m.Key[i].Kind) {
			dst = append(dst, &present[i], &ends[i][0], &ends[i][1])
		}
	}
	if err := m.conn.QueryRowContext(ctx, batchBounds(m.Key)).Scan(dst...); err != nil {
		return 0, nil, stepError(ctx, "bounds of the batch's keys", err)
	}
	for i := range bs {
		noNulls := bounded(m.Key[i].Kind) && present[i] == keys
		bs[i] = bounds{noNulls: noNulls, lo: ends[i][0].String, hi: ends[i][1].String}
	}
	return keys, bs, nil
}

// replaced finds the live rows of the lake whose key the batch has.
func (m *merging) replaced(ctx context.Context, bs []bounds) (int64, []lake.Positions, error) {
	n, err := m.replaceable(ctx, bs)
	if err != nil || n == 0 {
		return 0, nil, err
	}
	dead, err := m.sets(ctx, matchedSets(m.root), setsIn(m.lake))
	return n, dead, err
}

// replaceable counts the matched rows; where rows of the batch may yield they
// have been matched already.
func (m *merging) replaceable(ctx context.Context, bs []bounds) (n int64, err error) {
	if !m.ordered() {
		return m.match(ctx, bs)
	}
	if err := m.conn.QueryRowContext(ctx, countRows(matchedTable)).Scan(&n); err != nil {
		return 0, stepError(ctx, "count matched rows", err)
	}
	return n, nil
}

// match puts the live rows of the lake whose key the batch has into a table.
func (m *merging) match(ctx context.Context, bs []bounds) (int64, error) {
	at := duck.Under(m.root)
	n, err := m.create(ctx, "look for keys in the lake", matchedTable, createMatched(m.Job, m.lake, at, bs))
	if err == nil && n > 0 && slices.ContainsFunc(m.lake, func(f lake.DataFile) bool { return f.Superseded > 0 }) {
		n, err = m.create(ctx, "read positions of the lake", matchedTable, dropSuperseded(m.Job, at, m.root))
	}
	return n, err
}
