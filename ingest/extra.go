package ingest

import (
	"bytes"

	"target-filelake/ingest/text"
	"target-filelake/lake/columns"
)

// extra gathers a row's undeclared properties as one JSON object.
type extra struct {
	json  []byte // the members, each with a comma after it
	names []byte // end to end, a NUL after each
	set   map[string]struct{}
	count int
}

func (e *extra) reset() {
	if e.count > 0 {
		e.json, e.names, e.count = e.json[:0], e.names[:0], 0
		clear(e.set)
	}
}

// few is how many names are compared one by one before they go into a set.
const few = 8

// add takes a property whose value d has just passed, its value only to keep
// it. It reports false for a name that is there already.
func (e *extra) add(d *Decoder, name, value []byte, keep bool) bool {
	if e.knows(name) {
		return false
	}
	e.names = append(append(e.names, name...), 0)
	e.count++
	if !keep {
		return true
	}
	e.json = text.AppendQuote(e.json, name)
	e.json = append(e.json, ':')
	e.json = d.appendText(e.json, value)
	e.json = append(e.json, ',')
	return true
}

func (e *extra) knows(name []byte) bool {
	if e.count < few {
		for rest := e.names; len(rest) > 0; {
			n := bytes.IndexByte(rest, 0)
			if bytes.Equal(rest[:n], name) {
				return true
			}
			rest = rest[n+1:]
		}
		return false
	}
	if e.set == nil {
		e.set = map[string]struct{}{}
	}
	if len(e.set) == 0 {
		for _, n := range bytes.Split(e.names[:len(e.names)-1], []byte{0}) {
			e.set[string(n)] = struct{}{}
		}
	}
	_, known := e.set[string(name)]
	e.set[string(name)] = struct{}{}
	return known
}

// end appends the row's entry to the vector of undeclared properties.
func (e *extra) end(v *columns.Vector) {
	if len(e.json) == 0 {
		v.Null(0, 0)
		return
	}
	v.Data = append(v.Data, '{')
	v.Data = append(v.Data, e.json...)
	v.Data[len(v.Data)-1] = '}'
	v.EndBytes(0)
}

// note counts the row's undeclared properties.
func (e *extra) note(n *Notes, stream string) {
	for rest := e.names; len(rest) > 0; {
		end := bytes.IndexByte(rest, 0)
		n.undeclared(stream, rest[:end], 1)
		rest = rest[end+1:]
	}
}
