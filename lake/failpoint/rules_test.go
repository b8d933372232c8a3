//go:build failpoints

package failpoint

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestRulesActAtTheirPassings(t *testing.T) {
	f := func(rule string, want ...int) { // of five passings of sync/data/before
		t.Helper()
		r, err := parse("create/data/before=EIO; " + rule + "=ENOSPC")
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for i := 1; i <= 5; i++ {
			for _, u := range r.take("sync/data/before") {
				if !errors.Is(u.act(""), syscall.ENOSPC) {
					t.Errorf("%s: %v", rule, u)
				}
				got = append(got, i)
			}
		}
		if len(got) != len(want) {
			t.Fatalf("%s acts at %v, want %v", rule, got, want)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s acts at %v, want %v", rule, got, want)
			}
		}
	}
	f("sync/data/before", 1, 2, 3, 4, 5)
	f("sync/data/before#2", 2)
	f("sync/data/before#4+", 4, 5)
	f("sync/*#5", 5)
	f("sync/data/after")
	f("sync/data")
}

func TestBadRulesAreRefused(t *testing.T) {
	for _, rule := range []string{"sync/data/before", "sync/data/before=burn", "x#two=kill"} {
		if r, err := parse(rule); err == nil {
			t.Errorf("%s was taken: %v", rule, r)
		}
	}
}

func TestTrace(t *testing.T) {
	name := filepath.Join(t.TempDir(), "trace")
	r, err := parse("*=trace:" + name)
	if err != nil {
		t.Fatal(err)
	}
	for _, point := range []string{"sync/data/before", "commit/begin"} {
		for _, u := range r.take(point) {
			if err := u.act(point); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got, err := os.ReadFile(name); err != nil || string(got) != "sync/data/before\ncommit/begin\n" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestKinds(t *testing.T) {
	f := func(want string, names ...string) {
		t.Helper()
		for _, name := range names {
			if got := kind(name); got != want {
				t.Errorf("%s is %s, want %s", name, got, want)
			}
		}
	}
	f("lake-dir", ".", "_lake")
	f("log", "_lake/log")
	f("manifest", "_lake/log/.tmp-6uketgee35-06h0")
	f("version", "_lake/log/00000000000000000001.json")
	f("tables", "_lake/tables/00000000000000000001-6uketgee35-06h0.json")
	f("spill", "_lake/tmp/6uketgee35-06h0")
	f("spill-file", "_lake/tmp/6uketgee35-06h0/duckdb_temp_storage-0.tmp")
	f("views", "lake.duckdb", "views.sql.tmp", "_lake/views.json", "_lake/tmp/6uketgee35-06h0/lake.duckdb")
	f("sidecar", "state.json", "state.json.tmp", "state-orders.json")
	f("data", "orders/batches/ingest_date=2026-11-22/6uke.parquet", "orders/batches/ingest_date=2026-11-22/6uke.parquet.staged")
	f("deletes", "orders/deletes/6uke.parquet.staged")
	f("compacted", "orders/table/6uke.parquet.staged", "orders/table/created_at_month=2026-11/region=de/6uke.parquet")
	f("compacted-dir", "orders/table", "orders/table/created_at_month=2026-11")
	f("links", "orders/links/6uke/6uke.parquet")
	f("links-dir", "orders/links", "orders/links/6uke")
	f("current", "orders/current", "orders/links/current")
	f("stream-dir", "orders", "states", "current", "links")
	f("batches-dir", "orders/batches")
	f("data-dir", "orders/batches/ingest_date=2026-11-22")
	f("rejects", "_lake/rejects/orders/6uke.jsonl", "_lake/rejects")
	if strings.Contains(kind("_lake/locks/default"), "/") {
		t.Error("a kind with a slash")
	}
}
