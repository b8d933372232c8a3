package merge

import (
	"context"
	"fmt"
	"testing"

	"target-filelake/lake/columns"
)

// BenchmarkPositions merges into 20 M live rows of ten files, sorted by key.
func BenchmarkPositions(b *testing.B) {
	for _, kind := range []columns.Kind{columns.Int64, columns.String} {
		fx := newFixture(b)
		tab := fx.Table("t", []string{"id"}, column(1, "id", kind))
		stage := func(rows int64, key string) Staged {
			if kind == columns.String {
				key = "'key-' || lpad((" + key + ")::VARCHAR, 12, '0')"
			}
			return fx.stageQuery(tab, rows, fmt.Sprintf("SELECT %s AS id FROM range(%d)", key, rows))
		}
		for i := range int64(10) {
			tab.Files = append(tab.Files, stage(2_000_000, fmt.Sprintf("range + %d", i*2_000_000)).File)
		}
		f := func(name string, rows int64, key string) {
			staged := stage(rows, key)
			b.Run(fmt.Sprintf("%s/%s", kind, name), func(b *testing.B) {
				for b.Loop() {
					_, _, err := fx.db.Positions(context.Background(), Job{Table: tab, Key: keyOf(tab), Staged: []Staged{staged}})
					fx.Must(err)
				}
				b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			})
		}
		f("update 2M at random", 2_000_000, "(hash(range) % 20000000)::BIGINT")
		f("update 200k at random", 200_000, "(hash(range) % 20000000)::BIGINT")
		f("update 2M in order", 2_000_000, "range * 10")
		f("insert 2M in order", 2_000_000, "range + 20000000")
		f("one row", 1, "range + 77")
	}
}
