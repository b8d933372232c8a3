package duck

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"target-filelake/lake"
	"target-filelake/lake/columns"
)

// View is a table's view as SQL; in schema main, its name alone.
func View(t *lake.Table) string {
	if t.ViewSchema == "" {
		return Ident(t.Name)
	}
	return Ident(t.ViewSchema) + "." + Ident(t.Name)
}

// CreateSchema makes a schema for views.
func CreateSchema(name string) string { return "CREATE SCHEMA IF NOT EXISTS " + Ident(name) }

// Database is what DuckDB calls lake.duckdb when it opens it.
const Database = "lake"

// reserved are schemas that views cannot be in, folded, and why. SQL cannot say
// schema.view where a database has the schema's name too.
var reserved = map[string]string{
	"information_schema": "DuckDB's own views are there",
	"pg_catalog":         "DuckDB's own views are there",
	"temp":               "DuckDB has a database of that name",
	"system":             "DuckDB has a database of that name",
	"memory":             "the database in which query runs has that name",
	Database:             "lake.duckdb has that name as a database",
}

// CheckSchema refuses the names of schemas that views cannot be in.
func CheckSchema(name string) error {
	if name == "" {
		return errors.New("empty, want a name such as main")
	}
	if why := reserved[columns.Fold(name)]; why != "" {
		return fmt.Errorf("%q cannot hold views: %s; take another name", name, why)
	}
	return CheckName(name)
}

// CheckName refuses text that no name in SQL can have.
func CheckName(name string) error {
	if !utf8.ValidString(name) || strings.Contains(name, "\x00") {
		return fmt.Errorf("%q is not text that DuckDB takes for a name; leave out NUL, and write UTF-8", name)
	}
	return nil
}
