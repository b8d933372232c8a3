package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// lines reads all of r's blocks and says what it got: kinds and numbers of
// lines, messages, and the error at the end.
func lines(r *Reader) string {
	var out []string
	for {
		b, err := r.Next()
		if err != nil {
			if err != io.EOF {
				out = append(out, err.Error())
			}
			return strings.Join(out, "|")
		}
		for _, l := range b.lines {
			out = append(out, fmt.Sprintf("%s%d", map[kind]string{recordLine: "R", stateLine: "S"}[l.kind], l.number))
		}
		if m := b.Then; m != nil && m.Schema != nil {
			out = append(out, fmt.Sprintf("schema %s@%d", m.Schema.Stream, m.Line))
		} else if m != nil {
			out = append(out, fmt.Sprintf("activate %s %d@%d", m.Activate.Stream, m.Activate.Version, m.Line))
		}
		b.Release()
	}
}

const (
	recA   = `{"type":"RECORD","stream":"a","record":{"id":1}}` + "\n"
	stateX = `{"type": "STATE", "value": {"x":1}}` + "\n"
	schemA = `{"type":"SCHEMA","stream":"a","schema":{"properties":{"id":{"type":"integer"}}},"key_properties":["id"]}` + "\n"
)

func TestReader(t *testing.T) {
	f := func(input, want string) {
		t.Helper()
		for _, block := range []int{16, 300, 0} {
			l := Limits{Block: block, MaxLine: 400, MaxDepth: 5}
			if got := lines(NewReader(strings.NewReader(input), l, nil)); got != want {
				t.Errorf("blocks of %d, input %.80q:\n got %s\nwant %s", block, input, got, want)
			}
			if got := lines(NewReader(iotest.OneByteReader(strings.NewReader(input)), l, nil)); got != want {
				t.Errorf("byte by byte, input %.80q:\n got %s\nwant %s", input, got, want)
			}
		}
	}
	f("", "")                                                                        // 1
	f("\n \t\r\n"+recA+"\n\n", "R3")                                                 // 2
	f(stateX, "S1")                                                                  // 3
	f(recA+recA[:20], "R1|line 2: the input is truncated: it ends inside this line") // 4
	f(recA+`{"type":"RECORD"`, "R1|line 2: the input is truncated: it ends inside this line")
	f(recA+recA[:len(recA)-1], "R1|R2")                                         // 5
	f(recA+"  ", "R1")                                                          //
	f(strings.ReplaceAll(schemA+recA+stateX, "\n", "\r\n"), "schema a@1|R2|S3") // 6
	f("\xef\xbb\xbf"+recA+recA, "R1|R2")                                        // 7
	f("\xef\xbb\xbf"+recA[:len(recA)-1], "R1")
	f(recA+"\xef\xbb\xbf"+recA, "R1|line 2: malformed JSON at byte 1: no JSON value here")
	f("\xff\xfe{\x00", "line 1: the input is UTF-16, want UTF-8") // 8
	f("{\x00\"\x00t\x00\n\x00", "line 1: the input is UTF-16, want UTF-8")
	f("\x00{\x00\"\x00\n", "line 1: the input is UTF-16, want UTF-8")
	f(recA+"hello\n", "R1|line 2: malformed JSON at byte 1: no JSON value here") // 9
	for _, line := range []string{"INFO 200 orders", "tap.sync - started", "WARNING:root:late", "Traceback (most recent call last):", "singer: ready"} {
		f(recA+line+"\n", "R1|line 2: malformed JSON at byte 1: no JSON value here; it looks like a log, which belongs on stderr")
	}
	f(recA+"2026-11-26 10:00:00,1 INFO x\n", "R1|line 2: not a JSON object; it looks like a log, which belongs on stderr")
	f(recA+"[2026-11-26] x\n", "R1|line 2: malformed JSON at byte 6: want , or ] after an element; it looks like a log, which belongs on stderr")
	for _, line := range []string{"NaN", "<html>", "id,name"} {
		f(recA+line+"\n", "R1|line 2: malformed JSON at byte 1: no JSON value here")
	}
	f(recA+"{'type': 'RECORD'}\n", "R1|line 2: malformed JSON at byte 2: want a property's name")
	f(recA+`{"type":"RECORD"}}`+"\n", "R1|R2") // 10: the decoder's to say
	f(`{"a":1}{"b":2}`+"\n", "line 1: malformed JSON at byte 8: a second value stands after the first")
	f("[1,2]\n", "line 1: not a JSON object") // 11
	f("7\n", "line 1: not a JSON object")
	f(recA+"\x00\n", "R1|line 2: malformed JSON at byte 1: no JSON value here")             // 12
	f(recA+`{"x":"`+strings.Repeat("y", 500)+`"}`+"\n", "R1|line 2: longer than 400 bytes") // 16
	f(recA+`{"x":"`+strings.Repeat("y", 5000)+"\n", "R1|line 2: longer than 400 bytes")     //
	f(recA+`{"x":"`+strings.Repeat("y", 5000), "R1|line 2: longer than 400 bytes")          //
	f(`{"x":[[[[[]]]]],"type":"STATE"}`+"\n", "line 1: nested deeper than 5 at byte 10")    // 18
	f(`{"x":[[[[]]]],"type":"STATE","value":1}`+"\n", "S1")                                 //
	f(`{"type":"record","STREAM":"z"}`+"\n"+`{ "type" : "State" }`+"\n", "R1|S2")           // 20
	f(`{"type":"HELLO\u001b[2J"}`+"\n", `line 1: unknown message type "HELLO\x1b[2J"`)      // 23
	f(`{"type":7}`+"\n", "line 1: message type is not a string")                            //
	f(`{"type":"BATCH","manifest":["file:///etc/passwd"]}`+"\n", "line 1: BATCH without a stream")
	f(`{"stream":"a","record":{}}`+"\n", "line 1: message without a type") // 25
	f(`{"type":"SCHEMA","schema":{}}`+"\n", "line 1: SCHEMA without a stream")
	f(`{"type":"SCHEMA","stream":"a"}`+"\n", `line 1: SCHEMA of stream "a" without a schema`)
	f(`{"type":"SCHEMA","stream":7,"schema":{}}`+"\n", `line 1: SCHEMA: stream is of the wrong type`)
	f(`{"type":"SCHEMA","stream":"a","schema":{},"key_properties":"id"}`+"\n", "line 1: SCHEMA: key_properties is of the wrong type")
	f(`{"type":"SCHEMA","stream":"a",}`+"\n", "line 1: malformed JSON at byte 31: want a property's name")
	f(`{"level":"INFO","message":"hi"}`+"\n"+`{"type":"LOG","x":1}`+"\n"+recA, "R3") // 26b
	f(`{"level":"INFO","message":"hi","x":1}`+"\n", "line 1: message without a type")
	f(schemA+recA+schemA+recA+schemA, "schema a@1|R2|R4") // 56
	f(schemA+strings.Replace(schemA, `"a"`, `"b"`, 1)+schemA+recA, "schema a@1|schema b@2|R4")
	f(schemA+strings.Replace(schemA, "integer", "string", 1)+schemA, "schema a@1|schema a@2|schema a@3")
	f(`{"type":"ACTIVATE_VERSION","stream":"a","version":1700000000123}`+"\n"+recA, "activate a 1700000000123@1|R2") // 76
	f(`{"type":"ACTIVATE_VERSION","stream":"a"}`+"\n", `line 1: ACTIVATE_VERSION of stream "a" without an integer version`)
	f(`{"type":"SCHEMA","stream":"a\u0000b","schema":{}}`+"\n", `line 1: SCHEMA: NUL or line break in the stream name "a\x00b"`) // 78
	f(`{"type":"SCHEMA","stream":"a\nb","schema":{}}`+"\n", `line 1: SCHEMA: NUL or line break in the stream name "a\nb"`)
	f(`{"type":"SCHEMA","stream":"","schema":{}}`+"\n", "line 1: SCHEMA with an empty stream name") // 84
}

