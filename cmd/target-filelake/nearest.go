package main

import (
	"fmt"
	"slices"
	"strings"
)

// suggestion words what a name that is not known may have meant.
func suggestion(word string, names []string) string {
	if near := nearName(word, names); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if n := len(names); n > mostKnown {
		return fmt.Sprintf("known are %s and %d more", strings.Join(names[:mostKnown], ", "), n-mostKnown)
	}
	return "known are " + strings.Join(names, ", ")
}

// mostKnown bounds how many names are told where none is near.
const mostKnown = 80

// nearName is the nearest of names if it is near enough to be meant, else "".
func nearName(word string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	if near := nearest(word, names); edits(word, near) <= len(word)/3+1 {
		return near
	}
	return ""
}

// nearest is the name of fewest edits from word.
func nearest(word string, names []string) string {
	return slices.MinFunc(names, func(a, b string) int { return edits(word, a) - edits(word, b) })
}

// edits is the Levenshtein distance.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}
