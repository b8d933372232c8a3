package state

import (
	"bytes"
	"maps"
	"slices"
)

// shape is where a STATE's parts stand in its bytes. Its zero value is of a
// STATE that cannot be merged: not an object, or its bookmarks are none.
type shape struct {
	end  int  // of the object: its closing brace
	any  bool // the object has members
	from int  // bookmarks, its opening brace; 0: absent
	to   int  // and its closing brace
}

func (s shape) merges() bool { return s.end > 0 }

// bookmarks walks the members of the STATE's bookmarks.
func (s shape) bookmarks(value []byte) walker {
	if s.from == 0 {
		return walker{}
	}
	return walker{b: value[:s.to+1], i: s.from + 1}
}

var bookmarksName = []byte(`"bookmarks"`)

// shapeOf finds a STATE's parts; of members of one name the last counts.
func shapeOf(value []byte) shape {
	w := walker{b: value}
	if w.space() != '{' {
		return shape{}
	}
	w.i++
	var s shape
	for m, ok := w.next(); ok; m, ok = w.next() {
		s.any = true
		if !sameName(value[m.name:m.colon], bookmarksName) {
			continue
		}
		s.from, s.to = m.value, m.end-1
	}
	if w.bad || value[s.from] != '{' {
		return shape{}
	}
	s.end = w.i
	return s
}

// carry is the bookmarks that earlier STATEs had and the newest lacks: by
// name, each a member `"name":value`.
type carry map[string][]byte

// step makes next the newest STATE after old.
func (c carry) step(old []byte, was shape, next []byte, is shape) {
	if !is.merges() {
		clear(c)
		return
	}
	if sameNames(was.bookmarks(old), is.bookmarks(next)) {
		return
	}
	walk := was.bookmarks(old)
	for m, ok := walk.next(); ok; m, ok = walk.next() {
		c[nameOf(old[m.name:m.colon])] = bytes.Clone(old[m.name:m.end])
	}
	walk = is.bookmarks(next)
	for m, ok := walk.next(); ok; m, ok = walk.next() {
		delete(c, nameOf(next[m.name:m.colon]))
	}
}

// into returns value with the bookmarks of c put in, value itself if c has none.
func (c carry) into(value []byte, s shape) []byte {
	if len(c) == 0 {
		return value
	}
	var members [][]byte
	for _, name := range slices.Sorted(maps.Keys(c)) {
		members = append(members, c[name])
	}
	add := bytes.Join(members, []byte(","))
	at, comma := s.to, false
	if s.from == 0 {
		add = slices.Concat(bookmarksName, []byte(":{"), add, []byte("}"))
		at, comma = s.end, s.any
	} else {
		walk := s.bookmarks(value)
		_, comma = walk.next()
	}
	if comma {
		add = append([]byte(","), add...)
	}
	return slices.Concat(value[:at], add, value[at:])
}
