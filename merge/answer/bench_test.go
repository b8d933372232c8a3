package answer

import (
	"context"
	"fmt"
	"testing"

	"target-filelake/lake/columns"
)

// BenchmarkQuery measures what any query costs before it reads rows.
func BenchmarkQuery(b *testing.B) {
	fx := newFixture(b)
	for i := range 100 {
		tab := fx.Table(fmt.Sprintf("t%d", i), nil, column(1, "id", columns.Int64))
		for range 20 {
			tab.Files = append(tab.Files, fx.Write(tab, "1"))
		}
	}
	for b.Loop() {
		rows, err := Query(context.Background(), fx.Config(), fx.Manifest, "SELECT count(*) FROM t7")
		fx.Must(err)
		fx.Must(rows.Close())
	}
}
