package mapping

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"target-filelake/ingest/mapping/python"
	"target-filelake/ingest/mapping/python/object"
	"target-filelake/ingest/text"
)

// Maps are the stream maps of a configuration. Nil ones map nothing.
type Maps struct {
	streams    []streamMap
	dropOthers bool
	config     *object.Dict
}

// streamMap is one entry of stream_maps.
type streamMap struct {
	name       string // its key
	source     string // __source__; "" if it says none
	drop       bool
	alias      string // __alias__; "" if it says none
	filter     *python.Expression
	key        []string
	keySet     bool // __key_properties__ is said
	dropOthers bool // __else__
	props      []propertyMap
}

// propertyMap is what becomes of one property.
type propertyMap struct {
	name string
	expr *python.Expression // nil: it is left out
}

// none is what a configuration may write for null.
const none = `"__NULL__"`

func isNull(value []byte) bool { return string(value) == "null" || string(value) == none }

// Parse reads stream_maps and stream_map_config, both JSON, the latter may be
// empty. It reports every fault at once.
func Parse(maps, config []byte) (*Maps, error) {
	m := &Maps{config: &object.Dict{}}
	var errs []error
	if len(config) > 0 {
		errs = append(errs, m.readConfig(config))
	}
	members, err := objectOf(maps)
	if err != nil {
		return nil, errors.Join(append(errs, fmt.Errorf("stream_maps: %w", err))...)
	}
	for _, s := range members {
		errs = append(errs, prefixed("stream_maps."+s.Name, m.stream(s)))
	}
	return m, errors.Join(errs...)
}

// objectOf are the members of JSON text that is an object.
func objectOf(value []byte) ([]text.Member, error) {
	scan := text.Scanner{Max: 512}
	if !scan.WellFormed(append(bytes.Clone(value), '\n')) {
		return nil, errors.New(scan.Malformed())
	}
	members := text.Members(value)
	if members == nil {
		return nil, fmt.Errorf("is %s, want an object", kindOf(value))
	}
	return members, nil
}

func (m *Maps) readConfig(config []byte) error {
	members, err := objectOf(config)
	if err != nil {
		return fmt.Errorf("stream_map_config: %w", err)
	}
	for _, c := range members {
		v, err := object.FromJSON(append(c.Value, '\n'), 0)
		if err != nil {
			return fmt.Errorf("stream_map_config.%s: %w", c.Name, err)
		}
		m.config.Set(c.Name, v)
	}
	return nil
}

