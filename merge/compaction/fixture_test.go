package compaction

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"os"
	"slices"
	"testing"
	"time"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge"
	"target-filelake/merge/laketest"
	"target-filelake/merge/partition"
)

const odd = laketest.Odd

var column, decimal = laketest.Column, laketest.Decimal

// stream is the one of every lake here.
const stream = `it's "t"; $$`

// fixture is a lake on disk with one stream, loaded by merges.
type fixture struct {
	*laketest.Lake
	lake  *lake.Lake
	db    *merge.DB
	table *lake.Table // as the next commit will have it: its schema, key and partition_by count
	sizes sizes
}

func newFixture(t testing.TB, key []string, cols ...columns.Column) *fixture {
	t.Helper()
	f := &fixture{Lake: laketest.New(t)}
	disk, err := lake.OpenDisk(f.Root)
	f.Must(err)
	f.lake, err = lake.Open(disk, lake.Options{Pipeline: "p", Holder: "a test", Clock: time.Now, Rand: rand.Reader})
	f.Must(err)
	f.db, err = merge.Open(context.Background(), f.Config())
	f.Must(err)
	t.Cleanup(func() {
		f.Must(f.db.Close())
		f.Must(f.lake.Close())
		f.Must(disk.Close())
	})
	f.table = f.Table(stream, key, cols...)
	f.table.Dir = f.lake.Dir(stream)
	return f
}

// now is the table in the newest version; one without files before there is any.
func (f *fixture) now() *lake.Table {
	if t := f.lake.Manifest().Tables[stream]; t != nil {
		return t
	}
	return &lake.Table{Stream: stream, Name: stream, Dir: f.table.Dir, Key: f.table.Key, Schemas: []*columns.Schema{f.table.Schema()}}
}

// fresh is a file of a query's rows, so many, as a load stages it.
func (f *fixture) fresh(rows int64, query string) lake.DataFile {
	f.Helper()
	file := f.WriteQuery(f.table, rows, query)
	data, err := os.ReadFile(f.Abs(file.Path))
	f.Must(err)
	sum := sha256.Sum256(data)
	file.SHA256 = hex.EncodeToString(sum[:])
	file.Keys = slices.DeleteFunc(file.Keys, func(r columns.Range) bool {
		return !slices.ContainsFunc(f.key(), func(c columns.Column) bool { return c.ID == r.ID })
	})
	return file
}

func (f *fixture) key() []columns.Column {
	var out []columns.Column
	for _, k := range f.table.Key {
		out = append(out, *f.table.Schema().Column(k))
	}
	return out
}

// load merges files into the table and commits them.
func (f *fixture) load(files ...lake.DataFile) {
	f.Helper()
	s := f.table.Schema()
	ch := lake.Change{Stream: stream, Dir: f.table.Dir, Key: f.table.Key, PartitionBy: f.table.PartitionBy, NextID: 1000, Schema: s}
	var staged []merge.Staged
	for _, file := range files {
		ch.Files = append(ch.Files, lake.NewFile{DataFile: file, Schema: s})
		staged = append(staged, merge.Staged{File: file, Schema: s, Keep: file.Rows})
	}
	dead, _, err := f.db.Positions(context.Background(), merge.Job{Table: f.now(), Key: f.key(), Staged: staged})
	f.Must(err)
	if len(dead) > 0 {
		d, err := f.lake.WriteDeletes(stream, dead)
		f.Must(err)
		ch.Deletes = append(ch.Deletes, d)
	}
	_, err = f.lake.Commit(lake.Commit{Load: true, Batches: 1, Changes: []lake.Change{ch}})
	f.Must(err)
}

func (f *fixture) spec() partition.Spec { return f.specOf(f.now()) }

func (f *fixture) specOf(t *lake.Table) partition.Spec {
	f.Helper()
	spec, err := partition.Parse(t.PartitionBy, t.Schema())
	f.Must(err)
	return spec
}

func (f *fixture) compactor() Compactor {
	return Compactor{Lake: f.lake, DB: f.db, Codec: columns.Zstd, Spec: f.spec(), Workers: 2, sizes: f.sizes}
}

// plan is what there is to do.
func (f *fixture) plan(when When) []Job {
	f.Helper()
	return Policy{When: when, Spec: f.spec(), sizes: f.sizes}.Plan(f.now())
}

// compact does it and commits it; the result is of nothing if there was nothing.
func (f *fixture) compact(jobs []Job) Result {
	f.Helper()
	if len(jobs) == 0 {
		return Result{}
	}
	ch, r, err := f.compactor().Prepare(context.Background(), f.now(), jobs)
	f.Must(err)
	_, err = f.lake.Compact([]lake.Change{ch})
	f.Must(err)
	return r
}

func nullStrings(texts ...string) []sql.NullString {
	out := make([]sql.NullString, len(texts))
	for i, s := range texts {
		out[i] = sql.NullString{String: s, Valid: true}
	}
	return out
}
