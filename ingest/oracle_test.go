package ingest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"target-filelake/ingest/schema"
	"target-filelake/ingest/schema/draft4"
	"target-filelake/lake/columns"
)

const oracleSchema = `{"type":"object","properties":{
	"id":{"type":"integer"},"n":{"type":["null","number"]},"s":{"type":["string","null"]},"é":{"type":"string"},
	"t":{"type":["string","null"],"format":"date-time"},"d":{"type":"string","format":"date"},"b":{"type":["boolean","null"]},
	"o":{"type":["object","null"],"properties":{"x":{"type":["integer","null"]},"l":{"type":["array","null"],"items":{"type":["string","null"]}},
		"p":{"type":["object","null"],"properties":{"q":{"type":["number","null"]}}}}},
	"l":{"type":["array","null"],"items":{"type":["object","null"],"properties":{"k":{"type":["string","null"]},
		"m":{"type":["array","null"],"items":{"type":["array","null"],"items":{"type":["integer","null"]}}}}}},
	"j":{"type":["object","null"]},"u":{"type":["string","integer","boolean","null"]},"any":{}}}`

// maker writes random JSON that fits fields, in random order and spacing.
type maker struct {
	*rand.Rand
	out bytes.Buffer
}

func (m *maker) space() {
	for m.IntN(6) == 0 {
		m.out.WriteByte(" \t\r"[m.IntN(3)])
	}
}

