package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"target-filelake/bench"
)

// result is what one run of the program left behind.
type result struct {
	code     int
	out, err string
}

// invoke runs the program in this process with input on stdin.
func invoke(t testing.TB, input string, args ...string) result {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_, _ = io.WriteString(w, input) // a program that refuses early closes the pipe
		w.Close()
	}()
	defer r.Close()
	var out, errs bytes.Buffer
	code := run(context.Background(), args, r, &out, &errs)
	return result{code, out.String(), errs.String()}
}

// load loads a stream into a lake and wants exit code want.
func load(t testing.TB, dir, input string, want int, args ...string) result {
	t.Helper()
	r := invoke(t, input, append([]string{"--lake", dir}, args...)...)
	if r.code != want {
		t.Fatalf("exit %d, want %d\n%s", r.code, want, r.err)
	}
	return r
}

// query is the answer as compact JSON.
func query(t testing.TB, dir, sql string) string {
	t.Helper()
	r := invoke(t, "", "query", "--lake", dir, "--format", "json", sql)
	if r.code != 0 {
		t.Fatalf("query %s: exit %d\n%s", sql, r.code, r.err)
	}
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(r.out)); err != nil {
		t.Fatalf("query %s: %v in %s", sql, err, r.out)
	}
	return b.String()
}

// wantQuery compares an answer.
func wantQuery(t testing.TB, dir, sql, want string) {
	t.Helper()
	if got := query(t, dir, sql); got != want {
		t.Errorf("%s:\n got %s\nwant %s", sql, got, want)
	}
}

// singer joins lines; 'x' in them stands for "x".
func singer(lines ...string) string {
	return strings.ReplaceAll(strings.Join(lines, "\n"), "'", `"`) + "\n"
}

// Streams of the tests below: t keyed by id, a appended to.
const (
	schemaT = `{'type':'SCHEMA','stream':'t','schema':{'type':'object','properties':{'id':{'type':'integer'},'v':{'type':['string','null']}}},'key_properties':['id']}`
	schemaA = `{'type':'SCHEMA','stream':'a','schema':{'type':'object','properties':{'n':{'type':'integer'}}},'key_properties':[]}`
)

func rowT(id, v string) string {
	return `{'type':'RECORD','stream':'t','record':{'id':` + id + `,'v':'` + v + `'}}`
}

func rowA(n string) string { return `{'type':'RECORD','stream':'a','record':{'n':` + n + `}}` }

func stateOf(v string) string { return `{'type':'STATE','value':` + v + `}` }

// sample is the sample tap's output.
func sample(t testing.TB, g bench.Gen) string {
	t.Helper()
	var b bytes.Buffer
	if err := g.Run(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// lakeFiles lists every file of the lake that is not its own bookkeeping.
func lakeFiles(t testing.TB, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.Contains(path, ".parquet") {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// uncompacted leaves what loads write as it came: one version a commit, one file
// a batch.
func uncompacted(t *testing.T) { t.Setenv("TARGET_FILELAKE_COMPACT", "never") }
