package lake

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// ReadRoot reads what the root manifest of a version says itself: not its
// tables, nor what is retired.
func ReadRoot(fsys FS, v Version) (*Manifest, error) {
	m, _, err := readRoot(fsys, v)
	return m, err
}

// Range is the oldest and the newest version there are; 0 and 0 of an empty
// lake. Where versions between them are missing it returns both, and an error.
func Range(fsys FS) (oldest, newest Version, err error) {
	h, last, err := span(fsys)
	if last == 0 {
		return 0, 0, err
	}
	return h.Oldest, last, err
}

// CheckAfter checks that m, from ReadRoot, follows before, and the table
// manifests that m names and before does not; all of them where before is nil.
func (m *Manifest) CheckAfter(fsys FS, before *Manifest) error {
	var err error
	fresh := &Manifest{Version: m.Version, Tables: map[string]*Table{}, refs: maps.Clone(m.refs), retiredRef: m.retiredRef}
	if before != nil {
		if m.previous != before.digest {
			err = fmt.Errorf("%w: manifest %s does not follow %s", ErrCorrupt, m.Version, before.Version)
		}
		maps.DeleteFunc(fresh.refs, func(stream string, ref tableRef) bool { return before.refs[stream] == ref })
		if before.retiredRef == m.retiredRef {
			fresh.retiredRef = tableRef{}
		}
	}
	return errors.Join(err, readTables(fsys, fresh))
}

// RetiredNow are the retired files that a version which can still be read
// names; others may be gone.
func (m *Manifest) RetiredNow() []Retired {
	return slices.DeleteFunc(slices.Clone(m.Retired), func(r Retired) bool { return r.Version <= m.horizon.Oldest })
}

// Unsuperseded counts the rows that are live or pending; as many came in and were
// not superseded.
func (t *Table) Unsuperseded() int64 { return t.standing() }
