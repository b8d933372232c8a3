package text

import "bytes"

// Member is a property of an object.
type Member struct {
	Name  string
	Value []byte // a part of the object's text
}

// Members are the properties of an object, well-formed JSON, in their order;
// nil if it is no object. A property that stands twice keeps its first place
// and its last value.
func Members(object []byte) []Member {
	b := append(bytes.Clone(Trim(object)), '\n')
	if b[0] != '{' {
		return nil
	}
	s := Scanner{Max: len(b)}
	out := []Member{}
	at := map[string]int{}
	for i := s.Space(b, 1); b[i] != '}'; {
		raw, _, start := s.Key(b, i)
		m := Member{string(Unescape(nil, raw)), nil}
		end := s.Value(b, start)
		m.Value = b[start:end:end]
		if old, twice := at[m.Name]; twice {
			out[old] = m
		} else {
			at[m.Name] = len(out)
			out = append(out, m)
		}
		if i = s.Space(b, end); b[i] == ',' {
			i = s.Space(b, i+1)
		}
	}
	return out
}
