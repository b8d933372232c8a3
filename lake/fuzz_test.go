package lake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzManifest reads a root and a table whose checksums fit, whatever they say:
// it is an error, or names nothing outside the lake and can be written again.
func FuzzManifest(f *testing.F) {
	const table = `{"stream":"t","name":"t","dir":"t","owner":"p","next_id":2,"schemas":[{"id":0,"columns":[{"id":1,"name":"id","kind":"int64"}]}],"files":[{"path":"t/x.parquet","rows":3,"bytes":9}],"deletes":[{"path":"t/y.parquet","rows":1}]}`
	f.Add([]byte(`{"format":1,"version":7,"pipelines":{"p":{"id":"x","state":"{}"}},"tables":{}}`), []byte(table))
	f.Add([]byte(`{"format":2,"version":7}`), []byte(strings.Replace(table, "t/x.parquet", "../../etc/passwd", 1)))
	f.Add([]byte(`{"format":-1,"version":8,"changes":[{}],"retired":{"bytes":-1}}`), []byte(strings.Replace(table, `"id":0`, `"id":1`, 1)))
	f.Add([]byte(`{"format":1,"version":7,"tables":{"t":{"file":"/etc/passwd","offset":-1,"bytes":9223372036854775807}}}`), []byte(`{"stream":"t","schemas":[null]}`))
	f.Add([]byte(`[]`), []byte(`{"stream":"t","schemas":[{"id":0}],"pending":[{"files":[{"path":"/abs","schema":9}]}],"rejects":[{"path":"x"}]}`))
	f.Fuzz(func(t *testing.T, body, line []byte) {
		body = append(bytes.ReplaceAll(body, []byte("\n"), nil), '\n')
		m, err := decodeRoot(fmt.Appendf(bytes.Clone(body), `{"sha256":%q}`, digest(body)), 7)
		if err == nil {
			data, err := m.encode()
			if err != nil {
				t.Fatal(err)
			}
			back, err := decodeRoot(data, 7)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := back.encode(); err != nil || !bytes.Equal(again, data) {
				t.Fatalf("%s\nbecame\n%s: %v", data, again, err)
			}
			for _, ref := range m.refs {
				_ = ref.read(bytes.NewReader(line), new(Table)) // an error, or what it names
			}
		}
		if _, err := decodeRoot(body, 7); err == nil {
			t.Fatal("taken without a checksum")
		}
		tab, err := readTable(bytes.NewReader(line), "t", tableRef{"x", 0, int64(len(line)), digest(line)})
		if err != nil {
			return
		}
		for _, n := range tab.Named() {
			if !fs.ValidPath(n.Path) {
				t.Fatalf("names %q", n.Path)
			}
		}
		_, _, _ = tab.Schema(), tab.Rows(), tab.Plain()
		if _, err := json.Marshal(tab); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzNames makes names of files of any two strings: they are apart, in the
// lake, and of a length that any disk takes.
func FuzzNames(f *testing.F) {
	for _, s := range []string{"", ".", "..", "../../etc/passwd", "/abs", `a\b`, "CON", "con.txt", "trailing.", "_lake", "state.json", "lake.duckdb", "Users", "users", "%41", "A", "a\x00b", "caf\u00e9", "cafe\u0301", strings.Repeat("n", 300)} {
		f.Add(s, "users")
		f.Add(s, s+"x")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if a == "" || b == "" {
			return // no name: refused before
		}
		file := EncodeName(a)
		if (file == EncodeName(b)) != (a == b) {
			t.Fatalf("%q and %q: %q", a, b, file)
		}
		if back, err := url.PathUnescape(file); len(encodeName(a)) <= maxDirName && (err != nil || back != a) {
			t.Fatalf("%q: %q, back %q, %v", a, file, back, err)
		}
		first := streamDir(a, nil)
		second := streamDir(b, map[string]bool{foldDir(first): true})
		for _, name := range []string{file, first, second} {
			if !fs.ValidPath(name) || strings.ContainsAny(name, "/\\:\x00") || name[0] == '.' || name[len(name)-1] == '.' || len(name) > maxDirName || !utf8.ValidString(name) {
				t.Fatalf("%q and %q: %q", a, b, name)
			}
		}
		if ownName(first) || ownName(second) || a != b && foldDir(first) == foldDir(second) {
			t.Fatalf("%q and %q: %q and %q", a, b, first, second)
		}
	})
}
