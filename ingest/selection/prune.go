package selection

import "target-filelake/ingest/text"

// Prune appends the part that is wanted of value, the well-formed JSON value of
// the property at path. It reports false, and appends nothing, where that is
// nothing at all.
func (s *Selection) Prune(dst, value []byte, path []string) ([]byte, bool) {
	return s.prune(dst, value, path, false)
}

// prune is Prune; with unquotes, of what stands in strings too.
func (s *Selection) prune(dst, value []byte, path []string, unquotes bool) ([]byte, bool) {
	switch s.Want(path) {
	case None:
		return dst, false
	case All:
		return append(dst, value...), true
	}
	if unquotes && value[0] == '"' {
		if out, nested := s.quoted(dst, value, path); nested {
			return out, true
		}
	}
	if value[0] != '{' && value[0] != '[' {
		// It has no inside: what is wanted there is absent, unless all but
		// some of its inside is.
		if s.without(path) {
			return append(dst, value...), true
		}
		return dst, false
	}
	p := pruner{sel: s, b: append(value[:len(value):len(value)], '\n'), scan: text.Scanner{Max: len(value)}, unquotes: unquotes}
	p.out = dst
	p.value(0, path)
	return p.out, true
}

// Scalar reports whether a property of which a part is wanted is, where it
// holds no object or array.
func (s *Selection) Scalar(path []string) bool { return s.Want(path) != Part || s.without(path) }

// without reports whether path is wanted but for things inside it.
func (s *Selection) without(path []string) bool {
	path, copied := s.source(path)
	return !copied || s.bySelect(path) == All && s.catalog.want(path) != None
}

// pruner copies JSON without what is not wanted.
type pruner struct {
	sel  *Selection
	b    []byte
	scan text.Scanner
	out  []byte

	unquotes bool // JSON in strings too
}

// value copies the object or array at b[i], and returns its end.
func (p *pruner) value(i int, path []string) int {
	if p.b[i] == '[' {
		return p.array(i, path)
	}
	p.out = append(p.out, '{')
	for i = p.scan.Space(p.b, i+1); p.b[i] != '}'; i = p.next(i) {
		start := i
		raw, _, at := p.scan.Key(p.b, i)
		i = p.member(start, at, append(path[:len(path):len(path)], string(text.Unescape(nil, raw))))
	}
	p.close('}')
	return i + 1
}

// member copies the property whose name stands at b[start], its value at b[at].
func (p *pruner) member(start, at int, path []string) int {
	end := p.scan.Value(p.b, at)
	mark := len(p.out)
	p.out = append(p.out, p.b[start:at]...)
	out, kept := p.sel.prune(p.out, p.b[at:end], path, p.unquotes)
	if p.out = out[:mark]; kept {
		p.out = append(out, ',')
	}
	return end
}

// array copies the array at b[i]: each element has the array's own path.
func (p *pruner) array(i int, path []string) int {
	p.out = append(p.out, '[')
	for i = p.scan.Space(p.b, i+1); p.b[i] != ']'; i = p.next(i) {
		start := i
		i = p.scan.Value(p.b, start)
		var kept bool
		if p.out, kept = p.sel.prune(p.out, p.b[start:i], path, p.unquotes); kept {
			p.out = append(p.out, ',')
		}
	}
	p.close(']')
	return i + 1
}

// next passes the comma after a member, if there is one.
func (p *pruner) next(i int) int {
	if i = p.scan.Space(p.b, i); p.b[i] == ',' {
		i = p.scan.Space(p.b, i+1)
	}
	return i
}

// close puts the bracket in the place of the last comma.
func (p *pruner) close(bracket byte) {
	if n := len(p.out) - 1; p.out[n] == ',' {
		p.out = p.out[:n]
	}
	p.out = append(p.out, bracket)
}
