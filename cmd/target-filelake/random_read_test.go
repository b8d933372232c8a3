package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"target-filelake/lake"
)

// lakeReader reads a lake as lake/FORMAT.md has it, without DuckDB: a session
// of that takes longer than the loads between two looks.
type lakeReader struct {
	testing.TB
	dir  string
	rows map[string][]string // of data files, which never change
}

// at is a version of the lake as the model sees it, but for upto.
func (r *lakeReader) at(m *lake.Manifest) *modelLake {
	r.Helper()
	out := newModelLake()
	if p, ok := m.Pipelines["default"]; ok && p.State != nil {
		out.state = *p.State
	}
	for name, t := range m.Tables {
		table := &modelTable{active: int(t.Active), pending: map[int][]heldRow{}}
		table.live = r.live(t.Files, t.Deletes)
		for _, g := range t.Pending {
			table.pending[int(g.Version)] = r.live(g.Files, g.Deletes)
		}
		for _, f := range t.Rejects {
			table.rejects = append(table.rejects, r.rejected(f)...)
		}
		out.tables[name] = table
	}
	return out
}

// live is the rows of files that no delete file names. No position may stand
// twice, or in none of the files.
func (r *lakeReader) live(files []lake.DataFile, deletes []lake.DeleteFile) []heldRow {
	r.Helper()
	dead := map[string]map[int64]bool{}
	for _, d := range deletes {
		for _, p := range readParquet[deadRow](r, d.Path) {
			if dead[p.Path] == nil {
				dead[p.Path] = map[int64]bool{}
			}
			if dead[p.Path][p.Pos] {
				r.Fatalf("%s: row %d of %s is deleted twice", d.Path, p.Pos, p.Path)
			}
			dead[p.Path][p.Pos] = true
		}
	}
	var out []heldRow
	for _, f := range files {
		for pos, text := range r.file(f.Path) {
			if !dead[f.Path][int64(pos)] {
				out = append(out, heldRow{text: text})
			}
			delete(dead[f.Path], int64(pos))
		}
		if len(dead[f.Path]) > 0 {
			r.Fatalf("%s: rows %v are deleted and not there", f.Path, dead[f.Path])
		}
		delete(dead, f.Path)
	}
	if len(dead) > 0 {
		r.Fatalf("rows of files that the table does not have are deleted: %v", dead)
	}
	return out
}

type deadRow struct {
	Path string `parquet:"file_path"`
	Pos  int64  `parquet:"pos"`
}

func readParquet[T any](r *lakeReader, path string) []T {
	r.Helper()
	rows, err := parquet.Read[T](bytes.NewReader(r.bytes(path)), int64(len(r.bytes(path))))
	if err != nil {
		r.Fatalf("%s: %v", path, err)
	}
	return rows
}

func (r *lakeReader) bytes(path string) []byte {
	r.Helper()
	data, err := os.ReadFile(filepath.Join(r.dir, path))
	if err != nil {
		r.Fatal(err)
	}
	return data
}

// file is the rows of a data file as the model writes them.
func (r *lakeReader) file(path string) []string {
	r.Helper()
	if rows, ok := r.rows[path]; ok {
		return rows
	}
	data := r.bytes(path)
	f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		r.Fatalf("%s: %v", path, err)
	}
	var names []string
	for _, c := range f.Root().Columns() {
		names = append(names, c.Name())
	}
	out := []string{}
	for _, g := range f.RowGroups() {
		buf := make([]parquet.Row, g.NumRows())
		rows := g.Rows()
		n, _ := rows.ReadRows(buf)
		if int64(n) != g.NumRows() || rows.Close() != nil {
			r.Fatalf("%s: %d of %d rows", path, n, g.NumRows())
		}
		for _, row := range buf {
			fields := map[string]string{}
			for _, v := range row {
				if !v.IsNull() {
					fields[names[v.Column()]] = v.String()
				}
			}
			out = append(out, rowText(fields))
		}
	}
	r.rows[path] = out
	return out
}

// rowText is a row as the model writes it.
func rowText(fields map[string]string) string {
	text := " id=" + fields["id"]
	// Without hard_delete the column is not declared.
	if fields["_sdc_deleted_at"] != "" || strings.Contains(fields["_extra"], "_sdc_deleted_at") {
		text += " gone"
	}
	names := []string{"at", "v", "w"}
	for i := range fields {
		if strings.HasPrefix(i, "x") {
			names = append(names, i)
		}
	}
	slices.Sort(names[3:])
	for _, name := range names {
		if v, ok := fields[name]; ok {
			text += " " + name + "=" + v
		}
	}
	return text
}

func (r *lakeReader) rejected(f lake.RejectFile) []modelReject {
	r.Helper()
	var out []modelReject
	for line := range bytes.Lines(r.bytes(f.Path)) {
		var m struct {
			Record json.RawMessage `json:"record"`
		}
		if err := json.Unmarshal(line, &m); err != nil {
			r.Fatalf("%s: %v", f.Path, err)
		}
		out = append(out, modelReject{record: string(m.Record)})
	}
	if int64(len(out)) != f.Records {
		r.Fatalf("%s: %d records, the manifest says %d", f.Path, len(out), f.Records)
	}
	return out
}

// records is what rejects hold, each once.
func records(rejects []modelReject) string {
	var out []string
	for _, r := range rejects {
		out = append(out, r.record)
	}
	slices.Sort(out)
	return fmt.Sprintf("rejects %s\n", slices.Compact(out))
}
