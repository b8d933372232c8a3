package main

import (
	"errors"
	"fmt"

	"target-filelake/lake"
	"target-filelake/merge/answer"
	"target-filelake/merge/duck"
)

// Why statements are not answered, and what to do instead.
const (
	changesRows = "would change rows, and a query only reads; rows come and go with a load"
	ownTables   = "would change what is in the lake, and a query only reads; keep tables and views of your own in a DuckDB database that ATTACHes lake.duckdb"
	writesFiles = "writes a file, and a query only reads; give the SELECT alone and send its answer to a file: query --format parquet \"SELECT …\" > FILE, or csv, tsv, json, jsonl"
	fixed       = "is about DuckDB's settings, which cannot be changed here; memory is what --memory says, and SELECT * FROM duckdb_settings() tells the others"
	otherFiles  = "is for other files, and a query opens nothing but the lake; open lake.duckdb with DuckDB itself, read-only"
)

// instead is why by the word that a statement begins with.
var instead = map[string]string{
	"INSERT": changesRows, "UPDATE": changesRows, "DELETE": changesRows, "MERGE": changesRows, "TRUNCATE": changesRows, "REPLACE": changesRows,
	"CREATE": ownTables, "DROP": ownTables, "ALTER": ownTables, "COMMENT": ownTables,
	"COPY": writesFiles, "EXPORT": writesFiles,
	"SET": fixed, "RESET": fixed, "PRAGMA": fixed + "; DESCRIBE and SHOW TABLES tell columns and streams",
	"ATTACH": otherFiles, "DETACH": otherFiles, "USE": otherFiles, "INSTALL": otherFiles, "LOAD": otherFiles, "FORCE": otherFiles, "IMPORT": otherFiles,
}

// toldWhy adds to why a query or a question was not answered what to do about it.
func toldWhy(root string, err error) error {
	r, ok := errors.AsType[*answer.Refusal](err)
	switch {
	case err == nil:
		return nil
	case ok && instead[r.Word] != "":
		return fmt.Errorf("%s %s%w", r.Word, instead[r.Word], silent{err})
	case errors.Is(err, lake.ErrCorrupt):
		return damaged(root, err)
	}
	return err
}

// silent is an error whose words are said already.
type silent struct{ error }

func (silent) Error() string   { return "" }
func (s silent) Unwrap() error { return s.error }

// damaged says who tells what is wrong with a lake, and what to do.
func damaged(root string, err error) error {
	return fmt.Errorf("%w; target-filelake verify --lake %s tells all that is wrong and what to do", err, shellQuote(root))
}

// inWords is an error as people read it.
func inWords(err error) string {
	text := duck.Words(err)
	if duck.OutOfMemory(err) {
		text += "; raise --memory, or ask for less at once"
	}
	return text
}
