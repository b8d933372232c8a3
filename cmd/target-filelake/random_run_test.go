package main

import (
	"slices"
	"strconv"
)

// ending is how a run's input ends.
type ending byte

const (
	clean   ending = iota // at the end of a line
	mangled               // inside a line, or with one that is none
	unsaid                // stdout refuses a STATE
)

// loadRun is one run of the tap, and what it does to the model as its lines
// come.
type loadRun struct {
	streams  []*tapStream
	base     *modelLake // before it
	lines    []tapLine  // of the tap, all of them
	from, to int        // those that are sent
	ends     ending
	tail     string       // commit_tail
	strict   bool         // a refused record ends the run
	plain    bool         // versions are not processed
	after    []*modelLake // after[i]: lines up to from+i are taken
	replaced *modelLake   // what overwritten streams hold if the run gets to its end
}

// take works out what the lines do.
func (r *loadRun) take() {
	cur := r.base.clone()
	r.replaced = newModelLake()
	r.after = []*modelLake{cur.clone()}
	for i := r.from; i < r.to; i++ {
		l := &r.lines[i]
		if l.refused && r.strict {
			r.to, r.ends = i, mangled
			break
		}
		r.line(cur, i, l)
		r.after = append(r.after, cur.clone())
	}
}

func (r *loadRun) line(cur *modelLake, i int, l *tapLine) {
	if l.stream == nil {
		return
	}
	t := cur.table(l.stream.name)
	if l.stream.replace {
		t = r.replaced.table(l.stream.name)
	}
	if !l.stream.repeats() && !l.stream.replace {
		if i < t.upto {
			return
		}
		t.upto = i + 1
	}
	switch {
	case l.activate > 0 && !l.stream.replace && !r.plain:
		t.activate(l.activate)
	case l.row != nil && l.refused:
		t.rejects = append(t.rejects, modelReject{*l.row, l.record})
	case l.row != nil:
		row := *l.row
		if l.stream.replace || r.plain {
			row.version = 0
		}
		t.put(l.stream, row, false)
	}
}

// lastState is the number of the last STATE that is sent, -1 if none is.
func (r *loadRun) lastState() int {
	for i := r.to - 1; i >= r.from; i-- {
		if r.lines[i].state {
			return i + 1
		}
	}
	return -1
}

// said reports whether state is one that the run sends.
func (r *loadRun) said(state string) (int, bool) {
	n, err := strconv.Atoi(state)
	return n, err == nil && n > r.from && n <= r.to && r.lines[n-1].state
}

// unfinished reports whether rows that replace a stream come after the last
// STATE: the stream may go on.
func (r *loadRun) unfinished() bool {
	last := r.lastState()
	return r.tail != "all" && last >= 0 && slices.ContainsFunc(r.lines[last:r.to], func(l tapLine) bool {
		return l.row != nil && l.stream.replace
	})
}

// ended reports whether the run's input ended as it should, and streams are
// replaced.
func (r *loadRun) ended() bool {
	return r.ends == clean && !r.unfinished() && (r.tail != "none" || r.lastState() >= 0)
}

// reach is between which lines a stream's rows may end, at the version whose
// STATE is after line p. final: it is the last version of the run.
func (r *loadRun) reach(s *modelStream, p int, final bool) (lo, hi int) {
	repeats := s.repeats()
	switch {
	case final && r.ends == clean && r.tail == "all":
		return r.to, r.to
	case final && r.ends == clean && r.tail == "auto" && repeats:
		return r.to, r.to
	case repeats:
		return p, r.to
	case final && r.ended() && r.tail == "auto" && r.lastState() < 0 && r.base.state == "":
		return r.to, r.to
	case final && r.ended() && r.tail == "auto":
		p = max(p, r.closed(s, p))
	}
	return p, p
}

// closed is after the last ACTIVATE_VERSION of a newer full table than the
// active one after line p; -1 if none comes.
func (r *loadRun) closed(s *modelStream, p int) int {
	active := r.after[p-r.from].table(s.name).active
	for i := r.to - 1; i >= p; i-- {
		if l := &r.lines[i]; l.stream == s && l.activate > active && !r.plain {
			return i + 1
		}
	}
	return -1
}

// drops reports whether the end of the input leaves records out: rows, and
// refused ones, which may be there already.
func (r *loadRun) drops() (rows, rejects bool) {
	if r.ends != clean {
		return true, false
	}
	p := max(r.lastState(), r.from)
	for _, s := range r.streams {
		_, hi := r.reach(s.modelStream, p, true)
		switch {
		case s.replace && r.ended():
			hi = r.to
		case s.replace:
			hi = r.from
		case s.repeats() && r.tail == "none":
			hi = p
		}
		for _, l := range r.lines[hi:r.to] {
			rows = rows || l.row != nil && l.stream == s.modelStream && !l.refused
			rejects = rejects || l.refused && l.stream == s.modelStream
		}
	}
	return rows, rejects
}

// outcomes are what the model holds for a stream at a version of the run, the
// earliest first. got is its STATE.
func (r *loadRun) outcomes(s *modelStream, got string, final bool) []*modelTable {
	p, ok := r.said(got)
	if !ok {
		p = r.from
	}
	if s.replace {
		return r.replacing(s, p, final)
	}
	if final && r.ends == unsaid { // it may have died in its last commit, or before
		died, ended := *r, *r
		died.ends, ended.ends = mangled, clean
		return append(died.outcomes(s, got, true), ended.outcomes(s, got, true)...)
	}
	lo, hi := r.reach(s, p, final)
	var out []*modelTable
	for i := lo; i <= hi; i++ {
		out = append(out, r.after[i-r.from].table(s.name))
	}
	if hi > p && (r.tail == "all" || r.lastState() < 0) || final && r.tail == "all" {
		// These come again if the tap goes on from its STATE, and are new then.
		out[0] = out[0].clone()
		out[0].upto = min(out[0].upto, p)
	}
	return out
}

// replacing is outcomes of a stream that is overwritten. A STATE after a row
// that replaces one is not true before all of them are.
func (r *loadRun) replacing(s *modelStream, p int, final bool) []*modelTable {
	before, after := r.base.table(s.name), r.replaced.table(s.name)
	holding := slices.ContainsFunc(r.lines[r.from:p], func(l tapLine) bool { return l.row != nil && l.stream.replace })
	switch {
	case !final || r.ends == mangled || r.unfinished() || r.tail == "none" && r.lastState() < 0:
		return []*modelTable{before}
	case r.ends == clean || holding:
		return []*modelTable{after}
	case p < r.lastState():
		return []*modelTable{before}
	}
	return []*modelTable{before, after}
}
