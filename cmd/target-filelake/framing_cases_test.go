package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// held is what the lake has of stream a, in order; "no lake" if nothing was committed.
func held(t testing.TB, dir string) string {
	t.Helper()
	if versions, err := filepath.Glob(filepath.Join(dir, "_lake", "log", "*.json")); err != nil || len(versions) == 0 {
		return "no lake"
	}
	r := invoke(t, "", "query", "--lake", dir, "--format", "csv", "SELECT string_agg(n, ' ' ORDER BY n) FROM a")
	if r.code != 0 {
		return "no table"
	}
	_, rows, _ := strings.Cut(strings.TrimSpace(r.out), "\n")
	return rows
}

// TestFramingCases holds the numbered cases of lines and messages, through the
// whole program: exit code, what is said, the STATEs and the rows that are kept.
func TestFramingCases(t *testing.T) {
	t.Parallel()
	f := func(number, input string, code int, says, out, rows string, args ...string) result {
		t.Helper()
		dir := t.TempDir()
		r := invoke(t, input, append([]string{"--lake", dir}, args...)...)
		if r.code != code || r.out != out || !strings.Contains(r.err, says) {
			t.Errorf("case %s: exit %d, want %d; stdout %q, want %q; want %q in\n%.2000s", number, r.code, code, r.out, out, says, r.err)
		}
		if got := held(t, dir); got != rows {
			t.Errorf("case %s: the lake holds %.200q, want %q", number, got, rows)
		}
		return r
	}
	before := singer(schemaA, rowA("1"), stateOf("1"), rowA("2"))
	after := singer(rowA("3"), stateOf("2"))
	accepts := func(number, line string, rows string, args ...string) result {
		t.Helper()
		return f(number, before+line+"\n"+after, 0, "", "2\n", rows, args...)
	}
	refuses := func(number, line, says string, args ...string) {
		t.Helper()
		f(number, before+line+"\n"+after, exitBadInput, "line 5"+says, "1\n", "1", args...)
	}
	row := func(record string) string { return `{"type":"RECORD","stream":"a","record":{` + record + `}}` }

	f("1", "", 0, "", "", "no lake")
	accepts("2", "\n \t\r\n", "1 2 3")
	f("3", singer(stateOf("{'a': 1}")), 0, "", `{"a": 1}`+"\n", "no table")
	f("4", before+`{"type":"RECORD","str`, exitBadInput, "line 5: the input is truncated", "1\n", "1")
	f("5", strings.TrimSuffix(before+after, "\n"), 0, "", "2\n", "1 2 3")
	f("6", strings.ReplaceAll(before+after, "\n", "\r\n"), 0, "", "2\n", "1 2 3")
	f("7", "\ufeff"+before+after, 0, "", "2\n", "1 2 3")
	refuses("7", "\ufeff"+singer(rowA("4")), ": malformed JSON")
	f("8", "\xff\xfe{\x00", exitBadInput, "line 1: the input is UTF-16", "", "no lake")
	f("8", "{\x00\"\x00", exitBadInput, "line 1: the input is UTF-16", "", "no lake")
	refuses("9", `{"type":"RECORD",}`, ": malformed JSON")
	refuses("9", "Traceback (most recent call last):", ": malformed JSON")
	refuses("10", row(`"n":4`)+row(`"n":5`), ": malformed JSON at byte 48: a second value stands after the first")
	refuses("11", `[1]`, ": not a JSON object")
	refuses("11", `"x"`, ": not a JSON object")
	refuses("11", `null`, ": not a JSON object")
	refuses("12", "\x00", ": malformed JSON")
	refuses("12", row("\"n\":4,\"v\":\"\x00\""), ": malformed JSON")
	refuses("13", row("\"n\":4,\"v\":\"\xff\""), ": malformed JSON at byte 52: invalid UTF-8")
	r := accepts("14", row(`"n":4,"v":"\ud800"`)+"\n"+row(`"n":5,"v":"\udfff"`), "1 2 3 4 5")
	if strings.Count(r.err, "surrogate") != 1 {
		t.Errorf("case 14: warned otherwise than once:\n%s", r.err)
	}
	accepts("15", row(`"n":4,"v":"\u0000"`), "1 2 3 4")
	refuses("15", row(`"n":4,"\u0000":1`), ": malformed JSON")
	refuses("16", row(`"v":"`+strings.Repeat("x", 1<<20)+`"`), ": longer than 1048576 bytes", "--max-line-mb", "1")
	accepts("18", row(`"n":4,"v":`+strings.Repeat("[", 510)+strings.Repeat("]", 510)), "1 2 3 4")
	refuses("18", row(`"n":4,"v":`+strings.Repeat("[", 511)+strings.Repeat("]", 511)), ": nested deeper than 512")
	r = accepts("19", row(`"n":7,"n":4`)+"\n"+row(`"n":7,"n":5`), "1 2 3 4 5")
	if strings.Count(r.err, "twice") != 1 {
		t.Errorf("case 19: warned otherwise than once:\n%s", r.err)
	}
	accepts("20", `{"type":"record","stream":"a","STREAM":"b","record":{"n":4}}`, "1 2 3 4")
	refuses("21", row(`"n":NaN`), ": malformed JSON")
	refuses("21", row(`"n":-Infinity`), ": malformed JSON")
	refuses("22", row(`"n":01`), ": malformed JSON")
	refuses("22", row(`"n":+1`), ": malformed JSON")
	refuses("22", row(`"n":0x1`), ": malformed JSON")
	refuses("23", `{"type":"HELLO\u001b[2J"}`, `: unknown message type "HELLO\x1b[2J"`)
	refuses("25", `{"stream":"a","record":{"n":4}}`, ": message without a type")
	refuses("25", `{"type":"RECORD","record":{"n":4}}`, ": RECORD without type, stream or record")
	refuses("25", `{"type":"RECORD","stream":"a"}`, ": RECORD without type, stream or record")
	r = accepts("26b", `{"level":"INFO","message":"hello there"}`+"\n"+`{"type":"LOG","message":"and here"}`, "1 2 3")
	wantMessage(t, r, "3 records")

	refuses("55", strings.Replace(singer(rowA("4")), `"a"`, `"nobody"`, 1), `, stream "nobody": RECORD before the SCHEMA of its stream`)
	accepts("56", singer(schemaA)+singer(schemaA), "1 2 3")
	wider := func(properties string) string {
		return strings.ReplaceAll(`{'type':'SCHEMA','stream':'a','schema':{'type':'object','properties':{`+properties+`}},'key_properties':[]}`, "'", `"`)
	}
	accepts("57", wider(`'n':{'type':'integer'},'w':{'type':'integer'}`)+"\n"+row(`"n":4,"w":1`), "1 2 3 4")
	accepts("58", wider(`'w':{'type':'integer'}`)+"\n"+row(`"w":1`)+"\n"+wider(`'n':{'type':'integer'}`), "1 2 3")
	accepts("59", wider(`'n':{'type':'number'}`)+"\n"+row(`"n":3.5`), "1.0 2.0 3.0 3.5")
	accepts("59", wider(`'n':{'type':'string'}`)+"\n"+row(`"n":"x"`)+"\n"+wider(`'n':{'type':'integer'}`), "1 2 3 x")
	accepts("60", row(`"n":4,"secret":"x"`), "1 2 3 4")
	refuses("60", row(`"n":4,"more":"x"`), `, stream "a", /more`, "--unknown-fields", "fail")
	f("60", strings.Replace(before, `"type":"object"`, `"type":"object","additionalProperties":false`, 1)+row(`"n":4,"more":"x"`)+"\n", exitBadInput, `line 5, stream "a", /more: additionalProperties false`, "1\n", "1")
	refuses("68", strings.Replace(singer(schemaA), "[]", `["n"]`, 1), `, stream "a": key_properties are ["n"], the table's are []`)
	for _, value := range []string{`null`, `[1]`, `"x"`, `7.50`, `true`, `{}`} {
		f("73", before+singer(stateOf(value)), 0, "", value+"\n", "1 2")
	}
	refuses("73", `{"type":"STATE"}`, ": STATE without a value")
	f("74", before+singer(stateOf(`{'n': 12345678901234567890, 'f': 1.50}`)), 0, "", `{"n": 12345678901234567890, "f": 1.50}`+"\n", "1 2")
	r = accepts("76", `{"type":"ACTIVATE_VERSION","stream":"nobody","version":1}`, "1 2 3")
	wantMessage(t, r, "nobody")
}

