package lake

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"sort"
	"time"
)

// GoneError says that a version asked for is not in the lake: it was vacuumed,
// or is not committed yet.
type GoneError struct {
	Asked          string // a version or a time, in words
	Oldest, Newest Version
	Since          time.Time // when Oldest was committed
}

func (e *GoneError) Error() string {
	if e.Newest == 0 {
		return e.Asked + " is not in the lake: nothing is committed yet"
	}
	return fmt.Sprintf("%s is not in the lake: it has versions %d, committed %s, to %d",
		e.Asked, uint64(e.Oldest), e.Since.UTC().Format(time.RFC3339), uint64(e.Newest))
}

// At reads a version that is still there, with the checks of Newest. Version 0,
// which every lake has, is empty.
func At(fsys FS, v Version) (*Manifest, error) {
	first, last, err := versions(fsys)
	if err != nil || v == 0 {
		return empty(), err
	}
	m, err := at(fsys, v, first, last)
	return m, orGone(fsys, v, err)
}

// at reads version v of those from first to last.
func at(fsys FS, v, first, last Version) (*Manifest, error) {
	if v < first || v > last {
		return nil, gone(fsys, fmt.Sprintf("version %d", uint64(v)), first, last)
	}
	m, previous, err := readRoot(fsys, v)
	if err == nil && v > first {
		err = follows(fsys, m, previous)
	}
	if err == nil {
		err = readTables(fsys, m)
	}
	return m, err
}

// follows checks that m was made from the version before it.
func follows(fsys FS, m *Manifest, previous string) error {
	before, _, err := readRoot(fsys, m.Version-1)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // vacuumed since it was listed: m is the oldest now
	}
	if err != nil {
		return err
	}
	if before.digest != previous {
		return fmt.Errorf("%w: manifest %s does not follow %s", ErrCorrupt, m.Version, before.Version)
	}
	return nil
}

// gone words what there is instead of what was asked for.
func gone(fsys FS, asked string, first, last Version) error {
	e := &GoneError{Asked: asked, Oldest: first, Newest: last}
	if last > 0 {
		m, _, err := readRoot(fsys, first)
		if err != nil {
			return err
		}
		e.Since = m.Committed
	}
	return e
}

// orGone is err, or a *GoneError if the reason for it is that there is no
// version v, or no longer: it may be vacuumed while it is read.
func orGone(fsys FS, v Version, err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	first, last, lerr := versions(fsys)
	if lerr != nil || v >= first && v <= last {
		return err
	}
	return gone(fsys, fmt.Sprintf("version %d", uint64(v)), first, last)
}

// AsOf reads the newest version committed at or before t. The times of
// versions never go back, so a few manifests are enough to find it.
func AsOf(fsys FS, t time.Time) (*Manifest, error) {
	first, last, err := versions(fsys)
	if err != nil {
		return nil, err
	}
	n := 0 // versions committed by t
	if last > 0 {
		n = sort.Search(int(last-first)+1, func(i int) bool {
			m, _, rerr := readRoot(fsys, first+Version(i))
			if rerr != nil {
				err = errors.Join(err, orGone(fsys, first+Version(i), rerr))
				return true
			}
			return m.Committed.After(t)
		})
	}
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, gone(fsys, "a version of "+t.UTC().Format(time.RFC3339), first, last)
	}
	return At(fsys, first+Version(n)-1)
}

// Oldest is the oldest version that is still there; 0 in an empty lake.
func Oldest(fsys FS) (Version, error) {
	first, _, err := versions(fsys)
	return first, err
}

// State is a stream's table since a version that changed it.
type State struct {
	Version   Version
	Committed time.Time
	Operation Operation
	Table     *Table // nil: the lake did not have the stream
	Jump      bool   // versions between this one and the one before are gone
}

// States are a stream's table in version from and in each later one up to to
// that changed it, oldest first. Only those manifests are read that name
// another table than the version before. From version 0 the next is the oldest
// that is still there.
func States(fsys FS, stream string, from, to Version) iter.Seq2[State, error] {
	return func(yield func(State, error) bool) {
		var ref tableRef
		digest := ""
		for v := from; v <= to; v++ {
			jump, err := over(fsys, &v, from)
			m, previous, rerr := rootOrEmpty(fsys, v)
			if err = errors.Join(err, rerr); err == nil && v > from && !jump && previous != digest {
				err = fmt.Errorf("%w: manifest %s does not follow %s", ErrCorrupt, v, v-1)
			}
			if err != nil {
				yield(State{}, orGone(fsys, v, err))
				return
			}
			digest = m.digest
			if v > from && m.refs[stream] == ref {
				continue
			}
			ref = m.refs[stream]
			t, err := m.table(fsys, stream)
			if !yield(State{v, m.Committed, m.Operation, t, jump}, orGone(fsys, v, err)) || err != nil {
				return
			}
		}
	}
}

// over moves v, where it is the one after version 0, to the oldest there is.
func over(fsys FS, v *Version, from Version) (jumped bool, err error) {
	if from > 0 || *v != 1 {
		return false, nil
	}
	first, _, err := versions(fsys)
	if jumped = err == nil && first > 1; jumped {
		*v = first
	}
	return jumped, err
}

// rootOrEmpty is readRoot, with the empty version 0.
func rootOrEmpty(fsys FS, v Version) (*Manifest, string, error) {
	if v == 0 {
		return empty(), "", nil
	}
	return readRoot(fsys, v)
}

// table reads one of m's tables; nil if m has none of that name.
func (m *Manifest) table(fsys FS, stream string) (*Table, error) {
	ref, ok := m.refs[stream]
	if !ok {
		return nil, nil
	}
	f, err := fsys.Open(ref.File)
	if err != nil {
		return nil, fmt.Errorf("read manifest %s: %w", m.Version, err)
	}
	t, err := readTable(f, stream, ref)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("read manifest %s: %w", m.Version, err)
	}
	return t, nil
}

// Delta is the files that one version of a table has and another has not. It
// tells which rows differ: files never change, and the delete files of a
// version name rows of its own files alone.
type Delta struct {
	Gone, New               []DataFile
	GoneDeletes, NewDeletes []DeleteFile
}

// Compare finds the files that differ between two versions of a table, nil
// being one without files.
func Compare(from, to *Table) Delta {
	var d Delta
	var none Table
	if from == nil {
		from = &none
	}
	if to == nil {
		to = &none
	}
	d.Gone, d.New = differ(from.Files, to.Files, func(f *DataFile) string { return f.Path })
	d.GoneDeletes, d.NewDeletes = differ(from.Deletes, to.Deletes, func(f *DeleteFile) string { return f.Path })
	return d
}

// Empty reports whether the same files make both versions.
func (d *Delta) Empty() bool {
	return len(d.Gone)+len(d.New)+len(d.GoneDeletes)+len(d.NewDeletes) == 0
}

// differ is what a has and b has not, and the reverse.
func differ[T any](a, b []T, path func(*T) string) (onlyA, onlyB []T) {
	in := make(map[string]bool, len(a))
	for i := range a {
		in[path(&a[i])] = true
	}
	for i := range b {
		if p := path(&b[i]); in[p] {
			delete(in, p)
		} else {
			onlyB = append(onlyB, b[i])
		}
	}
	for i := range a {
		if in[path(&a[i])] {
			onlyA = append(onlyA, a[i])
		}
	}
	return onlyA, onlyB
}
