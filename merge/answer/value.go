package answer

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"
)

// The values that Rows.Next gives are nil, bool, int64, float32, float64,
// string, time.Time (of a TIMESTAMP WITH TIME ZONE, in UTC), Number and JSON.
type (
	// Number is the exact digits of a number that no Go type holds.
	Number string
	// JSON is JSON text: of a JSON column as stored, of a struct, list or map made.
	JSON string
)

// timeFormat keeps microseconds, and no more digits than there are.
const timeFormat = "2006-01-02T15:04:05.999999Z07:00"

// FormatText is v as people read it. A nil is NULL; whoever must tell it from
// the string of that name compares with nil first.
func FormatText(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float32:
		return formatFloat(float64(v), 32)
	case float64:
		return formatFloat(v, 64)
	case string:
		return v
	case Number:
		return string(v)
	case JSON:
		return string(v)
	case time.Time:
		return v.UTC().Format(timeFormat)
	}
	panic(fmt.Sprintf("BUG: no text for %T", v))
}

// formatFloat writes the shortest digits that read back as f. A plain -0 would
// be read back as the integer, which has no sign.
func formatFloat(f float64, bits int) string {
	if f == 0 && math.Signbit(f) {
		return "-0.0"
	}
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	return strconv.FormatFloat(f, format, -1, bits)
}

// AppendJSON appends v as JSON to dst. What JSON has no number for, NaN and
// the infinities, is a string.
func AppendJSON(dst []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case string:
		return appendString(dst, v)
	case time.Time:
		return appendString(dst, FormatText(v))
	case float32:
		return appendFloat(dst, float64(v), v)
	case float64:
		return appendFloat(dst, v, v)
	}
	return append(dst, FormatText(v)...)
}

func appendFloat(dst []byte, f float64, v any) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return appendString(dst, FormatText(v))
	}
	return append(dst, FormatText(v)...)
}

func appendString(dst []byte, s string) []byte {
	text, err := json.Marshal(s)
	if err != nil {
		panic("BUG: a string is always JSON: " + err.Error())
	}
	return append(dst, text...)
}