// kindOf words the type of a JSON value.
func kindOf(value []byte) string {
	switch text.Trim(value)[0] {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}

// prefixed puts where before each line of err.
func prefixed(where string, err error) error {
	if err == nil {
		return nil
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		var out []error
		for _, e := range several.Unwrap() {
			out = append(out, prefixed(where, e))
		}
		return errors.Join(out...)
	}
	if _, at := err.(placed); at {
		return placed{fmt.Errorf("%s%w", where, err)}
	}
	return fmt.Errorf("%s: %w", where, err)
}

// placed is an error that begins with the rest of its place.
type placed struct{ error }

func (p placed) Unwrap() error { return p.error }

// stream reads one entry of stream_maps.
func (m *Maps) stream(member text.Member) error {
	if member.Name == "__else__" {
		m.dropOthers = true
		return onlyNull(member.Value)
	}
	if strings.HasPrefix(member.Name, "__") {
		return errors.New("is not an operation on streams; there is __else__")
	}
	if _, err := path.Match(member.Name, ""); err != nil {
		return errors.New("is not a name or glob")
	}
	s := streamMap{name: member.Name}
	if isNull(member.Value) {
		s.drop = true
		m.streams = append(m.streams, s)
		return nil
	}
	members := text.Members(member.Value)
	if members == nil {
		return fmt.Errorf("is %s, want an object, or null to leave the stream out", kindOf(member.Value))
	}
	var errs []error
	for _, p := range members {
		if err := s.member(p); err != nil {
			errs = append(errs, placed{fmt.Errorf(".%s: %w", p.Name, err)})
		}
	}
	if s.source != "" && s.alias != "" {
		errs = append(errs, errors.New("has __source__ and __alias__; a copy has the name of its entry"))
	}
	m.streams = append(m.streams, s)
	return errors.Join(errs...)
}

func onlyNull(value []byte) error {
	if !isNull(value) {
		return fmt.Errorf("is %s, want null: what is not named is left out", kindOf(value))
	}
	return nil
}

// operations are the names in an entry that are no properties.
var operations = []string{"__alias__", "__else__", "__filter__", "__key_properties__", "__source__"}

// member reads one name of an entry.
func (s *streamMap) member(m text.Member) (err error) {
	switch m.Name {
	case "__alias__":
		s.alias, err = textOf(m.Value)
	case "__source__":
		s.source, err = textOf(m.Value)
	case "__else__":
		s.dropOthers = true
		err = onlyNull(m.Value)
	case "__key_properties__":
		s.keySet = true
		if !isNull(m.Value) && json.Unmarshal(m.Value, &s.key) != nil {
			err = fmt.Errorf("is %s, want a list of names, or null for no key", kindOf(m.Value))
		}
	case "__filter__":
		if !isNull(m.Value) {
			s.filter, err = expressionOf(m.Value)
		}
	default:
		if strings.HasPrefix(m.Name, "__") && strings.HasSuffix(m.Name, "__") {
			return fmt.Errorf("is not an operation; there are %s", strings.Join(operations, ", "))
		}
		p := propertyMap{name: m.Name}
		if !isNull(m.Value) {
			p.expr, err = expressionOf(m.Value)
		}
		s.props = append(s.props, p)
	}
	return err
}

func textOf(value []byte) (string, error) {
	var s string
	if err := json.Unmarshal(value, &s); err != nil || s == "" {
		return "", fmt.Errorf("is %s, want a name", kindOf(value))
	}
	return s, nil
}

// expressionOf parses an expression that stands in a JSON string.
func expressionOf(value []byte) (*python.Expression, error) {
	var s string
	if json.Unmarshal(value, &s) != nil {
		return nil, fmt.Errorf("is %s, want an expression in a string (%s), or null to leave the property out", kindOf(value), strconv.Quote(constantLike(value)))
	}
	e, err := python.Parse(s)
	if err != nil {
		return nil, fmt.Errorf("`%s`: %w", s, err)
	}
	return e, nil
}

// constantLike is the expression that a value of JSON may have been meant as.
func constantLike(value []byte) string {
	switch string(value) {
	case "true":
		return "True"
	case "false":
		return "False"
	}
	return string(value)
}

// of are the entries for a stream: that of its own name before those of globs,
// and of these the last; and the copies that are made of it.
func (m *Maps) of(stream string) (own *streamMap, copies []*streamMap) {
	for i := range m.streams {
		s := &m.streams[i]
		switch {
		case s.source != "":
			if globs(s.source, stream) {
				copies = append(copies, s)
			}
		case s.name == stream, globs(s.name, stream) && (own == nil || own.name != stream):
			own = s
		}
	}
	return own, copies
}

// globs reports whether a name or glob is that of a stream; * goes over slashes too.
func globs(pattern, stream string) bool {
	flat := func(s string) string { return strings.ReplaceAll(s, "/", "\x00") }
	ok, err := path.Match(flat(pattern), flat(stream))
	return pattern == stream || ok && err == nil
}

// target is the stream that an entry makes of a stream.
func (s *streamMap) target(stream string) (string, error) {
	if s.source != "" {
		return s.name, nil
	}
	if s.alias == "" {
		return stream, nil
	}
	// A name that is no expression is meant as it is.
	name := s.alias
	if e, err := python.Parse(s.alias); err == nil {
		if text, err := e.Constant(map[string]string{"__stream_name__": stream}); err == nil {
			name = text
		}
	}
	if name == "" || text.BadName(name) {
		return "", fmt.Errorf("stream_maps.%s.__alias__: %s is no name for a stream", s.name, strconv.Quote(name))
	}
	return name, nil
}

func contains(names []string, name string) bool { return slices.Contains(names, name) }
