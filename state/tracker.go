// Package state decides which STATE may be said, and keeps the sidecar that
// holds the last one that was.
//
// A STATE is bytes of the tap's own: what the Tracker gives out is either a
// STATE as it came, or the newest one with bookmarks of earlier ones put in.
// A sidecar holds a whole STATE, the old one or the new, after any crash.
package state

import "bytes"

// Merge says how the STATEs of a run make the one that is said.
type Merge string

const (
	Bookmarks Merge = "bookmarks" // a stream's bookmark stays until a later STATE gives another
	Replace   Merge = "replace"   // the newest STATE stands alone
)

// Tracker holds the newest STATE of a run. The pipeline seals at STATEs, so
// what the Tracker holds is committed whole or not at all.
type Tracker struct {
	union  bool
	newest []byte // as it came
	spare  []byte // memory for the next one
	lent   bool   // newest is with a caller, who may keep it
	shape  shape  // of newest
	lost   carry  // bookmarks of earlier STATEs that newest lacks

	fresh bool // a STATE came since the last Take
}

// NewTracker returns a Tracker of a run that has said nothing yet.
func NewTracker(m Merge) *Tracker { return &Tracker{union: m != Replace, lost: carry{}} }

// Hold takes in a STATE's value, valid JSON, and copies it.
func (t *Tracker) Hold(value []byte) {
	t.fresh = true
	next := append(t.spare[:0], value...)
	if t.union && !bytes.Equal(next, t.newest) {
		was := t.shape
		t.shape = shapeOf(next)
		t.lost.step(t.newest, was, next, t.shape)
	}
	t.spare = t.newest
	if t.lent {
		t.spare, t.lent = nil, false
	}
	t.newest = next
}

// Take returns the value to commit and say now, nil if no STATE came since the
// last Take. The bytes never change: the caller may keep them. What is taken is
// the caller's to say: if it cannot be committed, the run is over.
func (t *Tracker) Take() []byte {
	if !t.fresh {
		return nil
	}
	t.fresh = false
	t.lent = len(t.lost) == 0
	return t.lost.into(t.newest, t.shape)
}
