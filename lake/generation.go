package lake

import (
	"cmp"
	"slices"
)

// Generation is the rows of a version of a stream's full table that no
// ACTIVATE_VERSION has made active: durable, seen by no reader, and merged
// among themselves only.
type Generation struct {
	Version int64        `json:"version"` // as the tap's records say
	Files   []DataFile   `json:"files"`
	Deletes []DeleteFile `json:"deletes,omitempty"`
}

// PendingFiles is what a Change adds to a Generation.
type PendingFiles struct {
	Version int64
	Files   []NewFile
	Deletes []NewDeletes
}

// Standing says what becomes of rows that bear a version.
type Standing byte

const (
	Live    Standing = iota // seen at once
	Waiting                 // pending until their version is active
	TooOld                  // of a version that a newer one has replaced
)

// Standing is where rows of a version belong; 0 is for rows without one. A nil
// table has none.
func (t *Table) Standing(version int64) Standing {
	switch {
	case t == nil || version == 0 || t.Active == 0 || version == t.Active:
		return Live
	case version < t.Active:
		return TooOld
	}
	// Rows that came before any version was active may be of a newer one.
	if slices.ContainsFunc(t.Files, func(f DataFile) bool { return f.Generation >= version }) {
		return Live
	}
	return Waiting
}

// PendingOf is the pending generation of a version, as a table of its own:
// what its rows are merged with. Nil if there is none.
func (t *Table) PendingOf(version int64) *Table {
	if t == nil {
		return nil
	}
	for i := range t.Pending {
		if g := &t.Pending[i]; g.Version == version {
			of := *t
			of.Files, of.Deletes = g.Files, g.Deletes
			return &of
		}
	}
	return nil
}

// Outdated splits files by whether an ACTIVATE_VERSION drops them.
func Outdated(files []DataFile, version int64) (stay, gone []DataFile) {
	for _, f := range files {
		if f.Generation < version {
			gone = append(gone, f)
		} else {
			stay = append(stay, f)
		}
	}
	return stay, gone
}

// add appends files to those of t or of one of its generations.
func (t *Table) add(files []DataFile, more []NewFile, m *Manifest) []DataFile {
	files = slices.Clone(files)
	for _, f := range more {
		f.DataFile.Schema = t.schemaID(f.Schema, m)
		files = append(files, f.DataFile)
	}
	return files
}

// pend adds to the pending generations.
func (t *Table) pend(changes []PendingFiles, m *Manifest) {
	t.Pending = slices.Clone(t.Pending)
	for _, c := range changes {
		at, ok := slices.BinarySearchFunc(t.Pending, c.Version, func(g Generation, v int64) int { return cmp.Compare(g.Version, v) })
		if !ok {
			t.Pending = slices.Insert(t.Pending, at, Generation{Version: c.Version})
		}
		g := &t.Pending[at]
		g.Files = t.add(g.Files, c.Files, m)
		g.Deletes = supersede(g.Files, g.Deletes, c.Deletes)
	}
}

// activate makes a version the active one, and drops what is older, whole
// files at a time.
func (t *Table) activate(version int64, kept []NewDeletes) {
	stay, gone := Outdated(t.Files, version)
	if len(gone) > 0 {
		t.Files, t.Deletes = stay, afresh(stay, kept)
	}
	var pending []Generation
	for _, g := range t.Pending {
		switch {
		case g.Version == version:
			t.Files, t.Deletes = slices.Concat(t.Files, g.Files), slices.Concat(t.Deletes, g.Deletes)
		case g.Version > version:
			pending = append(pending, g)
		}
	}
	t.Active, t.Pending = version, pending
}

// clear drops every row, and the rejects among what they were made of.
func (t *Table) clear() {
	t.Rejects = nil
	t.Files, t.Deletes, t.Pending, t.Active, t.Resend = nil, nil, nil, 0, nil
}

// DataFiles are the table's, those of pending generations too.
func (t *Table) DataFiles() []DataFile {
	files := t.Files
	for i := range t.Pending {
		files = append(slices.Clip(files), t.Pending[i].Files...)
	}
	return files
}
