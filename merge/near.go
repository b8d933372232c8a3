package merge

import (
	"slices"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
)

// near are the files of the table that may have a live row with a key of the
// batch: the ranges that the manifest tells of their keys meet those of a staged
// file. The others are not opened.
func (j Job) near() []lake.DataFile {
	if j.Table == nil {
		return nil
	}
	var out []lake.DataFile
	for i := range j.Table.Files {
		f := &j.Table.Files[i]
		if f.Live() > 0 && slices.ContainsFunc(j.Staged, func(s Staged) bool { return s.Keep > s.Skip && j.meets(f, &s) }) {
			out = append(out, *f)
		}
	}
	return out
}

// rises reports whether the keys of the staged files become greater from row to
// row, and from file to file: no two are equal.
func (j Job) rises() bool {
	if len(j.Key) != 1 || j.Conflict == Ignore && j.Deleted != nil {
		return false
	}
	var before *columns.Range
	for i := range j.Staged {
		s := &j.Staged[i]
		here := s.File.KeyRange(j.Key[0].ID)
		if !s.Rises || here == nil || before != nil && !before.Before(&j.Key[0], here) {
			return false
		}
		before = here
	}
	return true
}

// meets reports whether a key may be in a file of the table and in a staged one.
func (j Job) meets(f *lake.DataFile, s *Staged) bool {
	for i := range j.Key {
		id := j.Key[i].ID
		have, came := f.KeyRange(id), s.File.KeyRange(id)
		stored, staged := duck.ByID(j.Table.Schemas[f.Schema].Columns, id), duck.ByID(s.Schema.Columns, id)
		if have != nil && came != nil && stored != nil && staged != nil && !have.Meets(stored, came, staged) {
			return false
		}
	}
	return true
}
