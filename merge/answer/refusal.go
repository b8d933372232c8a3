package answer

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// What is wrong with SQL that Query does not run, by no fault of the lake.
var (
	ErrQuery = errors.New("query refused")  // it would do more than one SELECT may
	ErrSQL   = errors.New("error in query") // it does not parse, or names what is not there
)

// Refusal is that a statement is none that Query answers.
type Refusal struct{ Word string } // that it begins with, in upper case

func (e *Refusal) Error() string {
	return e.Word + " is not answered: want one SELECT, or EXPLAIN, DESCRIBE, SUMMARIZE or SHOW"
}

func (e *Refusal) Unwrap() error { return ErrQuery }

// worded is an error in words for who asked, and what it is.
type worded struct {
	words  string
	causes []error
}

func (e *worded) Error() string   { return e.words }
func (e *worded) Unwrap() []error { return e.causes }

func refuse(words string) error { return &worded{words, []error{ErrQuery}} }

// firstWord is the one that a statement begins with, behind comments.
var firstWord = regexp.MustCompile(`(?s)^(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)*([A-Za-z_]+)`)

// others are words that statements begin with which DuckDB would refuse for reasons
// that mislead, or take for a SELECT.
var others = []string{
	"INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "REPLACE", "CREATE", "DROP", "ALTER", "COMMENT",
	"COPY", "EXPORT", "IMPORT", "SET", "RESET", "PRAGMA", "ATTACH", "DETACH", "USE", "INSTALL", "LOAD", "FORCE",
	"BEGIN", "START", "COMMIT", "ROLLBACK", "ABORT", "CHECKPOINT", "VACUUM", "ANALYZE", "CALL", "PREPARE", "EXECUTE", "DEALLOCATE",
}

// refused says that a query is another statement, by its first word; what gets past
// it is refused by its type.
func refused(query string) error {
	if word := wordOf(query); slices.Contains(others, word) {
		return &Refusal{word}
	}
	return nil
}

func wordOf(query string) string {
	m := firstWord.FindStringSubmatch(query)
	if m == nil {
		return "this"
	}
	return strings.ToUpper(m[1])
}

// unprepared says why a query could not be prepared: only DuckDB's own errors
// are about what it says.
func (r *Rows) unprepared(err error) error {
	var e *duckdb.Error
	switch {
	case !errors.As(err, &e) && strings.Contains(err.Error(), "multi-statement"):
		return refuse("more than one statement; want one SELECT at a time")
	case !errors.As(err, &e):
		return refuse("no statement; want one SELECT")
	}
	switch e.Type {
	case duckdb.ErrorTypePermission:
		if m := noAccess.FindStringSubmatch(e.Msg); m != nil {
			return &worded{fmt.Sprintf("%s is no stream of the lake, and a query opens nothing else; to join other files, open lake.duckdb with DuckDB itself, read-only", m[1]), []error{ErrQuery, err}}
		}
		return &worded{e.Msg, []error{ErrQuery, err}}
	case duckdb.ErrorTypeIO, duckdb.ErrorTypeOutOfMemory, duckdb.ErrorTypeFatal, duckdb.ErrorTypeInternal:
		return err
	}
	return &worded{r.suggested(e.Msg), []error{ErrSQL, err}}
}

var noAccess = regexp.MustCompile(`Cannot access (?:file|directory) ("[^\n]*?")(?: -|!|$)`)

// noTable is DuckDB's word of a table that is not there, with one that is.
var noTable = regexp.MustCompile(`^(Catalog Error: Table with name [^\n]* does not exist!)\nDid you mean "([^\n]*)"\?`)

// mostStreams bounds how many are told.
const mostStreams = 8

// suggested puts the lake's streams in the place of a suggestion of DuckDB's that is
// none of them: its own tables have names too.
func (r *Rows) suggested(words string) string {
	m := noTable.FindStringSubmatch(words)
	if m == nil || r.shelf == nil {
		return words
	}
	var names []string
	for _, t := range r.shelf.tables {
		if strings.EqualFold(m[2], t.Name) || strings.HasSuffix(m[2], "."+t.Name) {
			return words
		}
		names = append(names, fmt.Sprintf("%q", t.View()))
	}
	has := "The lake has no streams yet: nothing is committed."
	if n := len(names); n > mostStreams {
		has = fmt.Sprintf("The lake has %s and %d more.", strings.Join(names[:mostStreams], ", "), n-mostStreams)
	} else if n > 0 {
		has = "The lake has " + strings.Join(names, ", ") + "."
	}
	return m[1] + "\n" + has + words[len(m[0]):]
}

// failed words an error that came while a query ran. Where DuckDB points at is in
// what was put around the query, and is left out.
func (r *Rows) failed(err error) error {
	if fault := r.culprit(err); fault != err {
		return fault
	}
	var e *duckdb.Error
	if !errors.As(err, &e) {
		return err
	}
	before, _, found := strings.Cut(e.Msg, "\n\nLINE ")
	if !found {
		return err
	}
	return &worded{strings.Replace(err.Error(), e.Msg, before, 1), []error{err}}
}
