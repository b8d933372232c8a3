package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestGoldenStreams loads testdata/*.singer and compares the whole lake, value
// by value, as DuckDB reads it and as parquet-go reads its files.
func TestGoldenStreams(t *testing.T) {
	uncompacted(t)
	streams, err := filepath.Glob("testdata/*.singer")
	if err != nil || len(streams) == 0 {
		t.Fatalf("no streams: %v", err)
	}
	for _, name := range streams {
		t.Run(filepath.Base(name), func(t *testing.T) {
			dir := t.TempDir()
			load(t, dir, "", 0, "--input", name)
			base := strings.TrimSuffix(name, ".singer")
			wantGolden(t, base+".duckdb.json", throughDuckDB(t, dir))
			wantGolden(t, base+".parquet.json", throughParquet(t, dir))
		})
	}
}

func wantGolden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; if it is right, run with -update:\n%s", name, got)
	}
}

// throughDuckDB is every table's rows, in key order.
func throughDuckDB(t *testing.T, dir string) string {
	_, m, err := readLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, stream := range m.Streams() {
		table := m.Tables[stream]
		r := invoke(t, "", "query", "--lake", dir, "--format", "json", fmt.Sprintf(`SELECT * FROM "%s" ORDER BY ALL`, table.Name))
		if r.code != 0 {
			t.Fatal(r.err)
		}
		fmt.Fprintf(&b, "%s: %s", stream, r.out)
	}
	return b.String()
}

// throughParquet is every file's rows, superseded ones marked.
func throughParquet(t *testing.T, dir string) string {
	_, m, err := readLake(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, stream := range m.Streams() {
		table := m.Tables[stream]
		dead := map[string][]int64{}
		for _, f := range table.Deletes {
			for _, row := range parquetRows(t, filepath.Join(dir, f.Path)) {
				path := fmt.Sprint(row["file_path"])
				dead[path] = append(dead[path], row["pos"].(int64))
			}
		}
		for i, f := range table.Files {
			for pos, row := range parquetRows(t, filepath.Join(dir, f.Path)) {
				text, err := json.Marshal(row)
				if err != nil {
					t.Fatal(err)
				}
				mark := ""
				if slices.Contains(dead[f.Path], int64(pos)) {
					mark = " superseded"
				}
				fmt.Fprintf(&b, "%s file %d row %d%s: %s\n", stream, i, pos, mark, text)
			}
		}
	}
	return b.String()
}

// parquetRows reads a file as parquet-go understands it, without our schema.
func parquetRows(t *testing.T, name string) []map[string]any {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	file, err := parquet.OpenFile(strings.NewReader(string(data)), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	r := parquet.NewReader(file)
	defer r.Close()
	var out []map[string]any
	for range file.NumRows() {
		row := map[string]any{}
		if err := r.Read(&row); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out = append(out, row)
	}
	return out
}
