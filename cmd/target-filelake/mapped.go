package main

import (
	"fmt"
	"strconv"

	"github.com/alecthomas/kong"

	"target-filelake/ingest"
	"target-filelake/ingest/mapping"
	"target-filelake/ingest/selection"
)

// jsonText is a setting that is an object: its JSON, in the order it was written.
type jsonText string

// Decode takes the text as it is.
func (j *jsonText) Decode(ctx *kong.DecodeContext) error {
	return ctx.Scan.PopValueInto("JSON", (*string)(j))
}

// parseMaps reads the stream maps of the configuration; nil if there are none.
func (c *LoadCmd) parseMaps() (*mapping.Maps, error) {
	if c.StreamMaps == "" {
		return nil, nil
	}
	return mapping.Parse([]byte(c.StreamMaps), []byte(c.StreamMapConfig))
}

// mapped works out the tables that a stream is loaded into, of whose
// properties s are wanted: one, unless a stream map says otherwise.
func (t *tables) mapped(m *ingest.SchemaMessage, s *selection.Selection) ([]*table, error) {
	routes, mapped, err := t.maps.Routes(mapping.Source{
		Stream: m.Stream, Schema: m.JSON, Key: m.Key, Selection: s, Started: t.options.Started,
	})
	if err != nil {
		return nil, usageError{fmt.Errorf("stream %q: %w", m.Stream, err)}
	}
	if !mapped {
		next, err := t.intoOwn(m, m.Stream, s)
		if err != nil {
			return nil, err
		}
		t.plan(m.Stream, next.plan)
		return []*table{next}, nil
	}
	return t.fork(m, routes)
}

// fork works out the tables of the streams that a stream is loaded as.
func (t *tables) fork(m *ingest.SchemaMessage, routes []mapping.Route) ([]*table, error) {
	if t.plans[m.Stream] == nil && len(routes) == 0 {
		t.log.Info("stream is not loaded: stream_maps leave it out", "stream", m.Stream)
	}
	var out []*table
	var forks []ingest.Fork
	names := []string{}
	for _, r := range routes {
		next, err := t.intoOwn(routedMessage(m, r), m.Stream, r.Selection)
		if err != nil {
			return nil, err
		}
		out, names = append(out, next), append(names, r.Stream)
		forks = append(forks, ingest.Fork{Plan: next.plan, Map: r.Map})
	}
	t.routed[m.Stream] = names
	t.plan(m.Stream, ingest.Forked(m.Stream, forks))
	return out, nil
}

// routedMessage is the SCHEMA of a stream that another is loaded as.
func routedMessage(m *ingest.SchemaMessage, r mapping.Route) *ingest.SchemaMessage {
	out := *m
	out.Stream, out.JSON, out.Key = r.Stream, r.Schema, r.Key
	if r.OwnKey {
		out.Unique = nil
	}
	return &out
}

// intoOwn is take for a stream of the lake that no other of the tap's is
// loaded as.
func (t *tables) intoOwn(m *ingest.SchemaMessage, source string, s *selection.Selection) (*table, error) {
	if first, taken := t.sources[m.Stream]; taken && first != source {
		return nil, usageError{fmt.Errorf("stream_maps: streams %s and %s would both be loaded as %s; give one another name with __alias__",
			strconv.Quote(first), strconv.Quote(source), strconv.Quote(m.Stream))}
	}
	t.sources[m.Stream] = source
	return t.take(m, s)
}

// targets are the streams of the lake that a stream of the tap's is loaded as.
func (t *tables) targets(stream string) []string {
	if names, routed := t.routed[stream]; routed {
		return names
	}
	return []string{stream}
}
