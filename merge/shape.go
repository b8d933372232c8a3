package merge

import (
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
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
		return "CAST(to_json(" + exportNested(column, s.info, 0) + ") AS VARCHAR)"
	case s.name == "TIMESTAMP":
		return isoText(column)
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

// exportNested writes the timestamps in x, at any depth of structs and lists,
// as text in RFC 3339.
func exportNested(x string, info duckdb.TypeInfo, depth int) string {
	if info == nil || !hasTimestamp(info) {
		return x
	}
	switch info.InternalType() {
	case duckdb.TYPE_TIMESTAMP_TZ:
		return utcText(x)
	case duckdb.TYPE_TIMESTAMP:
		return isoText(x)
	}
	switch d := info.Details().(type) {
	case *duckdb.StructDetails:
		var fields []string
		for _, e := range d.Entries {
			value := "struct_extract(" + x + ", " + lit(e.Name()) + ")"
			fields = append(fields, ident(e.Name())+" := "+exportNested(value, e.Info(), depth))
		}
		return unlessNull(x, "struct_pack("+strings.Join(fields, ", ")+")")
	case *duckdb.ListDetails:
		return each(x, depth, func(e string) string { return exportNested(e, d.Child, depth+1) })
	case *duckdb.ArrayDetails:
		return each(x, depth, func(e string) string { return exportNested(e, d.Child, depth+1) })
	}
	return x
}

func hasTimestamp(info duckdb.TypeInfo) bool {
	switch info.InternalType() {
	case duckdb.TYPE_TIMESTAMP, duckdb.TYPE_TIMESTAMP_TZ:
		return true
	}
	switch d := info.Details().(type) {
	case *duckdb.StructDetails:
		for _, e := range d.Entries {
			if hasTimestamp(e.Info()) {
				return true
			}
		}
	case *duckdb.ListDetails:
		return hasTimestamp(d.Child)
	case *duckdb.ArrayDetails:
		return hasTimestamp(d.Child)
	}
	return false
}
