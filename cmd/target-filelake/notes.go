package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"target-filelake/ingest"
)

// shownNames bounds how many undeclared properties of a stream are named.
const shownNames = 10

// noteLines words what was accepted with a change.
func noteLines(n *ingest.Notes) []string {
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
		names := slices.Sorted(maps.Keys(n.Undeclared[stream]))
		for i := range names {
			names[i] = printable(names[i])
		}
		more := ""
		if len(names) > shownNames {
			more = fmt.Sprintf(" and %d more", len(names)-shownNames)
			names = names[:shownNames]
		}
		out = append(out, fmt.Sprintf("note: stream %s: properties that its SCHEMA does not declare are in _extra: %s%s", printable(stream), strings.Join(names, ", "), more))
	}
	return out
}
