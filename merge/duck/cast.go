package duck

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"target-filelake/lake/columns"
)

// scalarTypes are the DuckDB types of the kinds without fields, as views show them.
var scalarTypes = map[columns.Kind]string{
	columns.Boolean:   "BOOLEAN",
	columns.Int64:     "BIGINT",
	columns.Double:    "DOUBLE",
	columns.String:    "VARCHAR",
	columns.JSON:      "JSON",
	columns.UUID:      "UUID",
	columns.Date:      "DATE",
	columns.Time:      "TIME",
	columns.Timestamp: "TIMESTAMP WITH TIME ZONE",
}

// TypeOf is the DuckDB type a view shows c as.
func TypeOf(c *columns.Column) string {
	switch c.Kind {
	case columns.Struct:
		fields := make([]string, len(c.Fields))
		for i := range c.Fields {
			fields[i] = Ident(c.Fields[i].Name) + " " + TypeOf(&c.Fields[i])
		}
		return "STRUCT(" + strings.Join(fields, ", ") + ")"
	case columns.List:
		return TypeOf(&c.Fields[0]) + "[]"
	case columns.Decimal:
		return fmt.Sprintf("DECIMAL(%d,%d)", c.Precision, c.Scale)
	}
	return scalarTypes[c.Kind]
}

// Null is a NULL of the type of c.
func Null(c *columns.Column) string { return "CAST(NULL AS " + TypeOf(c) + ")" }

// convert is x, stored as column from, as column to now is. depth counts the
// lists around x, whose elements it names.
func convert(x string, from, to *columns.Column, depth int) string {
	switch {
	case Same(from, to):
		return x
	case to.Kind == columns.JSON:
		return "CAST(" + jsonText(x, from, depth) + " AS JSON)"
	case from.Kind == columns.Struct && to.Kind == columns.Struct:
		return unlessNull(x, "struct_pack("+strings.Join(fieldsOf(x, from, to, depth), ", ")+")")
	case from.Kind == columns.List && to.Kind == columns.List:
		return each(x, depth, func(e string) string {
			return convert(e, &from.Fields[0], &to.Fields[0], depth+1)
		})
	case to.Kind == columns.String:
		return asText(x, from)
	case from.Kind == columns.Date && to.Kind == columns.Timestamp:
		return "CAST(" + x + " AS TIMESTAMP) AT TIME ZONE 'UTC'"
	}
	return "CAST(" + x + " AS " + TypeOf(to) + ")"
}

// Same reports whether a view can show from as it is stored. JSON it cannot:
// that is stored as plain text.
func Same(from, to *columns.Column) bool {
	if from.Kind != to.Kind || from.Kind == columns.JSON || len(from.Fields) != len(to.Fields) ||
		from.Precision != to.Precision || from.Scale != to.Scale {
		return false
	}
	for i := range from.Fields {
		if from.Fields[i].Name != to.Fields[i].Name || !Same(&from.Fields[i], &to.Fields[i]) {
			return false
		}
	}
	return true
}

func fieldsOf(x string, from, to *columns.Column, depth int) []string {
	out := make([]string, len(to.Fields))
	for i := range to.Fields {
		f := &to.Fields[i]
		value := Null(f)
		if old := ByID(from.Fields, f.ID); old != nil {
			value = convert(Field(x, old.Name), old, f, depth)
		}
		out[i] = Ident(f.Name) + " := " + value
	}
	return out
}

// Field is a field of struct x.
func Field(x, name string) string {
	return "struct_extract(" + x + ", " + Lit(name) + ")"
}

func unlessNull(x, then string) string {
	return "CASE WHEN " + x + " IS NOT NULL THEN " + then + " END"
}

// each is a list comprehension: both ways to write a lambda fail in some
// version since 1.1.
func each(list string, depth int, f func(element string) string) string {
	e := "e" + strconv.Itoa(depth)
	return "[" + f(e) + " FOR " + e + " IN " + list + "]"
}

// asText is a scalar as a tap would have written it in a string.
func asText(x string, c *columns.Column) string {
	text := "CAST(" + x + " AS VARCHAR)"
	switch {
	case c.Kind == columns.String:
		return x
	case c.Kind == columns.Timestamp:
		return UTCText(x)
	case c.Kind == columns.Decimal && c.Precision == c.Scale:
		// DuckDB writes .5, which is no number in JSON.
		return "regexp_replace(" + text + ", '^(-?)[.]', '\\10.')"
	}
	return text
}

// UTCText is a timestamp with time zone in RFC 3339 in UTC, with as many digits of a second as it needs.
func UTCText(x string) string {
	return ISOText(x+" AT TIME ZONE 'UTC'") + " || 'Z'"
}

// ISOText is a timestamp without time zone as text, as UTCText writes it but for
// the Z.
func ISOText(x string) string {
	return "rtrim(rtrim(strftime(" + x + ", '%Y-%m-%dT%H:%M:%S.%f'), '0'), '.')"
}

// jsonText is x as the text of JSON, its properties named as the tap names
// them; NULL where x is. It is put together as text because to_json and
// json_object read the JSON they are given again and round its numbers to
// doubles, in 1.1 decimals too.
func jsonText(x string, from *columns.Column, depth int) string {
	switch from.Kind {
	case columns.JSON:
		return x
	case columns.Boolean, columns.Int64, columns.Decimal:
		return asText(x, from)
	case columns.Double:
		return "CAST(to_json(" + x + ") AS VARCHAR)"
	case columns.List:
		return ArrayText(x, depth, func(e string) string { return jsonText(e, &from.Fields[0], depth+1) })
	case columns.Struct:
		names, values := make([]string, len(from.Fields)), make([]string, len(from.Fields))
		for i := range from.Fields {
			f := &from.Fields[i]
			names[i], values[i] = f.Property, jsonText(Field(x, f.Name), f, depth)
		}
		return ObjectText(x, names, values)
	}
	return "CAST(to_json(" + asText(x, from) + ") AS VARCHAR)"
}

// ArrayText is list x as the text of JSON, its elements as item makes them; NULL
// where x is. depth counts the lists around x.
func ArrayText(x string, depth int, item func(e string) string) string {
	items := each(x, depth, func(e string) string { return orNull(item(e)) })
	return unlessNull(x, "'[' || coalesce(list_aggregate("+items+", 'string_agg', ','), '') || ']'")
}

// ObjectText is struct x as the text of JSON, of its members' names and texts;
// NULL where x is.
func ObjectText(x string, names, values []string) string {
	var text strings.Builder
	before := "{"
	for i := range names {
		text.WriteString(Lit(before+jsonName(names[i])+":") + " || " + orNull(values[i]) + " || ")
		before = ","
	}
	return unlessNull(x, text.String()+"'}'")
}

func orNull(text string) string { return "coalesce(" + text + ", 'null')" }

// jsonName is a property as a member's name.
func jsonName(property string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(property); err != nil {
		panic("BUG: a string is always JSON: " + err.Error())
	}
	return strings.TrimSuffix(b.String(), "\n")
}
