package main

import (
	"maps"
	"slices"
	"sort"
	"strings"
)

// The model of what a lake must hold, one record at a time, written from what
// the documents promise: it knows nothing of batches, files and positions.

// modelStream is how a stream is loaded.
type modelStream struct {
	name    string
	keyed   bool
	appends bool // append-only
	replace bool // overwrite
	ignore  bool // unique_conflict_method
	ordered bool // order_by
	hard    bool // hard_delete
	dedupe  bool
}

// merges reports whether a row replaces the one of its key.
func (s *modelStream) merges() bool { return s.keyed && !s.appends }

// repeats reports whether records that come again leave the same rows.
func (s *modelStream) repeats() bool { return s.merges() || s.dedupe }

// heldRow is one row.
type heldRow struct {
	id      string // value of the key, or what tells rows without a key apart
	at      int    // value of order_by; 0: NULL
	gone    bool   // it says that a row was deleted
	version int    // 0: none
	text    string // its columns with their values, NULLs left out
}

// modelReject is a refused record.
type modelReject struct {
	heldRow
	record string // as the tap sent it
}

// modelTable is what the lake holds of a stream.
type modelTable struct {
	live    []heldRow
	pending map[int][]heldRow
	active  int
	rejects []modelReject
	// upto is how many lines of the tap its rows come from, where those lines
	// must not be taken twice. Rows of streams that repeat may be ahead.
	upto int
}

func (t *modelTable) clone() *modelTable {
	out := *t
	out.live, out.rejects = slices.Clone(t.live), slices.Clone(t.rejects)
	out.pending = maps.Clone(t.pending)
	for v, rows := range t.pending {
		out.pending[v] = slices.Clone(rows)
	}
	return &out
}

// put takes a record. With fill it is one that was refused before: live rows
// came later than it.
func (t *modelTable) put(s *modelStream, r heldRow, fill bool) {
	switch {
	case r.version == 0:
		r.version = t.active
	case t.active == 0 || r.version == t.active:
	case r.version < t.active:
		return
	default:
		if t.pending == nil {
			t.pending = map[int][]heldRow{}
		}
		t.pending[r.version] = s.merge(t.pending[r.version], r, fill)
		return
	}
	t.live = s.merge(t.live, r, fill)
}

// merge adds a row to those it is to be seen with.
func (s *modelStream) merge(rows []heldRow, r heldRow, fill bool) []heldRow {
	dies := s.hard && r.gone
	is := func(old heldRow) bool { return s.merges() && old.id == r.id || s.dedupe && old.text == r.text }
	at := slices.IndexFunc(rows, is)
	if at >= 0 {
		old := rows[at]
		switch {
		case s.ignore || s.dedupe:
			return rows
		case fill && !(s.ordered && old.at > 0 && old.at < r.at):
			return rows
		case s.ordered && r.at > 0 && old.at > r.at:
			return rows
		}
		rows = slices.DeleteFunc(rows, is)
	}
	if dies {
		return rows
	}
	return append(rows, r)
}

// activate is an ACTIVATE_VERSION.
func (t *modelTable) activate(version int) {
	if version <= t.active {
		return
	}
	t.live = slices.DeleteFunc(t.live, func(r heldRow) bool { return r.version < version })
	t.live = append(t.live, t.pending[version]...)
	t.active = version
	maps.DeleteFunc(t.pending, func(v int, _ []heldRow) bool { return v <= version })
}

// replay tries the rejects again; wide says that they pass now. Of those of a
// key one is taken, and live rows came later than it.
func (t *modelTable) replay(s *modelStream, wide bool) {
	if !wide {
		return
	}
	of := map[int][]heldRow{} // by version
	for _, r := range t.rejects {
		if r.version == 0 {
			r.version = t.active
		}
		of[r.version] = s.merge(of[r.version], r.heldRow, false)
	}
	t.rejects = nil
	for _, rows := range of {
		for _, r := range rows {
			t.put(s, r, true)
		}
	}
}

// rowTexts is rows in no order, as what they hold.
func rowTexts(rows []heldRow) []string {
	out := make([]string, len(rows))
	for i := range rows {
		out[i] = rows[i].text
	}
	sort.Strings(out)
	return out
}

// modelLake is the whole lake.
type modelLake struct {
	tables map[string]*modelTable
	state  string // the last committed STATE; "" if none
}

func newModelLake() *modelLake { return &modelLake{tables: map[string]*modelTable{}} }

func (l *modelLake) clone() *modelLake {
	out := &modelLake{tables: map[string]*modelTable{}, state: l.state}
	for name, t := range l.tables {
		out.tables[name] = t.clone()
	}
	return out
}

// table is a stream's table, an empty one if it has none yet.
func (l *modelLake) table(name string) *modelTable {
	if l.tables[name] == nil {
		l.tables[name] = &modelTable{}
	}
	return l.tables[name]
}

// told is what of a table readers can tell, in one text.
func (t *modelTable) told() string {
	var b strings.Builder
	b.WriteString(strings.Join(rowTexts(t.live), "\n"))
	for _, v := range slices.Sorted(maps.Keys(t.pending)) {
		if len(t.pending[v]) > 0 {
			b.WriteString("\npending " + num(v) + "\n" + strings.Join(rowTexts(t.pending[v]), "\n"))
		}
	}
	b.WriteString("\nactive " + num(t.active) + "\n")
	return b.String()
}
