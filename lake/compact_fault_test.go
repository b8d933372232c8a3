package lake

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"target-filelake/lake/columns"
)

// compacting is a lake of one stream on a disk, with what its process has been
// told: what is acknowledged must be there whatever happens.
type compacting struct {
	testing.TB
	fs     *memFS
	l      *Lake
	acked  Version // the newest that Commit returned
	shown  Version // that current was said to stand for
	hiding bool    // the stream was reset: current may go
	hidden bool    // it is said to have gone
}

// newCompacting has two versions of "orders", each with a file and a delete file.
func newCompacting(t testing.TB) *compacting {
	t.Helper()
	c := &compacting{TB: t, fs: newMemFS()}
	err := c.open(30)
	for n := range int64(2) {
		if err == nil {
			err = c.add(10*n, 2)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *compacting) open(run byte) (err error) {
	c.l, err = Open(c.fs, testOptions("default", run))
	return err
}

func (c *compacting) table() *Table { return c.l.Manifest().Tables["orders"] }

// add commits a file of five rows, of which the first so many are superseded.
func (c *compacting) add(first, dead int64) error {
	s, next := testSchema(c, "id", "v")
	f, err := stageRows(c.l, "orders", s, first, 5)
	if err != nil {
		return err
	}
	ch := Change{Stream: "orders", Dir: c.l.Dir("orders"), Key: []string{"id"}, NextID: next, Schema: s, Files: []NewFile{f}}
	if dead > 0 {
		p := NewPositions(f.Path, f.Rows)
		p.AddRange(0, dead)
		d, err := c.l.WriteDeletes("orders", []Positions{p})
		if err != nil {
			return err
		}
		ch.Deletes = []NewDeletes{d}
	}
	_, err = c.l.Commit(Commit{Load: true, Batches: 1, Changes: []Change{ch}})
	return c.committed(err)
}

func (c *compacting) committed(err error) error {
	if err == nil {
		c.acked = c.l.Manifest().Version
	}
	return err
}

// written is n rows as somebody else writes them: under the staged name, and not
// synced.
func (c *compacting) written(name string, s *columns.Schema, n int64) error {
	b := columns.NewBatch(s)
	for i := range n {
		for v := range s.Columns {
			b.Vectors[v].Int(i, 0)
		}
		b.Extra().Null(0, 0)
		b.Rows++
	}
	var data bytes.Buffer
	w, err := columns.NewFileWriter(&data, s, "zstd")
	if err != nil {
		return err
	}
	g := w.Begin()
	if err := errors.Join(g.Encode([]*columns.Batch{b}), g.Commit()); err != nil {
		return err
	}
	if _, err := w.Close(); err != nil {
		return err
	}
	f, err := c.fs.Create(Staged(name))
	if err != nil {
		return err
	}
	half := data.Len() / 2
	_, err = f.Write(data.Bytes()[:half])
	if err == nil {
		_, err = f.Write(data.Bytes()[half:])
	}
	return errors.Join(err, f.Close())
}

// compact writes all live rows anew, in a partition's directory.
func (c *compacting) compact(partition string) error {
	t := c.table()
	name, err := c.l.CompactedFile("orders", partition)
	if err != nil {
		return err
	}
	if err := c.written(name, t.Schema(), t.Rows()); err != nil {
		return err
	}
	f, err := c.l.Adopt(name, t.Schema(), t.Rows(), []int32{1})
	if err != nil {
		return err
	}
	f.Partition = partition
	return c.replace(f, true)
}

// join copies the row groups of all files, which have no superseded rows.
func (c *compacting) join() error {
	st, err := c.l.StageCompacted("orders", c.table().Schema(), "zstd")
	if err != nil {
		return err
	}
	for i := range c.table().Files {
		if err := st.Copy(&c.table().Files[i]); err != nil {
			return errors.Join(err, st.Abandon())
		}
	}
	f, err := st.Close()
	if err != nil {
		return err
	}
	return c.replace(f, false)
}

func (c *compacting) replace(f NewFile, deletes bool) error {
	t := c.table()
	ch := Change{
		Stream: "orders", Dir: t.Dir, Key: t.Key, NextID: t.NextID, Schema: t.Schema(), Files: []NewFile{f}, Compact: &Compact{Deletes: deletes},
	}
	for i := range t.Files {
		ch.Compact.Gone = append(ch.Compact.Gone, t.Files[i].Path)
	}
	_, err := c.l.Compact([]Change{ch})
	return c.committed(err)
}

func (c *compacting) publish() error {
	did, err := c.l.PublishCurrent(c.table())
	if err == nil && !did {
		err = errors.New("current was not to be made")
	}
	if err == nil {
		c.shown = c.acked
	}
	return err
}

// life is what can happen to a stream whose tables are compacted and shown.
func (c *compacting) life() error {
	steps := []func() error{
		func() error { return c.compact("region=de/day=1") },
		c.publish,
		func() error { return c.add(20, 0) },
		c.join,
		c.publish,
		func() error { return c.add(30, 1) },
		func() error { return c.compact("") },
		c.publish, // takes the first one's links
		func() error { return c.add(40, 0) },
		c.publish,
		c.reset,
		c.hide,
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (c *compacting) reset() error {
	c.hiding = true
	_, err := c.l.Reset("orders")
	return c.committed(err)
}

func (c *compacting) hide() error {
	err := c.l.HideCurrent("orders")
	c.hidden = err == nil
	return err
}

// remains are what a process that dies leaves, which is all, or a power cut.
func remains() map[string]func() bool {
	out := platters()
	delete(out, "seed 1")
	delete(out, "seed 2")
	return out
}

// brokenLife fails every call of a life in turn, the last ones first, and returns
// the first promise that does not hold, as the next process or the next boot finds
// the disk.
func brokenLife(t testing.TB, prepare func(*memFS)) error {
	base := newCompacting(t)
	whole := base.again()
	began := whole.fs.calls
	prepare(whole.fs)
	if err := whole.life(); err != nil {
		return err
	}
	for n := whole.fs.calls - began + 1; n > 0; n-- {
		for _, after := range []bool{false, true} {
			c := base.again()
			c.fs.failAt, c.fs.after, c.fs.short = c.fs.calls+n, after, !after
			prepare(c.fs)
			err := c.life()
			if err != nil && !errors.Is(err, errInjected) {
				return fmt.Errorf("call %d: %w", n, err)
			}
			for name, keep := range remains() {
				if bad := c.follow(c.fs.afterPowerLoss(keep)).wrong(32); bad != nil {
					return fmt.Errorf("call %d (%v), left %s: %w", n, err, name, bad)
				}
			}
		}
	}
	return nil
}

// TestCompactionsFailEveryCall fails each call of compactions that rewrite and
// that join, of what makes current and of what takes it away.
func TestCompactionsFailEveryCall(t *testing.T) {
	if err := brokenLife(t, func(*memFS) {}); err != nil {
		t.Fatal(err)
	}
}

// TestCompactionsKilledThenPowerLoss has a process die at any call, the next one
// go on until it dies too, and the power go then: nothing that the first left in
// memory alone may be what current stands on.
func TestCompactionsKilledThenPowerLoss(t *testing.T) {
	base := newCompacting(t)
	for n := 1; ; n++ {
		c := base.again()
		c.fs.failAt = c.fs.calls + n
		ended := c.life()
		c.fs.restart()
		r := rand.New(rand.NewPCG(uint64(n), 4))
		later := 1 + r.IntN(120)
		c.fs.failAt = c.fs.calls + later
		err := c.open(32)
		if err == nil {
			err = c.heal()
		}
		if err != nil && !errors.Is(err, errInjected) {
			t.Fatalf("killed at call %d, then at %d: %v", n, later, err)
		}
		for name, keep := range remains() {
			if bad := c.follow(c.fs.afterPowerLoss(keep)).wrong(33); bad != nil {
				t.Fatalf("killed at call %d, power lost at call %d (%v), kept %s: %v", n, later, err, name, bad)
			}
		}
		if ended == nil {
			return
		}
	}
}

// TestCompactionsBite plants bugs: each must be noticed.
func TestCompactionsBite(t *testing.T) {
	f := func(what string, drop func(op, name string) bool) {
		t.Helper()
		t.Run(what, func(t *testing.T) {
			if err := brokenLife(t, without(drop)); err == nil {
				t.Error("nobody noticed")
			} else {
				t.Log(err)
			}
		})
	}
	inTable := func(name string) bool { return strings.HasPrefix(name, "orders/"+tableDir+"/") }
	f("no sync of compacted files", func(op, name string) bool { return op == "sync" && inTable(name) })
	f("no sync of a partition's directory", func(op, name string) bool { return op == "syncdir" && strings.HasSuffix(name, "day=1") })
	f("no sync of a new partition's parent", func(op, name string) bool { return op == "syncdir" && strings.HasSuffix(name, "region=de") })
	f("no sync of a directory of links", func(op, name string) bool { return op == "syncdir" && isLink(name) })
	f("no sync of the directory of these", func(op, name string) bool { return op == "syncdir" && name == "orders/"+linksDir })
	last := ""
	afterwards := func(what string) func(op, name string) bool {
		return func(op, name string) bool {
			before := last
			last = op + " " + name
			return last == "syncdir orders" && before == what
		}
	}
	f("no sync after the link is made", afterwards("rename orders/links/current orders/current"))
	f("no sync after the link is removed", afterwards("remove orders/current"))
}
