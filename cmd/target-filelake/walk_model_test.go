package main

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A model of what a table's rows must read as, whatever SCHEMAs came between:
// it keeps each row as it was stored, with the columns of that time, and
// converts when asked. It shares no code with the program.

// modelColumn is a column, a struct's field or a list's element.
type modelColumn struct {
	id, precision, scale int
	property, name       string
	kind                 string
	fields               []*modelColumn
	beyond               bool // an integer beyond 2^53 was stored
}

// modelRow is a row as it was stored.
type modelRow struct {
	columns []*modelColumn // as they were
	values  map[int]any    // by column id
	extra   string
}

type model struct {
	columns []*modelColumn
	nextID  int
	rows    map[int]*modelRow
	extra   bool
	read    map[string]int // values converted, by "kind kind": what the walk has tried
}

func (m *model) schema(props []*property) {
	m.columns = m.merge(m.columns, props, []string{"__lake_file", "file_row_number", "filename", "_extra"})
}

func (m *model) merge(have []*modelColumn, props []*property, taken []string) []*modelColumn {
	for _, c := range have {
		taken = append(taken, strings.ToLower(c.name))
	}
	for _, p := range props {
		i := slices.IndexFunc(have, func(c *modelColumn) bool { return c.property == p.name })
		if i >= 0 {
			m.widen(have[i], p)
			continue
		}
		c := &modelColumn{id: m.nextID, property: p.name, name: p.name, kind: p.column(), precision: p.precision, scale: p.scale}
		m.nextID++
		for n := 2; c.name == "" || slices.Contains(taken, strings.ToLower(c.name)); n++ {
			c.name = fmt.Sprintf("%s_%d", p.name, n)
		}
		taken = append(taken, strings.ToLower(c.name))
		c.fields = m.merge(nil, p.fields, nil)
		have = append(have, c)
	}
	return have
}

func isNested(kind string) bool { return kind == "struct" || kind == "list" || kind == "json" }

func (m *model) widen(c *modelColumn, p *property) {
	have, want := c.kind, p.column()
	two := func(a, b string) bool { return have == a && want == b || have == b && want == a }
	become := func(kind string) { c.kind, c.precision, c.scale, c.fields = kind, 0, 0, nil }
	switch {
	case have == want && have != "decimal":
		c.fields = m.merge(c.fields, p.fields, nil)
	case isNested(have) || isNested(want):
		become("json")
	case have == "int" && want == "double" && c.beyond:
		become("string")
	case two("int", "double"):
		become("double")
	case two("date", "timestamp"):
		become("timestamp")
	case have == "decimal" && want == "decimal", two("int", "decimal"):
		whole, scale := c.digits()
		pWhole, pScale := (&modelColumn{kind: want, precision: p.precision, scale: p.scale}).digits()
		whole, scale = max(whole, pWhole), max(scale, pScale)
		if become("decimal"); whole+scale > 38 {
			become("string")
		} else {
			c.precision, c.scale = whole+scale, scale
		}
	default:
		become("string")
	}
}

func (c *modelColumn) digits() (whole, scale int) {
	if c.kind == "int" {
		return 19, 0
	}
	return c.precision - c.scale, c.scale
}

func clone(cols []*modelColumn) []*modelColumn {
	out := make([]*modelColumn, len(cols))
	for i, c := range cols {
		copied := *c
		copied.fields = clone(c.fields)
		out[i] = &copied
	}
	return out
}

// put stores a record sent under props.
func (m *model) put(id int, record value, props []*property) {
	row := &modelRow{values: map[int]any{}}
	var extra []string
	storeMembers(row.values, record, props, m.columns, "", &extra)
	if len(extra) > 0 {
		row.extra, m.extra = "{"+strings.Join(extra, ",")+"}", true
	}
	row.columns = clone(m.columns)
	m.rows[id] = row
}

