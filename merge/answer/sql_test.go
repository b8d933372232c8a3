package answer

import (
	"context"
	"testing"

	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
)

// TestSQL runs what is put around a query on DuckDB, and compares its text with
// testdata.
func TestSQL(t *testing.T) {
	f := newFixture(t)
	tab := f.Table(odd, nil, column(1, odd, columns.Int64), column(2, "a", columns.JSON), column(3, "b", columns.Date),
		column(4, "c", columns.Time), column(5, "d", columns.UUID))
	conn, err := f.Writer.Conn(context.Background())
	f.Must(err)
	defer func() { f.Must(conn.Close()) }()
	_, err = conn.ExecContext(context.Background(), duck.CreateView(tab, duck.Under(f.Root), duck.Lit(f.Root)))
	f.Must(err)
	query := "SELECT * FROM " + duck.Ident(odd) + "; -- $$"
	f.Run(conn, "types", typesOf(query))
	f.Run(conn, "plan", planOf(query))
	f.Run(conn, "exported", exported(query, 5, func(_ int, column string) string { return column }))
}
