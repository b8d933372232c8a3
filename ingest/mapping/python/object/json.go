package object

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"target-filelake/ingest/mapping/python/fault"
	"target-filelake/ingest/text"
)

// FromJSON is the value that starts at b[i], well-formed JSON in a text that
// ends with a line break.
func FromJSON(b []byte, i int) (any, error) {
	r := reader{b: b, scan: text.Scanner{Max: len(b)}}
	v, _, err := r.value(i)
	return v, err
}

// reader makes values of well-formed JSON.
type reader struct {
	b    []byte
	scan text.Scanner
}

func (r *reader) value(i int) (v any, end int, err error) {
	switch r.b[i] {
	case '{':
		return r.dict(i)
	case '[':
		return r.list(i)
	case '"':
		end, _ = r.scan.Str(r.b, i+1)
		return string(text.Unescape(nil, r.b[i+1:end])), end + 1, nil
	case 'n':
		return nil, i + 4, nil
	case 't':
		return true, i + 4, nil
	case 'f':
		return false, i + 5, nil
	}
	end = r.scan.Number(r.b, i)
	v, err = jsonNumber(string(r.b[i:end]))
	return v, end, err
}

func jsonNumber(s string) (any, error) {
	if strings.ContainsAny(s, ".eE") {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return nil, fault.New("a number beyond what a float holds")
		}
		return f, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return nil, errTooBig
	}
	return int(n), nil
}

func (r *reader) dict(i int) (any, int, error) {
	d := &Dict{}
	for i = r.scan.Space(r.b, i+1); r.b[i] != '}'; i = r.next(i) {
		raw, _, at := r.scan.Key(r.b, i)
		v, end, err := r.value(at)
		if err != nil {
			return nil, 0, err
		}
		d.Set(string(text.Unescape(nil, raw)), v)
		i = end
	}
	return d, i + 1, nil
}

func (r *reader) list(i int) (any, int, error) {
	out := []any{}
	for i = r.scan.Space(r.b, i+1); r.b[i] != ']'; i = r.next(i) {
		v, end, err := r.value(i)
		if err != nil {
			return nil, 0, err
		}
		out = append(out, v)
		i = end
	}
	return out, i + 1, nil
}

// next passes the comma after a member, if there is one.
func (r *reader) next(i int) int {
	if i = r.scan.Space(r.b, i); r.b[i] == ',' {
		i = r.scan.Space(r.b, i+1)
	}
	return i
}

// AppendJSON appends a value as JSON; dates and times as text of ISO 8601.
func AppendJSON(dst []byte, v any) ([]byte, error) {
	w := writer{out: dst, comma: ",", colon: ":", times: true}
	err := w.value(v)
	return w.out, err
}

// writer writes values as JSON.
type writer struct {
	out          []byte
	comma, colon string
	ascii        bool // characters beyond ASCII as escapes
	sorted       bool // the keys of dicts
	times        bool // dates and times are taken
}

func (w *writer) value(v any) error {
	switch x := v.(type) {
	case nil:
		w.out = append(w.out, "null"...)
	case bool:
		w.out = strconv.AppendBool(w.out, x)
	case int:
		w.out = strconv.AppendInt(w.out, int64(x), 10)
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fault.New("a float that is no number has no place in JSON")
		}
		w.out = append(w.out, floatText(x)...)
	case string:
		w.text(x)
	case []any:
		return w.list(x)
	case *Dict:
		return w.dict(x)
	case Datetime:
		return w.time(v, x.iso("T"))
	default:
		return w.time(v, Repr(v))
	}
	return nil
}

func (w *writer) time(v any, s string) error {
	if !w.times {
		return fault.New("json.dumps() does not take %s; write str(…) or .isoformat()", TypeName(v))
	}
	w.text(s)
	return nil
}

func (w *writer) text(s string) {
	start := len(w.out)
	w.out = text.AppendQuote(w.out, s)
	if !w.ascii {
		return
	}
	quoted := string(w.out[start:])
	w.out = w.out[:start]
	for _, r := range quoted {
		switch high, low := utf16.EncodeRune(r); {
		case r < 0x7f:
			w.out = append(w.out, byte(r))
		case r > 0xffff:
			w.out = append(append(w.out, `\u`+strconv.FormatInt(int64(high), 16)...), `\u`+strconv.FormatInt(int64(low), 16)...)
		default:
			w.out = append(w.out, `\u`+zeros(strconv.FormatInt(int64(r), 16), 4)...)
		}
	}
}

func (w *writer) list(xs []any) error {
	w.out = append(w.out, '[')
	for i, x := range xs {
		if i > 0 {
			w.out = append(w.out, w.comma...)
		}
		if err := w.value(x); err != nil {
			return err
		}
	}
	w.out = append(w.out, ']')
	return nil
}

func (w *writer) dict(d *Dict) error {
	order := make([]int, len(d.keys))
	for i := range order {
		order[i] = i
	}
	if w.sorted {
		slices.SortFunc(order, func(a, b int) int { return strings.Compare(keyText(d.keys[a]), keyText(d.keys[b])) })
	}
	w.out = append(w.out, '{')
	for n, i := range order {
		if n > 0 {
			w.out = append(w.out, w.comma...)
		}
		w.text(keyText(d.keys[i]))
		w.out = append(w.out, w.colon...)
		if err := w.value(d.values[i]); err != nil {
			return err
		}
	}
	w.out = append(w.out, '}')
	return nil
}

// keyText is a dict's key as JSON has it.
func keyText(v any) string {
	switch x := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(x)
	}
	return Text(v)
}

// dumps is json.dumps(v, ensure_ascii, sort_keys, separators).
func dumps(e *Evaluation, args []any) (any, error) {
	w := writer{comma: ", ", colon: ": ", ascii: args[1] == nil || Truth(args[1]), sorted: Truth(args[2])}
	if args[3] != nil {
		pair, _ := args[3].([]any)
		if len(pair) != 2 || TypeName(pair[0]) != "str" || TypeName(pair[1]) != "str" {
			return nil, fault.New("json.dumps() takes separators like (',', ':')")
		}
		w.comma, w.colon = pair[0].(string), pair[1].(string)
		if len(w.comma)+len(w.colon) > 10 {
			return nil, fault.New("json.dumps() takes separators like (',', ':')")
		}
	}
	err := w.value(args[0])
	return string(w.out), err
}

// loads is json.loads(text).
func loads(e *Evaluation, args []any) (any, error) {
	s, ok := args[0].(string)
	if !ok {
		return nil, fault.New("json.loads() takes str, not %s", TypeName(args[0]))
	}
	if err := e.room(len(s)); err != nil {
		return nil, err
	}
	b := []byte(strings.TrimSpace(s) + "\n")
	scan := text.Scanner{Max: 512}
	if !scan.WellFormed(b) {
		return nil, fault.New("json.loads() of text that is no JSON")
	}
	return FromJSON(b, scan.Space(b, 0))
}