func storeMembers(into map[int]any, v value, props []*property, cols []*modelColumn, path string, extra *[]string) {
	for _, member := range v.members {
		i := slices.IndexFunc(props, func(p *property) bool { return p.name == member.name })
		if i < 0 {
			name := member.name
			if path != "" {
				name = path + "/" + name
			}
			*extra = append(*extra, quote(name)+":"+member.value.text)
			continue
		}
		k := slices.IndexFunc(cols, func(c *modelColumn) bool { return c.property == member.name })
		into[cols[k].id] = store(member.value, props[i], cols[k], path+"/"+member.name, extra)
	}
}

// store is a value as its column keeps it.
func store(v value, p *property, c *modelColumn, path string, extra *[]string) any {
	text := unquoted(v.text)
	switch {
	case v.text == "null":
		return nil
	case c.kind == "json":
		return v.text
	case c.kind == "struct":
		out := map[int]any{}
		storeMembers(out, v, p.fields, c.fields, path, extra)
		return out
	case c.kind == "list":
		out := []any{}
		for i, item := range v.items {
			out = append(out, store(item, p.fields[0], c.fields[0], fmt.Sprintf("%s/%d", path, i), extra))
		}
		return out
	case c.kind == "int":
		x, _ := strconv.ParseInt(text, 10, 64)
		c.beyond = c.beyond || x > 1<<53 || x < -1<<53
		return x
	case c.kind == "double":
		x, _ := strconv.ParseFloat(text, 64)
		return x
	case c.kind == "decimal":
		x, _ := new(big.Rat).SetString(text)
		return x
	case c.kind == "timestamp":
		return instant(text)
	case c.kind == "date":
		return text[:10]
	}
	return text
}

func instant(text string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02"} {
		if x, err := time.Parse(layout, text); err == nil {
			return x.UTC()
		}
	}
	panic("no time: " + text)
}

// converted is a value stored in column from, as column to is now.
func (m *model) converted(v any, from, to *modelColumn) any {
	if v == nil {
		return nil
	}
	m.read[from.kind+" "+to.kind]++
	switch {
	case to.kind == "json":
		if from.kind == "json" {
			return v
		}
		return jsonOf(v, from)
	case to.kind == "struct":
		return m.convertedFields(v.(map[int]any), from.fields, to.fields)
	case to.kind == "list":
		out := []any{}
		for _, x := range v.([]any) {
			out = append(out, m.converted(x, from.fields[0], to.fields[0]))
		}
		return out
	case to.kind == from.kind:
		return v
	case to.kind == "string":
		return textOf(v, from)
	case to.kind == "timestamp":
		return instant(v.(string))
	case to.kind == "double":
		return float64(v.(int64))
	}
	return new(big.Rat).SetInt64(v.(int64)) // to a decimal
}

func (m *model) convertedFields(v map[int]any, from, to []*modelColumn) map[int]any {
	out := map[int]any{}
	for _, f := range to {
		if i := slices.IndexFunc(from, func(c *modelColumn) bool { return c.id == f.id }); i >= 0 {
			out[f.id] = m.converted(v[f.id], from[i], f)
		}
	}
	return out
}

// textOf is a scalar as a string column shows it.
func textOf(v any, c *modelColumn) string {
	switch v := v.(type) {
	case float64:
		if e := math.Abs(v); e != 0 && (e < 1e-4 || e >= 1e16) {
			return strconv.FormatFloat(v, 'e', -1, 64)
		}
		return pointed(strconv.FormatFloat(v, 'f', -1, 64))
	case *big.Rat:
		return v.FloatString(c.scale)
	case time.Time:
		return v.Format("2006-01-02T15:04:05.999999Z07:00")
	}
	return fmt.Sprint(v)
}

func pointed(number string) string {
	if !strings.ContainsAny(number, ".e") {
		return number + ".0"
	}
	return number
}

