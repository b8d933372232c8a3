package selection

import "target-filelake/ingest/text"

// Record appends the part that is wanted of a record, a well-formed JSON value.
// JSON that stands in a string counts as what it says: a reader may take it so.
func (s *Selection) Record(dst, record []byte) []byte {
	if s == nil {
		return append(dst, record...)
	}
	p := pruner{sel: s, b: append(record[:len(record):len(record)], '\n'), scan: text.Scanner{Max: len(record)}, unquotes: true}
	if p.out = dst; p.b[0] == '{' {
		p.value(0, nil)
		return p.out
	}
	return append(dst, record...) // it has no properties, and no schema takes it
}

// quoted appends a string, of which only a part is wanted if it is an object
// or array. It reports false if it is neither.
func (s *Selection) quoted(dst, value []byte, path []string) ([]byte, bool) {
	inside := append(text.Unescape(nil, value[1:len(value)-1]), '\n')
	scan := text.Scanner{Max: len(inside)}
	i := scan.Space(inside, 0)
	if inside[i] != '{' && inside[i] != '[' {
		return dst, false
	}
	end := scan.Value(inside, i)
	if end < 0 || scan.Space(inside, end) != len(inside)-1 {
		return dst, false
	}
	p := pruner{sel: s, b: inside, scan: text.Scanner{Max: len(inside)}, unquotes: true}
	p.value(i, path)
	return text.AppendQuote(dst, string(p.out)), true
}
