package selection

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// Catalog is what a Singer catalog says of selection.
type Catalog struct {
	streams map[string]*entry
}

// entry is a stream of a catalog. A nil one wants everything.
type entry struct {
	selected bool
	props    *property // nil: no metadata
}

// property is what a catalog's metadata says of a property and of those inside.
type property struct {
	said   bool // metadata names it
	meta   metadata
	inside map[string]*property
}

// metadata are the words of a breadcrumb that decide.
type metadata struct {
	Selected  *bool  `json:"selected"`
	Default   *bool  `json:"selected-by-default"`
	Inclusion string `json:"inclusion"`
}

// catalogStream is one of a catalog's streams as it is written.
type catalogStream struct {
	ID       string `json:"tap_stream_id"`
	Stream   string `json:"stream"`
	Metadata []struct {
		Breadcrumb []string `json:"breadcrumb"`
		Metadata   metadata `json:"metadata"`
	} `json:"metadata"`
}

// ParseCatalog reads a catalog's JSON.
func ParseCatalog(data []byte) (*Catalog, error) {
	var w struct {
		Streams []catalogStream `json:"streams"`
	}
	if err := json.Unmarshal(data, &w); err != nil {
		return nil, worded(err)
	}
	if w.Streams == nil {
		return nil, errors.New(`no list of streams; want a Singer catalog: {"streams": [{"tap_stream_id": …, "metadata": […]}]}`)
	}
	c := &Catalog{streams: map[string]*entry{}}
	for i := range w.Streams {
		s := &w.Streams[i]
		name := s.Stream
		if name == "" {
			name = s.ID
		}
		if name == "" {
			return nil, fmt.Errorf("stream %d has neither stream nor tap_stream_id", i+1)
		}
		e, err := s.entry()
		if err != nil {
			return nil, fmt.Errorf("stream %s: %w", strconv.Quote(name), err)
		}
		c.streams[name] = e
	}
	return c, nil
}

// worded says what is wrong with a catalog's JSON.
func worded(err error) error {
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%s is of type %s, which no Singer catalog has there", t.Field, t.Value)
	}
	return fmt.Errorf("not a Singer catalog: %w", err)
}

// inclusions are the words for inclusion, "" where none is said.
var inclusions = []string{"", "available", "automatic", "unsupported"}

// entry gathers the metadata of a stream by breadcrumb.
func (s *catalogStream) entry() (*entry, error) {
	if len(s.Metadata) == 0 {
		return &entry{selected: true}, nil
	}
	root := &property{inside: map[string]*property{}}
	for _, m := range s.Metadata {
		if !slices.Contains(inclusions, m.Metadata.Inclusion) {
			return nil, fmt.Errorf("inclusion %s, want available, automatic or unsupported", strconv.Quote(m.Metadata.Inclusion))
		}
		at, err := root.at(m.Breadcrumb)
		if err != nil {
			return nil, err
		}
		at.said, at.meta = true, m.Metadata
	}
	return &entry{selected: !root.said || root.meta.wants(false), props: root}, nil
}

// at finds the property that a breadcrumb leads to. Its odd steps say
// properties, or items of arrays, which have no step of their own here.
func (p *property) at(breadcrumb []string) (*property, error) {
	for i := 0; i < len(breadcrumb); i++ {
		if breadcrumb[i] == "items" {
			continue
		}
		if breadcrumb[i] != "properties" || i+1 == len(breadcrumb) {
			return nil, fmt.Errorf("breadcrumb %q, want [\"properties\", NAME, …]", breadcrumb)
		}
		i++
		next := p.inside[breadcrumb[i]]
		if next == nil {
			next = &property{inside: map[string]*property{}}
			p.inside[breadcrumb[i]] = next
		}
		p = next
	}
	return p, nil
}

// wants is the catalog's answer for what metadata says; parent is that for
// what it stands in.
func (m *metadata) wants(parent bool) bool {
	switch {
	case m.Inclusion == "unsupported":
		return false
	case m.Inclusion == "automatic":
		return true
	case m.Selected != nil:
		return *m.Selected
	case m.Default != nil:
		return *m.Default
	}
	return parent
}

func (c *Catalog) entry(stream string) *entry {
	if c == nil {
		return nil
	}
	return c.streams[stream]
}

// Knows reports whether the catalog has the stream. A nil one knows them all.
func (c *Catalog) Knows(stream string) bool { return c == nil || c.streams[stream] != nil }

func (e *entry) wantsAll() bool { return e == nil || e.selected && !e.props.leavesOut() }

// leavesOut reports whether something inside p is not wanted.
func (p *property) leavesOut() bool {
	if p == nil {
		return false
	}
	for _, i := range p.inside {
		if !i.meta.wants(true) || i.leavesOut() {
			return true
		}
	}
	return false
}

// want is what the metadata has of the property at path: what is left out
// takes all inside with it, and what no metadata names goes with its parent.
func (e *entry) want(path []string) Want {
	if e == nil {
		return All
	}
	p := e.props
	for _, name := range path {
		if p == nil || p.inside[name] == nil {
			return All
		}
		if p = p.inside[name]; !p.meta.wants(true) {
			return None
		}
	}
	if p.leavesOut() {
		return Part
	}
	return All
}
