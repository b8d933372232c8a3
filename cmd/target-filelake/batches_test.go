package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// batchT is a BATCH of stream t.
func batchT(encoding string, files ...string) string {
	return fmt.Sprintf(`{'type':'BATCH','stream':'t','encoding':{%s},'manifest':["%s"]}`, encoding, strings.Join(files, `","`))
}

func gzipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// put writes a file and gives its address.
func put(t testing.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return "file://" + path
}

func TestBatch(t *testing.T) {
	root := t.TempDir()
	lines := "\ufeff{\"id\":1,\"v\":\"a\"}\r\n\n {\"id\":2,\"v\":\"b\"}\n{\"id\":1,\"v\":\"c\"}"
	plain := put(t, root, "a.jsonl", lines)
	packed := put(t, root, "a b.jsonl.gz", gzipped(t, lines))
	other := t.TempDir()
	load(t, other, singer(schemaT, rowT("1", "p"), rowT("9", "q"), stateOf("1")), 0)
	parquet := filepath.Join(root, "c.parquet")
	if err := os.Rename(lakeFiles(t, other)[0], parquet); err != nil {
		t.Fatal(err)
	}
	f := func(want string, lines ...string) {
		t.Helper()
		dir := t.TempDir()
		r := load(t, dir, singer(append([]string{schemaT}, lines...)...), 0, "--batch-root", root)
		if r.out != "7\n" {
			t.Errorf("stdout %q", r.out)
		}
		wantQuery(t, dir, "SELECT string_agg(id || v, ' ' ORDER BY id) AS r FROM t", `[{"r":"`+want+`"}]`)
	}
	jsonl, gz, pq := `'format':'jsonl'`, `'format':'jsonl','compression':'gzip'`, `'format':'parquet'`
	f("1c 2b", batchT(jsonl, plain), stateOf("7"))
	f("1d 2b", batchT(jsonl, plain), rowT("1", "d"), stateOf("7"))
	f("1c 2b 3e", rowT("3", "e"), rowT("2", "x"), batchT(gz, packed), stateOf("7"))
	f("1p 2b 9q", batchT(`'format':'jsonl','compression':null`, plain, plain), batchT(pq, "file://"+parquet), stateOf("7"))
}

func TestBatchIsRefused(t *testing.T) {
	t.Parallel()
	root, elsewhere := t.TempDir(), t.TempDir()
	secret := put(t, elsewhere, "secret.jsonl", `{"id":1,"v":"a"}`)
	if err := os.Symlink(filepath.Join(elsewhere, "secret.jsonl"), filepath.Join(root, "link.jsonl")); err != nil {
		t.Fatal(err)
	}
	whole := gzipped(t, strings.Repeat(`{"id":1,"v":"a"}`+"\n", 1000))
	f := func(want, encoding, address string, args ...string) {
		t.Helper()
		dir := t.TempDir()
		r := load(t, dir, singer(schemaT, rowT("5", "e"), stateOf("7"), batchT(encoding, address), stateOf("8")), exitBadInput, args...)
		if !strings.Contains(r.err, want) || !strings.Contains(r.err, "line 4: BATCH file ") || r.out != "7\n" {
			t.Errorf("stdout %q, want %q in\n%s", r.out, want, r.err)
		}
		wantQuery(t, dir, "SELECT id FROM t", `[{"id":5}]`)
	}
	in := []string{"--batch-root", root}
	jsonl, gz := `'format':'jsonl'`, `'format':'jsonl','compression':'gzip'`
	f("batch_root names; none is set", jsonl, secret)
	f("outside batch_root", jsonl, secret, in...)
	f("outside batch_root", jsonl, "file://"+root+"/../"+filepath.Base(elsewhere)+"/secret.jsonl", in...)
	f("outside batch_root", jsonl, "secret.jsonl", in...)
	f("escapes", jsonl, "file://"+root+"/link.jsonl", in...)
	f("not the address of a local file", jsonl, "s3://bucket/a.jsonl", in...)
	f("not the address of a local file", jsonl, "file://host/a.jsonl", in...)
	f("no such file", jsonl, "file://"+root+"/none.jsonl", in...)
	f(`encoding format "avro"`, `'format':'avro'`, put(t, root, "a.avro", ""), in...)
	f(`encoding compression "xz"`, `'format':'jsonl','compression':'xz'`, put(t, root, "a.xz", ""), in...)
	f("not a whole gzip file", gz, put(t, root, "bad.gz", "no gzip at all"), in...)
	f("truncated", gz, put(t, root, "cut.gz", whole[:len(whole)/2]), in...)
	f(`line 2, stream "t", /id`, jsonl, put(t, root, "bad.jsonl", `{"id":6}`+"\n"+`{"id":"x"}`), in...)
	f("line 2", jsonl, put(t, root, "torn.jsonl", `{"id":6}`+"\n"+`{"id":`), in...)
	f("c.parquet", `'format':'parquet'`, put(t, root, "c.parquet", "PAR1"), in...)
}