func (m *maker) str(s string) {
	m.out.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			m.out.WriteString(`\` + string(r))
		case r < ' ' || m.IntN(12) == 0 && r < 0x10000:
			fmt.Fprintf(&m.out, `\u%04x`, r)
		default:
			m.out.WriteRune(r)
		}
	}
	m.out.WriteByte('"')
}

func (m *maker) text() string {
	var s strings.Builder
	for range m.IntN(30) {
		s.WriteString([]string{"a", "Z", " ", "é", "日", "😀", "\"", "\\", "\n", "/", "0"}[m.IntN(11)])
	}
	return s.String()
}

func (m *maker) number() string {
	s := strconv.FormatInt(m.Int64()>>m.IntN(63), 10)
	if m.IntN(2) == 0 {
		s = "-" + s
	}
	if m.IntN(2) == 0 {
		s += "." + strconv.Itoa(m.IntN(1e6))
	}
	if m.IntN(4) == 0 {
		s += fmt.Sprintf("%c%d", "eE"[m.IntN(2)], m.IntN(400)-310)
	}
	return s
}

func (m *maker) value(f *schema.Field) {
	if f.Accept.Has(draft4.Null) && m.IntN(6) == 0 {
		m.out.WriteString("null")
		return
	}
	switch f.Kind {
	case columns.Int64:
		m.out.WriteString(strconv.FormatInt(int64(m.Uint64())>>m.IntN(64), 10))
	case columns.Double:
		m.out.WriteString(m.number())
	case columns.Boolean:
		m.out.WriteString([]string{"true", "false"}[m.IntN(2)])
	case columns.Timestamp:
		t := time.Unix(m.Int64N(4e9)-2e9, m.Int64N(1e9)/1000*1000).In(time.FixedZone("", (m.IntN(27*60)-13*60)*60))
		m.str(t.Format(time.RFC3339Nano))
	case columns.Date:
		m.str(time.Unix(m.Int64N(4e9)-2e9, 0).UTC().Format(time.DateOnly))
	case columns.Struct:
		m.object(f)
	case columns.List:
		m.list(f)
	case columns.JSON:
		m.free(f.Accept == draft4.Any, 3)
	default:
		m.scalar(f)
	}
}

func (m *maker) scalar(f *schema.Field) {
	switch n := m.IntN(3); {
	case n == 0 && f.Accept.Has(draft4.Whole):
		m.out.WriteString(strconv.Itoa(m.IntN(1e6)))
	case n == 1 && f.Accept.Has(draft4.Bool):
		m.out.WriteString("true")
	default:
		m.str(m.text())
	}
}

func (m *maker) object(f *schema.Field) {
	m.members('{', '}', len(f.Fields), func(i int) bool {
		if m.IntN(5) == 0 {
			return false
		}
		m.str(f.Fields[i].Name)
		m.space()
		m.out.WriteByte(':')
		m.space()
		m.value(&f.Fields[i])
		return true
	})
}

func (m *maker) list(f *schema.Field) {
	m.members('[', ']', m.IntN(4), func(int) bool { m.value(&f.Fields[0]); return true })
}

// members writes n members in random order, those that member does not leave out.
func (m *maker) members(open, shut byte, n int, member func(i int) bool) {
	m.out.WriteByte(open)
	m.space()
	comma := false
	for _, i := range m.Perm(n) {
		mark := m.out.Len()
		if comma {
			m.out.WriteByte(',')
			m.space()
		}
		if !member(i) {
			m.out.Truncate(mark)
			continue
		}
		m.space()
		comma = true
	}
	m.out.WriteByte(shut)
}

// free writes any JSON, or any object.
func (m *maker) free(any bool, depth int) {
	n := m.IntN(5)
	if !any || depth == 0 {
		n = 4 * min(1, depth)
	}
	switch n {
	case 0:
		m.out.WriteString(m.number())
	case 1:
		m.str(m.text())
	case 2:
		m.out.WriteString("false")
	case 3:
		m.members('[', ']', m.IntN(4), func(int) bool { m.free(true, depth-1); return true })
	default:
		m.members('{', '}', m.IntN(4), func(i int) bool {
			m.str(fmt.Sprint(m.text(), i))
			m.out.WriteByte(':')
			m.free(true, depth-1)
			return true
		})
	}
}

// wanted renders a value as rowJSON would, by encoding/json's reading of it.
func wanted(t *testing.T, f *schema.Field, raw json.RawMessage) string {
	if raw == nil || string(raw) == "null" {
		return "null"
	}
	switch f.Kind {
	case columns.Int64:
		return string(raw)
	case columns.Double:
		x, err := strconv.ParseFloat(string(raw), 64)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := json.Marshal(x)
		return string(b)
	case columns.Boolean:
		return string(raw)
	case columns.Struct:
		var m map[string]json.RawMessage
		decodeInto(t, raw, &m)
		var parts []string
		for i := range f.Fields {
			parts = append(parts, quoteJSON(f.Fields[i].Name)+":"+wanted(t, &f.Fields[i], m[f.Fields[i].Name]))
		}
		return "{" + strings.Join(parts, ",") + "}"
	case columns.List:
		var items []json.RawMessage
		decodeInto(t, raw, &items)
		var parts []string
		for _, item := range items {
			parts = append(parts, wanted(t, &f.Fields[0], item))
		}
		return "[" + strings.Join(parts, ",") + "]"
	case columns.JSON:
		var b bytes.Buffer
		json.Compact(&b, raw)
		return b.String()
	}
	return wantedText(t, f, raw)
}

func wantedText(t *testing.T, f *schema.Field, raw json.RawMessage) string {
	if raw[0] != '"' {
		return quoteJSON(string(raw))
	}
	var s string
	decodeInto(t, raw, &s)
	switch f.Kind {
	case columns.Timestamp:
		at, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(at.UnixMicro())
	case columns.Date:
		at, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(at.Unix() / 86400)
	}
	return quoteJSON(s)
}

func decodeInto(t *testing.T, raw []byte, to any) {
	t.Helper()
	if err := json.Unmarshal(raw, to); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
}

func TestOracle(t *testing.T) {
	s, err := Compile(&SchemaMessage{Stream: "s", JSON: []byte(oracleSchema)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	line := `{"type":"SCHEMA","stream":"s","schema":` + strings.ReplaceAll(oracleSchema, "\n", "") + "}\n"
	for seed := range uint64(20) {
		m := &maker{Rand: rand.New(rand.NewPCG(seed, 1))}
		input, want := line, []string(nil)
		for len(want) < 300 {
			m.out.Reset()
			m.object(&s.Root)
			record := m.out.String()
			row := "s " + wantedRow(t, &s.Root, record)
			input += recordOf(record)
			want = append(want, row)
		}
		got := load(t, input, Options{}, Limits{Block: 7000})
		if got.err != nil {
			t.Fatalf("seed %d: %v", seed, got.err)
		}
		for i := range want {
			if got.rows[i] != want[i] {
				t.Fatalf("seed %d, row %d:\n got %s\nwant %s", seed, i, got.rows[i], want[i])
			}
		}
	}
}

// wantedRow leaves a row's null columns out, as rowJSON does.
func wantedRow(t *testing.T, f *schema.Field, record string) string {
	var m map[string]json.RawMessage
	decodeInto(t, []byte(record), &m)
	var parts []string
	for i := range f.Fields {
		if v := wanted(t, &f.Fields[i], m[f.Fields[i].Name]); v != "null" {
			parts = append(parts, quoteJSON(f.Fields[i].Name)+":"+v)
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// Whatever order a record's properties come in, its row is the same.
func TestKeyOrder(t *testing.T) {
	props := []string{`"id":1`, `"s":"x"`, `"o":{"x":1,"p":{"q":2}}`, `"zzz":[1]`, `"b":true`}
	input := `{"type":"SCHEMA","stream":"s","schema":` + strings.ReplaceAll(oracleSchema, "\n", "") + "}\n"
	permute(props, 0, func() { input += recordOf("{" + strings.Join(props, ",") + "}") })
	out := load(t, input, Options{}, Limits{})
	if out.err != nil || len(out.rows) != 120 {
		t.Fatal(len(out.rows), out.err)
	}
	want := `s {"id":1,"s":"x","b":true,"o":{"x":1,"l":null,"p":{"q":2}},"_extra":{"zzz":[1]}}`
	for _, row := range out.rows {
		if row != want {
			t.Fatalf("got %s, want %s", row, want)
		}
	}
}

func permute(s []string, from int, do func()) {
	if from == len(s) {
		do()
		return
	}
	for i := from; i < len(s); i++ {
		s[from], s[i] = s[i], s[from]
		permute(s, from+1, do)
		s[from], s[i] = s[i], s[from]
	}
}
