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

	held   uint64 // STATEs that came
	said   uint64 // of them, how many a said value covers
	merged []byte // what Newest gives while held does not change; nil: not made yet
	offers []offer
}

// offer is a value Newest gave that has not been said.
type offer struct {
	held  uint64
	value []byte
}

// NewTracker returns a Tracker of a run that has said nothing yet.
func NewTracker(m Merge) *Tracker { return &Tracker{union: m != Replace, lost: carry{}} }

// Hold takes in a STATE's value, valid JSON, and copies it.
func (t *Tracker) Hold(value []byte) {
	t.held++
	t.merged = nil
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

// Newest returns the value to commit now, nil if no STATE came since the last
// one said. The bytes never change: the caller may keep them.
func (t *Tracker) Newest() []byte {
	if t.held == t.said {
		return nil
	}
	if t.merged == nil {
		t.merged = t.lost.into(t.newest, t.shape)
		t.lent = t.lent || len(t.lost) == 0
		t.offers = append(t.offers, offer{t.held, t.merged})
	}
	return t.merged
}

// Said tells that value, which Newest gave, is committed and on stdout. A
// commit without a STATE says nil.
func (t *Tracker) Said(value []byte) {
	if value == nil {
		return
	}
	for i, o := range t.offers {
		if bytes.Equal(o.value, value) {
			t.said = o.held
			t.offers = append(t.offers[:0], t.offers[i+1:]...)
			return
		}
	}
	panic("BUG: said a STATE that Newest did not give")
}
