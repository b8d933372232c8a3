package text

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// mostNested is the depth that scanners are given in tests.
const mostNested = 8

// FuzzScanner holds the scanner against encoding/json: both take a text or
// neither does, but for depth, invalid UTF-8 and NUL in names; both drop the
// same white space, and a string means the same to both.
func FuzzScanner(f *testing.F) {
	for _, s := range []string{
		`{"a":[1.5e+3,-0,null,true,false],"":{}}`, ` [ ] `, `"\ud83d\ude00\"\\\/\b\f\n\r\t\u00e9"`, `"\ud800"`, `"\ude00\ud800\ud800\ude00"`,
		`{"a":1,}`, `[1,]`, `01`, `1.`, `.5`, `1e`, `-`, `nul`, `"\x"`, `"\u12g4"`, "\"\x00\"", "\"a\xffb\"", `{"\u0000":1}`, `{"a" 1}`, `[[[[[[[[1]]]]]]]]`,
		`[[[[[[[[[1]]]]]]]]]`, `"unfinished`, `1 2`, "", `"日本語 and more than eight bytes of ASCII"`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if bytes.IndexByte(in, '\n') >= 0 {
			return
		}
		s := Scanner{Max: mostNested}
		valid := json.Valid(in) && utf8.Valid(in)
		if !s.WellFormed(append(bytes.Clone(in), '\n')) {
			if valid && s.Why != tooDeep && !strings.Contains(s.Why, "NUL") {
				t.Fatalf("%s: %q", s.Malformed(), in)
			}
			return
		}
		if !valid {
			t.Fatalf("taken: %q", in)
		}
		if s.Lone > 0 {
			return // encoding/json keeps the escape in text and drops it in values
		}
		var want bytes.Buffer
		if err := json.Compact(&want, in); err != nil {
			t.Fatal(err)
		}
		got := AppendCompact(nil, in)
		if !bytes.Equal(got, want.Bytes()) {
			t.Fatalf("compact: got %q, want %q", got, want.Bytes())
		}
		checkString(t, got)
	})
}

// checkString compares what a string, if it is one, stands for.
func checkString(t *testing.T, value []byte) {
	if value[0] != '"' {
		return
	}
	var want string
	if err := json.Unmarshal(value, &want); err != nil {
		t.Fatal(err)
	}
	content := Unescape(nil, value[1:len(value)-1])
	if string(content) != want {
		t.Fatalf("%s stands for %q, want %q", value, content, want)
	}
	var again string
	if err := json.Unmarshal(AppendQuote(nil, content), &again); err != nil || again != want {
		t.Fatalf("%q quoted: %q, %v", want, again, err)
	}
}

func TestMalformed(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		s := Scanner{Max: mostNested}
		if s.WellFormed([]byte(in+"\n")) || s.Malformed() != want {
			t.Errorf("%q: got %s, want %s", in, s.Malformed(), want)
		}
	}
	f(`{"a":}`, "malformed JSON at byte 6: no JSON value here")
	f(`[1 2]`, "malformed JSON at byte 4: want , or ] after an element")
	f(`007`, "malformed JSON at byte 1: a number starts with a needless zero")
	f(`1 2`, "malformed JSON at byte 3: a second value stands after the first")
	f(`"abc`, "malformed JSON at byte 5: the line ends inside a string")
	f(strings.Repeat("[", mostNested+1), "nested deeper than 8 at byte 9")
}

func TestPrintable(t *testing.T) {
	f := func(name, want string) {
		t.Helper()
		if got := Printable(name); got != want {
			t.Errorf("%q: got %s, want %s", name, got, want)
		}
	}
	f("é b", "é b")
	f("a\x1b[31m\n", `a\x1b[31m\n`) // 88
	f(strings.Repeat("x", 2000), strings.Repeat("x", 1000)+"…")
}
