package main

import (
	"fmt"
	"log/slog"
	"maps"
	"path"
	"slices"
	"strings"

	"target-filelake/ingest"
	"target-filelake/ingest/schema"
	"target-filelake/ingest/selection"
	"target-filelake/lake/columns"
)

// typos finds names in the setting streams that nothing of the tap's has: a setting
// for what is not there does nothing, and would say nothing.
type typos struct {
	streams streamsConfig
	log     *slog.Logger
	came    map[string]bool       // names of streams, as the tap sends them and as they are loaded
	globs   map[string]*globNames // by patterns that have stood for a stream
}

// globNames are the properties that a pattern of streams names: each need be in one
// of its streams only.
type globNames struct {
	missing map[string]bool // by setting and name; false: a stream has it
	known   []string
}

func newTypos(s streamsConfig, log *slog.Logger) *typos {
	return &typos{streams: s, log: log, came: map[string]bool{}, globs: map[string]*globNames{}}
}

// chosen looks at select and exclude, which are of the tap's stream.
func (t *typos) chosen(m *ingest.SchemaMessage) {
	t.came[m.Stream] = true
	_, c := t.streams.pick(m.Stream)
	t.look(m, "select", c.Select, knows)
	t.look(m, "exclude", c.Exclude, knows)
}

// typed looks at types, which are of the stream that it is loaded as.
func (t *typos) typed(m *ingest.SchemaMessage) {
	t.came[m.Stream] = true
	_, c := t.streams.pick(m.Stream)
	t.look(m, "types", slices.Sorted(maps.Keys(c.Types)), func(f *declared, name string) bool { return strings.Join(f.path, ".") == name })
}

// look warns of names that no property of a SCHEMA is meant by, at once where the
// setting is for this stream alone.
func (t *typos) look(m *ingest.SchemaMessage, setting string, names []string, means func(*declared, string) bool) {
	if len(names) == 0 {
		return
	}
	shape, _, err := schema.Compile(m.JSON, m.Key)
	if err != nil {
		return // the SCHEMA is refused for that
	}
	properties := propertiesOf(nil, nil, shape.Root.Fields)
	var known, missing []string
	for i := range properties {
		known = append(known, strings.Join(properties[i].path, "."))
	}
	for _, name := range names {
		of := func(p declared) bool { return means(&p, name) }
		if !strings.HasPrefix(name, "_sdc_") && !slices.ContainsFunc(properties, of) {
			missing = append(missing, name)
		}
	}
	if pattern, _ := t.streams.pick(m.Stream); pattern != m.Stream {
		t.ofGlob(pattern, setting, names, missing, known)
		return
	}
	missing = slices.DeleteFunc(missing, func(name string) bool { return inRecords(setting, name, known) })
	if len(missing) > 0 {
		t.log.Warn("streams names properties that the SCHEMA does not have", "stream", m.Stream, "in", setting, "properties", guesses(missing, known))
	}
}

func (t *typos) ofGlob(pattern, setting string, names, missing, known []string) {
	g := t.globs[pattern]
	if g == nil {
		g = &globNames{missing: map[string]bool{}}
		t.globs[pattern] = g
	}
	for _, name := range names {
		key := setting + ": " + name
		before, looked := g.missing[key]
		g.missing[key] = slices.Contains(missing, name) && (before || !looked)
	}
	g.known = slices.Compact(slices.Sorted(slices.Values(append(g.known, known...))))
}

// ended warns of what the whole input had nothing of. A tap that has sent no SCHEMA
// at all has nothing new, as some say it.
func (t *typos) ended() {
	if len(t.came) == 0 {
		return
	}
	came := slices.Sorted(maps.Keys(t.came))
	var idle []string
	for _, pattern := range slices.Sorted(maps.Keys(t.streams)) {
		if !slices.ContainsFunc(came, func(stream string) bool { return standsFor(pattern, stream) }) {
			idle = append(idle, pattern)
		}
	}
	if len(idle) > 0 {
		t.log.Warn("streams has settings for streams of which no SCHEMA has come", "streams", guesses(idle, came))
	}
	for _, pattern := range slices.Sorted(maps.Keys(t.globs)) {
		g := t.globs[pattern]
		for _, key := range slices.Sorted(maps.Keys(g.missing)) {
			if setting, name, _ := strings.Cut(key, ": "); g.missing[key] && !inRecords(setting, name, g.known) {
				t.log.Warn("streams names a property that no SCHEMA of its streams has", "streams", pattern, "in", setting, "properties", guesses([]string{name}, g.known))
			}
		}
	}
}

// inRecords reports whether a name may mean what only records have: exclude keeps
// that out, too.
func inRecords(setting, name string, known []string) bool {
	return setting == "exclude" && nearName(name, known) == ""
}

// standsFor reports whether a name or glob of streams is for this one.
func standsFor(pattern, stream string) bool {
	ok, _ := path.Match(pattern, stream)
	return ok || pattern == stream
}

// guesses are names, each with the known one that is near, if one is.
func guesses(names, known []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = name
		if near := nearName(name, known); near != "" {
			out[i] += fmt.Sprintf(" (did you mean %s?)", near)
		}
	}
	return out
}

// declared is a property that a SCHEMA declares, by the names that lead to it.
type declared struct {
	path []string
	kind columns.Kind
}

// propertiesOf are all of fields and, below them, of objects.
func propertiesOf(out []declared, above []string, fields []schema.Field) []declared {
	for i := range fields {
		f := &fields[i]
		p := append(slices.Clip(above), f.Name)
		out = append(out, declared{p, f.Kind})
		if f.Kind == columns.Struct {
			out = propertiesOf(out, p, f.Fields)
		}
	}
	return out
}

// knows reports whether a pattern of select or exclude may mean something of p; what
// lists and free-form objects hold is not known.
func knows(p *declared, pattern string) bool {
	covers, inside := selection.Means(pattern, p.path)
	return covers || inside && (p.kind == columns.List || p.kind == columns.JSON)
}
