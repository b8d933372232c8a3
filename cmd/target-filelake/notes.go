package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"target-filelake/ingest"
)

// Where undeclared properties are.
const (
	inExtra = "in _extra"
	leftOut = "left out, as unknown_fields says"
)

// shownNames bounds how many undeclared properties of a stream are named.
const shownNames = 10

// noteLines words what was accepted with a change. kept says where undeclared
// properties of a stream are; "": of none of them is anything loaded.
func noteLines(n *ingest.Notes, kept func(stream string) string) []string {
	var out []string
	add := func(count int, what string) {
		if count > 0 {
			out = append(out, fmt.Sprintf("note: %d %s", count, what))
		}
	}
	add(n.Surrogates, "unpaired surrogates in strings became U+FFFD")
	add(n.Duplicates, "records had a property twice; the last one was kept")
	add(n.NullDates, "dates and times that no column can hold became NULL")
	add(n.Rounded, "integers beyond 2^53 were rounded: their columns are of doubles, as an earlier SCHEMA said number")
	add(n.Nanoseconds, "times were cut to microseconds")
	for _, stream := range slices.Sorted(maps.Keys(n.Filtered)) {
		out = append(out, fmt.Sprintf("note: stream %s: %d records left out by __filter__", printable(stream), n.Filtered[stream]))
	}
	for _, stream := range slices.Sorted(maps.Keys(n.Undeclared)) {
		fate := kept(stream)
		if fate == "" {
			continue
		}
		names := slices.Sorted(maps.Keys(n.Undeclared[stream]))
		for i := range names {
			names[i] = printable(names[i])
		}
		more := ""
		if len(names) > shownNames {
			more = fmt.Sprintf(" and %d more", len(names)-shownNames)
			names = names[:shownNames]
		}
		out = append(out, fmt.Sprintf("note: stream %s: properties that its SCHEMA does not declare are %s: %s%s", printable(stream), fate, strings.Join(names, ", "), more))
	}
	return out
}