// TestBatchOutsideItsRoot refuses a file that would block whoever opened it.
func TestBatchOutsideItsRoot(t *testing.T) {
	f := func(number, address string, args ...string) {
		t.Helper()
		dir := t.TempDir()
		r := load(t, dir, singer(schemaT, rowT("5", "e"), stateOf("7"), batchT(`'format':'jsonl'`, address), stateOf("8")), exitBadInput, args...)
		if !strings.Contains(r.err, "line 4") || !strings.Contains(r.err, "batch_root") || r.out != "7\n" {
			t.Errorf("case %s: stdout %q\n%s", number, r.out, r.err)
		}
		wantQuery(t, dir, "SELECT id FROM t", `[{"id":5}]`)
	}
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	f("24", "file://"+pipe)
	f("24", "file://"+pipe, "--batch-root", t.TempDir())
}

// TestEndlessLineCases sends a line of a gigabyte, and looks at what it cost.
func TestEndlessLineCases(t *testing.T) {
	t.Parallel()
	f := func(number string, sent, budget int) {
		t.Helper()
		dir := t.TempDir()
		c := startProgram(t, "--lake", dir)
		peak := watchMemory(c.Process.Pid)
		c.write(t, singer(schemaA, rowA("1"), stateOf("1"), rowA("2"))+`{"type":"RECORD","stream":"a","record":{"v":"`)
		part := strings.Repeat("x", 1<<20)
		for range sent >> 20 {
			if _, err := c.in.Write([]byte(part)); err != nil {
				break // it has seen enough
			}
		}
		r := c.end(t, exitBadInput)
		wantMessage(t, r, "line 5: longer than 268435456 bytes")
		if got := held(t, dir); got != "1" || r.out != "1\n" {
			t.Errorf("case %s: holds %q, stdout %q", number, got, r.out)
		}
		if mib := peak(); mib == 0 || mib > budget {
			t.Errorf("case %s: took %d MiB, want at most %d", number, mib, budget)
		}
	}
	f("16", 1<<30, 1024)
}

