package main

import (
	"golang.org/x/text/unicode/norm"

	"target-filelake/lake"
)

// spelt are streams by their names in Unicode's composed form: two that differ
// only in theirs look the same, and are two tables.
type spelt map[string]string

func newSpelt(m *lake.Manifest) spelt {
	s := spelt{}
	for stream := range m.Tables {
		s.twin(stream)
	}
	return s
}

// twin takes a stream in; it is another whose name looks like its own, if any.
func (s spelt) twin(stream string) string {
	composed := norm.NFC.String(stream)
	other, ok := s[composed]
	if !ok {
		s[composed] = stream
	}
	if other == stream {
		return ""
	}
	return other
}
