package answer

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
)

// hush stands where no query may read.
const hush = "hu5h"

// filesBelow is what stands in a directory, with sizes and times.
func filesBelow(dir string) string {
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil && !e.IsDir() {
			fmt.Fprintln(&b, path, info.Size(), info.ModTime().UnixNano())
		} else {
			fmt.Fprintln(&b, path)
		}
		return err
	})
	return b.String() + fmt.Sprint(err)
}

// FuzzQuery runs any text as a query and as an export: it changes no file, and
// tells nothing of one that is not the version's.
func FuzzQuery(f *testing.F) {
	fx := newFixture(f)
	tab := fx.Table("t", []string{"id"}, column(1, "id", columns.Int64))
	fx.load(tab, fx.Write(tab, "1", "2"))
	around := filepath.Dir(fx.Root)
	secret := filepath.Join(around, "s.csv")
	fx.Must(os.WriteFile(secret, []byte(hush+",1\n"), 0o644))
	f.Chdir(around)
	out, file, forged := duck.Lit(filepath.Join(around, "out")), duck.Lit(fx.Abs(tab.Files[0].Path)), duck.Lit(fx.Root+"/_lake/log/1.json")
	for _, s := range []string{
		"SELECT * FROM t", "EXPLAIN ANALYZE SELECT * FROM t", "FROM query('SELECT 1')", "SELECT * FROM 's.csv'", "SELECT * FROM read_csv('s.csv')", "SELECT * FROM read_text(" + duck.Lit(secret) + ")",
		"SELECT * FROM glob('*')", "COPY t TO 'out'", "COPY t TO " + out, "COPY (SELECT 1) TO " + file, "COPY (SELECT 1) TO " + forged, "EXPLAIN ANALYZE COPY (SELECT 1) TO " + out,
		"ATTACH 'x.db'", "INSTALL httpfs", "LOAD httpfs", "SET threads = 1", "PRAGMA enable_profiling", "EXPORT DATABASE 'x'", "SELECT 1; COPY t TO 'out'", "SELECT 1) TO 'out'; --",
		"FROM query('COPY t TO ''out''')", "SELECT * FROM enable_logging(storage = 'file', storage_path = 'out')", "SELECT * FROM enable_profiling(save_location = 'out')", "SELECT getenv('HOME')", "CREATE TABLE x AS FROM 's.csv'",
	} {
		f.Add(s)
	}
	config, manifest := fx.Config(), fx.Manifest
	config.MemoryMB = 64
	before := filesBelow(around)
	f.Fuzz(func(t *testing.T, query string) {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		temp := t.TempDir()
		c := config
		c.TempDir = temp
		var told strings.Builder
		if rows, err := Query(ctx, c, manifest, query); err != nil {
			told.WriteString(err.Error())
		} else {
			dst := make([]any, len(rows.Columns()))
			for range 100 {
				ok, err := rows.Next(dst)
				if !ok || err != nil {
					break
				}
				fmt.Fprintln(&told, dst...)
			}
			_ = rows.Close() // it may have been cut off
		}
		path := filepath.Join(temp, "answer.parquet")
		_ = Export(ctx, c, manifest, query, path) // most are refused
		if data, err := os.ReadFile(path); err == nil {
			told.Write(data)
		}
		if strings.Contains(told.String(), hush) && !strings.Contains(query, hush) {
			t.Fatalf("%q tells %q", query, told.String())
		}
		if after := filesBelow(around); after != before {
			t.Fatalf("%q left\n%s\nwant\n%s", query, after, before)
		}
	})
}
