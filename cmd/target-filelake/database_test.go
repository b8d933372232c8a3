package main

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"target-filelake/bench"
)

// TestAsking has one DuckDB asked by many, alone and beside others, while it is
// renewed again and again.
func TestAsking(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	load(t, dir, singer(schemaT, rowT("1", "a"), stateOf("1")), 0)
	c, _ := newCommitter(t, dir)
	db := c.duckdb
	db.config.MemoryMB = 128
	var asking, most atomic.Int32
	ask := func(alone bool) error {
		return db.ask(t.Context(), alone, func() error {
			n := asking.Add(1)
			defer asking.Add(-1)
			if alone && n > 1 {
				return errors.New("somebody else asks")
			}
			for seen := most.Load(); n > seen && !most.CompareAndSwap(seen, n); seen = most.Load() {
			}
			conn, err := db.Conn(t.Context())
			if err != nil {
				return err
			}
			_, err = conn.ExecContext(t.Context(), "SELECT sum(range) FROM range(1_000_000)")
			return errors.Join(err, conn.Close())
		})
	}
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for j := range 12 {
				if err := ask(i == 0 && j%3 == 0); err != nil {
					t.Error(err)
				}
				if i == 1 && j%2 == 0 {
					if err := db.renew(); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
	if most.Load() < 2 {
		t.Error("nobody asked beside another")
	}
	if err := errors.Join(db.close(), c.lake.Close()); err != nil {
		t.Error(err)
	}
}

// TestManyStreamsUpserted loads keyed streams that take turns, and again other rows
// of the same keys: a merge for each, side by side.
func TestManyStreamsUpserted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	load(t, dir, sample(t, bench.Gen{Records: 3000, Streams: 30, Seed: 1}), 0)
	r := load(t, dir, sample(t, bench.Gen{Records: 1500, Streams: 30, Seed: 2}), 0, "--threads", "4")
	if !strings.Contains(r.err, "1500 records") {
		t.Error(r.err)
	}
	wantQuery(t, dir, "SELECT count(*) AS n, count(DISTINCT id) AS d FROM (SELECT id FROM orders UNION ALL SELECT id FROM orders_17 UNION ALL SELECT id FROM orders_30)", `[{"n":300,"d":100}]`)
	if r := invoke(t, "", "verify", "--lake", dir); r.code != 0 {
		t.Errorf("exit %d\n%s%s", r.code, r.out, r.err)
	}
}