func TestSchemaMessage(t *testing.T) {
	r := NewReader(strings.NewReader(`{"stream":"o","key_properties":["id","id"],"bookmark_properties":["u"],"replication_method":"INCREMENTAL",`+
		`"unique_constraints":["e"],"unique_conflict_method":"IGNORE","disable_column_type_check":true,"schema": {"a" : 1} ,"type":"schema"}`), Limits{}, nil)
	b, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%+v", *b.Then.Schema)
	want := fmt.Sprintf("%+v", SchemaMessage{Line: 1, Stream: "o", Key: []string{"id"}, Bookmarks: []string{"u"},
		Replication: "INCREMENTAL", Unique: []string{"e"}, Conflict: "IGNORE", DisableCheck: true, JSON: []byte(`{"a" : 1}`)})
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// A pipe that has nothing more at once must not hold back the lines it gave.
func TestReaderPending(t *testing.T) {
	pr, pw := io.Pipe()
	defer pr.Close()
	r := NewReader(pr, Limits{}, func() bool { return false })
	for n := range 3 {
		go io.WriteString(pw, recA+recA+recA[:10])
		b, err := r.Next()
		if err != nil || len(b.lines) != 2 || b.Size() == 0 {
			t.Fatalf("round %d: %v %v", n, b, err)
		}
		b.Release()
		go io.WriteString(pw, recA[10:])
		if b, err = r.Next(); err != nil || len(b.lines) != 1 || b.lines[0].number != int64(3*n+3) {
			t.Fatalf("round %d: %v %v", n, b, err)
		}
		b.Release()
	}
}

func TestReaderErrors(t *testing.T) {
	broken := errors.New("disk on fire")
	f := func(r io.Reader, want string) {
		t.Helper()
		if got := lines(NewReader(r, Limits{}, nil)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	f(io.MultiReader(strings.NewReader(recA+recA[:9]), iotest.ErrReader(broken)), "R1|read input after line 1: disk on fire")
	f(iotest.ErrReader(broken), "read input after line 0: disk on fire")
	f(idle{}, "read input after line 0: "+io.ErrNoProgress.Error())
}

type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

// A line under the cap may take many blocks; blocks keep the memory they share
// until the last of them goes.
func TestReaderLongLines(t *testing.T) {
	long := `{"type":"RECORD","stream":"a","record":{"s":"` + strings.Repeat("é", 3<<20) + `"}}` + "\n"
	input := recA + long + recA + schemA + recA
	r := NewReader(strings.NewReader(input), Limits{MaxLine: len(long) - 1}, nil)
	var got bytes.Buffer
	var blocks []*Block
	for {
		b, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, b)
	}
	size := 0
	for _, b := range blocks {
		for _, l := range b.lines {
			got.Write(b.buf.data[l.from:l.to])
		}
		size += b.Size()
		b.Release()
	}
	if want := recA + long + recA + recA; got.String() != want || size != len(input) {
		t.Errorf("got %d bytes of lines, want %d; size %d, want %d", got.Len(), len(want), size, len(input))
	}
}
