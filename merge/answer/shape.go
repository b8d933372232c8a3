package answer

import (
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
	"target-filelake/merge/duck"
)

// shape is how a column's values leave DuckDB without loss.
type shape struct {
	name string          // type as text
	info duckdb.TypeInfo // nil if the driver does not know the type
}

// export is the column as a type that the driver hands over whole.
func (s shape) export(column string) string {
	switch {
	case s.native():
		return column
	case s.nested():
		return nestedText(column, s.info, 0, strings.Contains(s.name, "JSON"))
	case s.name == "TIMESTAMP":
		return duck.ISOText(column)
	}
	return "CAST(" + column + " AS VARCHAR)"
}

func (s shape) native() bool {
	switch s.name {
	case "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER",
		"FLOAT", "DOUBLE", "VARCHAR", "TIMESTAMP WITH TIME ZONE":
		return true
	}
	return false
}

func (s shape) nested() bool {
	return strings.HasSuffix(s.name, "]") || strings.HasPrefix(s.name, "STRUCT(") ||
		strings.HasPrefix(s.name, "MAP(") || strings.HasPrefix(s.name, "UNION(")
}

func (s shape) number() bool {
	switch s.name {
	case "UBIGINT", "HUGEINT", "UHUGEINT", "BIGNUM":
		return true
	}
	return strings.HasPrefix(s.name, "DECIMAL(")
}

func (s shape) value(v any) any {
	switch v := v.(type) {
	case int8:
		return int64(v)
	case int16:
		return int64(v)
	case int32:
		return int64(v)
	case uint8:
		return int64(v)
	case uint16:
		return int64(v)
	case uint32:
		return int64(v)
	case time.Time:
		return v.UTC()
	case string:
		return s.text(v)
	}
	return v
}

func (s shape) text(v string) any {
	switch {
	case s.name == "JSON" || s.nested():
		return JSON(v)
	case s.number():
		return Number(wholeNumber(v))
	}
	return v
}

// wholeNumber puts the zero before the point that DuckDB leaves out of a
// decimal without digits there.
func wholeNumber(v string) string {
	digits := strings.TrimPrefix(v, "-")
	if !strings.HasPrefix(digits, ".") {
		return v
	}
	return v[:len(v)-len(digits)] + "0" + digits
}

// nestedText is x as the text of JSON, with the timestamps in it, at any depth
// of structs and lists, in RFC 3339 and JSON, if there may be any, as it is:
// to_json would round its numbers.
func nestedText(x string, info duckdb.TypeInfo, depth int, json bool) string {
	whole := "CAST(to_json(" + x + ") AS VARCHAR)"
	if info == nil || !hasSpecial(info, json) {
		return whole
	}
	switch info.InternalType() {
	case duckdb.TYPE_TIMESTAMP_TZ:
		return "CAST(to_json(" + duck.UTCText(x) + ") AS VARCHAR)"
	case duckdb.TYPE_TIMESTAMP:
		return "CAST(to_json(" + duck.ISOText(x) + ") AS VARCHAR)"
	case duckdb.TYPE_VARCHAR:
		return "CASE WHEN typeof(" + x + ") = 'JSON' THEN CAST(" + x + " AS VARCHAR) ELSE " + whole + " END"
	}
	item := func(of duckdb.TypeInfo) func(e string) string {
		return func(e string) string { return nestedText(e, of, depth+1, json) }
	}
	switch d := info.Details().(type) {
	case *duckdb.StructDetails:
		names, values := make([]string, len(d.Entries)), make([]string, len(d.Entries))
		for i, e := range d.Entries {
			names[i], values[i] = e.Name(), nestedText(duck.Field(x, e.Name()), e.Info(), depth, json)
		}
		return duck.ObjectText(x, names, values)
	case *duckdb.ListDetails:
		return duck.ArrayText(x, depth, item(d.Child))
	case *duckdb.ArrayDetails:
		return duck.ArrayText(x, depth, item(d.Child))
	}
	return whole
}

// hasSpecial reports whether to_json does not do for a type: the driver tells
// JSON from plain text no more than by its name.
func hasSpecial(info duckdb.TypeInfo, json bool) bool {
	switch info.InternalType() {
	case duckdb.TYPE_TIMESTAMP, duckdb.TYPE_TIMESTAMP_TZ:
		return true
	case duckdb.TYPE_VARCHAR:
		return json
	}
	switch d := info.Details().(type) {
	case *duckdb.StructDetails:
		for _, e := range d.Entries {
			if hasSpecial(e.Info(), json) {
				return true
			}
		}
	case *duckdb.ListDetails:
		return hasSpecial(d.Child, json)
	case *duckdb.ArrayDetails:
		return hasSpecial(d.Child, json)
	}
	return false
}
