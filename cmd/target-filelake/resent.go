package main

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"target-filelake/ingest"
	"target-filelake/lake"
)

// resent recognises refused records that the lake has already: a load that
// died between its commit and its STATE, or that committed keyed rows which no
// STATE covers, makes its tap send them again. Each absorbs one record of the
// same bytes, wherever it comes: see lake.Recurring. It belongs to the
// sequencer, and is nil where nothing can come again.
type resent struct {
	fs      lake.FS
	keyed   bool   // only streams whose rows may come twice: the last STATE is out
	own     string // STATE of the lake as the run begins
	streams map[string]*recurring

	passed   bool       // own has come again, and so has all before it
	ever     bool       // a record was absorbed
	absorbed bool       // one was, since the last seal with a STATE
	after    lake.Reach // of those that were, after the newest STATE
}

// recurring is what one stream may send again.
type recurring struct {
	files    []lake.RejectFile
	left     map[contentHash]int64 // nil: files are not read yet
	records  int64                 // of left
	others   bool                  // records came that are not among them
	absorbed bool
}

// contentHash identifies a record by its bytes and its version.
type contentHash [16]byte

func hashOf(c ingest.Content) contentHash {
	h := sha256.New()
	fmt.Fprintf(h, "%d:%s", len(c.Version), c.Version)
	h.Write(c.Record)
	return contentHash(h.Sum(nil)[:len(contentHash{})])
}

// newResent works out what may come again; nil if nothing.
func newResent(l *lake.Lake, pipeline string) (*resent, error) {
	doubt, err := l.InDoubt()
	if err != nil {
		return nil, err
	}
	m := l.Manifest()
	p := m.Pipelines[pipeline]
	if !doubt && p.Rejects.Open == lake.NoTable {
		return nil, nil
	}
	r := &resent{fs: l.FS(), keyed: !doubt && p.Rejects.Open == lake.KeyedTables, streams: map[string]*recurring{}}
	if p.State != nil {
		r.own = *p.State
	}
	for stream, t := range m.Tables {
		files := t.RecurringRejects(p.Rejects)
		if t.Owner != pipeline || len(files) == 0 {
			continue
		}
		s := &recurring{files: files}
		for _, f := range files {
			s.records += f.Records
		}
		r.streams[stream] = s
	}
	return r, nil
}

// absorb reports whether the lake has a refused record of o already.
func (r *resent) absorb(o *openBatch, reject *ingest.Reject) (bool, error) {
	if r == nil || o.replace || r.keyed && !o.repeats() {
		return false, nil
	}
	s := r.streams[reject.Stream]
	if s == nil {
		return false, nil
	}
	if s.left == nil {
		if err := s.read(r.fs); err != nil {
			return false, err
		}
	}
	content, err := ingest.RejectContent(reject.JSON)
	if err != nil {
		return false, err
	}
	h := hashOf(content)
	if s.left[h] == 0 {
		s.others = true
		return false, nil
	}
	s.left[h]--
	s.records--
	s.absorbed, r.absorbed, r.ever = true, true, true
	reach := lake.AllTables
	if o.repeats() {
		reach = lake.KeyedTables
	}
	r.after = r.after.Or(reach)
	return true, nil
}

// read takes in the stream's files.
func (s *recurring) read(fsys lake.FS) error {
	s.left, s.records = map[contentHash]int64{}, 0
	for _, f := range s.files {
		if err := lake.CheckRejects(fsys, f); err != nil {
			return err
		}
		file, err := fsys.Open(f.Path)
		if err != nil {
			return fmt.Errorf("rejects that may come again: %w", err)
		}
		if err = errors.Join(s.readLines(bufio.NewReaderSize(file, 64<<10)), file.Close()); err != nil {
			return fmt.Errorf("rejects that may come again: %s: %w", f.Path, err)
		}
	}
	return nil
}

func (s *recurring) readLines(b *bufio.Reader) error {
	for {
		line, err := b.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		c, err := ingest.RejectContent(line)
		if err != nil {
			return err
		}
		s.left[hashOf(c)]++
		s.records++
	}
}

// covered notes that a STATE covers every record that came.
func (r *resent) covered() {
	if r != nil {
		r.after = lake.NoTable
	}
}

// end notes the end of an input. One without a STATE came whole: if all of it
// comes once more, rows without a key are new, and so are rejects beside them.
func (r *resent) end(stated bool) {
	if r == nil || stated {
		return
	}
	clear(r.streams)
	if r.after == lake.AllTables {
		r.after = lake.KeyedTables
	}
}

// see looks at a STATE of the tap's.
func (r *resent) see(state []byte) {
	if r != nil && r.own != "" && string(state) == r.own {
		r.passed = true
	}
}

// recurs is what a seal says of rejects that come again.
type recurs struct {
	absorbed  bool       // since the last seal with a STATE
	after     lake.Reach // of those absorbed after the newest STATE
	ever      bool       // one was absorbed in this run
	pending   lake.Reach // of those that may still come
	uncovered bool       // keyed ones are in it that its STATE does not cover
}

// seal is what is to be said of the records so far; stated is whether the seal has a STATE.
func (r *resent) seal(stated bool) recurs {
	if r == nil {
		return recurs{}
	}
	if stated && r.passed {
		clear(r.streams)
	}
	out := recurs{absorbed: r.absorbed, after: r.after, ever: r.ever, pending: r.pending(stated)}
	if stated {
		r.absorbed = false
	}
	return out
}

// pending is which tables' records are still to come again. Of a stream that
// has sent others and none of them before a STATE, none are.
func (r *resent) pending(stated bool) lake.Reach {
	var n int64
	for stream, s := range r.streams {
		if stated && s.others && !s.absorbed {
			delete(r.streams, stream)
			continue
		}
		n += s.records
	}
	switch {
	case n == 0:
		return lake.NoTable
	case r.keyed:
		return lake.KeyedTables
	}
	return lake.AllTables
}

// recur is what the commit of a batch says of the rejects that come again. The
// tap may know no STATE but one from before this run, until one of this run's
// is out.
func (c *committer) recur(b sealed) lake.Recur {
	pending := b.recurs.pending
	if !b.recurs.ever && !c.again.resent() {
		pending = lake.NoTable // nothing says that the tap sends them again
	}
	out := lake.Recur{Keep: c.resent != nil && (c.run.said == 0 || b.recurs.absorbed || pending != lake.NoTable)}
	out.Open = pending.Or(b.recurs.after)
	if b.recurs.uncovered {
		out.Open = out.Open.Or(lake.KeyedTables)
	}
	return out
}