// jsonOf is a value as JSON text.
func jsonOf(v any, c *modelColumn) string {
	switch {
	case v == nil:
		return "null"
	case c.kind == "json":
		return v.(string)
	case c.kind == "struct":
		var parts []string
		for _, f := range c.fields {
			parts = append(parts, quote(f.property)+":"+jsonOf(v.(map[int]any)[f.id], f))
		}
		return "{" + strings.Join(parts, ",") + "}"
	case c.kind == "list":
		var parts []string
		for _, x := range v.([]any) {
			parts = append(parts, jsonOf(x, c.fields[0]))
		}
		return "[" + strings.Join(parts, ",") + "]"
	case c.kind == "double":
		text, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return pointed(strings.ReplaceAll(string(text), "e+", "e")) // as DuckDB writes JSON
	case c.kind == "int", c.kind == "decimal", c.kind == "boolean":
		return textOf(v, c)
	}
	return quote(textOf(v, c))
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func unquoted(text string) string {
	var s string
	if json.Unmarshal([]byte(text), &s) == nil && text != "null" {
		return s
	}
	return text
}

// shown is a value in the words of canonSQL.
func shown(v any, c *modelColumn) string {
	switch {
	case v == nil:
		return "null"
	case c.kind == "struct":
		var parts []string
		for _, f := range c.fields {
			parts = append(parts, shown(v.(map[int]any)[f.id], f))
		}
		return "{" + strings.Join(parts, ",") + "}"
	case c.kind == "list":
		var parts []string
		for _, x := range v.([]any) {
			parts = append(parts, shown(x, c.fields[0]))
		}
		return "[" + strings.Join(parts, ",") + "]"
	case c.kind == "double":
		return strconv.FormatFloat(v.(float64), 'g', 17, 64)
	case c.kind == "decimal":
		return v.(*big.Rat).FloatString(c.scale)
	case c.kind == "timestamp":
		return strconv.FormatInt(v.(time.Time).UnixMicro(), 10)
	case c.kind == "int":
		return fmt.Sprint(v)
	}
	return quote(fmt.Sprint(v))
}

// canonSQL makes one text of x, a column's value, in any DuckDB and any time zone.
func canonSQL(x string, c *modelColumn, depth int) string {
	text := "CAST(" + x + " AS VARCHAR)"
	expr := "CAST(to_json(" + text + ") AS VARCHAR)"
	switch c.kind {
	case "struct":
		expr = "'{'"
		for i, f := range c.fields {
			expr += []string{" || ", " || ',' || "}[min(i, 1)] + canonSQL("struct_extract("+x+", '"+strings.ReplaceAll(f.name, "'", "''")+"')", f, depth)
		}
		expr = "CASE WHEN " + x + " IS NOT NULL THEN " + expr + " || '}' END"
	case "list":
		e := fmt.Sprintf("x%d", depth)
		expr = "'[' || coalesce(list_aggregate([" + canonSQL(e, c.fields[0], depth+1) + " FOR " + e + " IN " + x + "], 'string_agg', ','), '') || ']'"
		expr = "CASE WHEN " + x + " IS NOT NULL THEN " + expr + " END"
	case "int":
		expr = text
	case "double":
		expr = "format('{:.17g}', " + x + ")"
	case "decimal":
		expr = "regexp_replace(" + text + ", '^(-?)[.]', '\\10.')"
	case "timestamp":
		expr = "CAST(epoch_us(" + x + ") AS VARCHAR)"
	}
	return "coalesce(" + expr + ", 'null')"
}

// duckType is the type a view shows, names unquoted.
func (c *modelColumn) duckType() string {
	switch c.kind {
	case "struct":
		var parts []string
		for _, f := range c.fields {
			parts = append(parts, f.name+" "+f.duckType())
		}
		return "STRUCT(" + strings.Join(parts, ", ") + ")"
	case "list":
		return c.fields[0].duckType() + "[]"
	case "decimal":
		return fmt.Sprintf("DECIMAL(%d,%d)", c.precision, c.scale)
	}
	return map[string]string{"int": "BIGINT", "string": "VARCHAR", "timestamp": "TIMESTAMP WITH TIME ZONE"}[c.kind] +
		map[bool]string{true: strings.ToUpper(c.kind)}[!slices.Contains([]string{"int", "string", "timestamp"}, c.kind)]
}
