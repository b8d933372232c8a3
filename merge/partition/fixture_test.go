package partition_test

import (
	"context"
	"database/sql"
	"testing"

	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
)

// odd is a name that wants quoting everywhere.
const odd = `a "b", (c)=%'/..`

// table has a column of every kind, named by it.
var table = &columns.Schema{Columns: []columns.Column{
	{ID: 1, Name: "boolean", Property: "boolean", Kind: columns.Boolean},
	{ID: 2, Name: "id", Property: "id", Kind: columns.Int64},
	{ID: 3, Name: "double", Property: "double", Kind: columns.Double},
	{ID: 4, Name: "decimal", Property: "decimal", Kind: columns.Decimal, Precision: 9, Scale: 2},
	{ID: 5, Name: "name", Property: "name", Kind: columns.String},
	{ID: 6, Name: "json", Property: "json", Kind: columns.JSON},
	{ID: 7, Name: "uuid", Property: "uuid", Kind: columns.UUID},
	{ID: 8, Name: "date", Property: "date", Kind: columns.Date},
	{ID: 9, Name: "time", Property: "time", Kind: columns.Time},
	{ID: 10, Name: "created_at", Property: "createdAt", Kind: columns.Timestamp},
	{ID: 11, Name: "struct", Property: "struct", Kind: columns.Struct, Fields: []columns.Column{
		{ID: 12, Name: "city", Property: "city", Kind: columns.String}}},
	{ID: 13, Name: "list", Property: "list", Kind: columns.List, Fields: []columns.Column{
		{ID: 14, Name: "element", Property: "element", Kind: columns.String}}},
	{ID: 15, Name: odd, Property: odd, Kind: columns.String},
	{ID: 16, Name: "small", Property: "small", Kind: columns.Decimal, Precision: 3, Scale: 3},
	{ID: 17, Name: "wide", Property: "wide", Kind: columns.Decimal, Precision: 38, Scale: 10},
	{ID: 18, Name: "whole", Property: "whole", Kind: columns.Decimal, Precision: 38},
	{ID: 19, Name: "whole_BUCKET", Property: "wholeBucket", Kind: columns.Int64},
}}

// locked is a DuckDB as merges have it, and the directory that it may use.
func locked(t testing.TB) (*sql.Conn, string) {
	t.Helper()
	ctx, root := context.Background(), t.TempDir()
	db, err := duck.Open(ctx, duck.Config{Root: root, Threads: 1, MemoryMB: 256, TempDir: root}, duck.Directories(root))
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	c, err := db.Conn(ctx)
	must(t, err)
	t.Cleanup(func() { must(t, c.Close()) })
	must(t, duck.RegisterMurmur(c))
	return c, root
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