// TestLongValueCases loads values that are long, yet bounded.
func TestLongValueCases(t *testing.T) {
	t.Parallel()
	f := func(number, record, state, sql, want string) {
		t.Helper()
		dir := t.TempDir()
		schema := `{"type":"SCHEMA","stream":"a","schema":{"properties":{"v":{"type":"string"}}},"key_properties":[]}` + "\n"
		r := load(t, dir, schema+`{"type":"RECORD","stream":"a","record":{"v":"`+record+`"}}`+"\n"+singer(stateOf(state)), 0)
		if r.out != strings.ReplaceAll(state, "'", `"`)+"\n" {
			t.Errorf("case %s: STATE of %d bytes", number, len(r.out))
		}
		wantQuery(t, dir, sql, want)
	}
	f("17", strings.Repeat("x", 100_000_000), "1", "SELECT length(v) AS n FROM a", `[{"n":100000000}]`)
	f("75", "x", "'"+strings.Repeat("s", 50_000_000)+"'", "SELECT v FROM a", `[{"v":"x"}]`)
}

// TestIdleTap has rows committed by their age while nothing comes.
func TestIdleTap(t *testing.T) {
	t.Parallel()
	f := func(number string, wait time.Duration) {
		t.Helper()
		dir := t.TempDir()
		c := startProgram(t, "--lake", dir, "--batch-max-age", wait.String())
		c.write(t, singer(schemaA, rowA("1"), stateOf("1")))
		awaitVersion(t, dir, 1)
		if got := held(t, dir); got != "1" {
			t.Errorf("case %s: holds %q", number, got)
		}
		if r := c.end(t, 0); r.out != "1\n" {
			t.Errorf("case %s: stdout %q", number, r.out)
		}
	}
	f("26", time.Second)
}

// TestManyStreamCases interleaves more streams than files may be open.
func TestManyStreamCases(t *testing.T) {
	t.Parallel()
	f := func(number string, streams, files, mib int) {
		t.Helper()
		dir := t.TempDir()
		c := startProgram(t, "--lake", dir, "--compact", "never")
		watch := watchMemory(c.Process.Pid)
		var b strings.Builder
		for i := range streams {
			fmt.Fprintf(&b, `{"type":"SCHEMA","stream":"s%d","schema":{"properties":{"n":{"type":"integer"}}},"key_properties":["n"]}`+"\n", i)
		}
		for n := range 4 {
			for i := range streams {
				fmt.Fprintf(&b, `{"type":"RECORD","stream":"s%d","record":{"n":%d}}`+"\n", i, n)
			}
		}
		most, done := 0, make(chan struct{})
		go func() {
			defer close(done)
			for {
				open, err := os.ReadDir("/proc/" + strconv.Itoa(c.Process.Pid) + "/fd")
				if err != nil || len(open) == 0 {
					return // it has ended
				}
				most = max(most, len(open))
				time.Sleep(2 * time.Millisecond)
			}
		}()
		c.write(t, b.String()+singer(stateOf("1")))
		r := c.end(t, 0)
		<-done
		peak := watch()
		t.Logf("| %d streams that take turns, 4 records each | %d files | %d MiB |", streams, most, peak)
		if most > files || peak > mib || r.out != "1\n" {
			t.Errorf("case %s: %d files open and %d MiB, want at most %d and %d; stdout %q", number, most, peak, files, mib, r.out)
		}
		wantQuery(t, dir, "SELECT count(*) AS n FROM s"+strconv.Itoa(streams-1), `[{"n":4}]`)
	}
	f("89", 5000, 256, 1<<10)
}
