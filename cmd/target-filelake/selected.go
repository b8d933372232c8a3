package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"target-filelake/ingest"
	"target-filelake/ingest/selection"
)

// catalogConfig is the catalog that a setting names or holds.
type catalogConfig struct{ catalog *selection.Catalog }

// Decode reads the catalog: JSON if it looks like that, else a file's name.
func (c *catalogConfig) Decode(ctx *kong.DecodeContext) error {
	var text string
	if err := ctx.Scan.PopValueInto("catalog", &text); err != nil {
		return err
	}
	if text == "" { // as a file of settings may say
		return nil
	}
	from, data := "catalog", []byte(text)
	if !strings.HasPrefix(strings.TrimSpace(text), "{") {
		var err error
		from = "catalog " + text
		if data, err = os.ReadFile(text); err != nil {
			return fmt.Errorf("catalog: %w", err)
		}
	}
	var err error
	if c.catalog, err = selection.ParseCatalog(data); err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	return nil
}

// selection is what the configuration and the catalog want of a stream.
func (t *tables) selection(m *ingest.SchemaMessage) (*selection.Selection, error) {
	s := selection.New(t.streams.of(m.Stream).rules(), t.catalog, m.Stream, m.Key)
	if !s.Stream() {
		return s, nil
	}
	if err := s.Lost(); err != nil {
		return nil, usageError{fmt.Errorf("stream %q: %w", m.Stream, err)}
	}
	return s, nil
}

// route works out what a SCHEMA changes in the tables that its stream is
// loaded into: none if the stream is not selected.
func (t *tables) route(m *ingest.SchemaMessage) ([]*table, error) {
	s, err := t.selection(m)
	if err != nil {
		return nil, err
	}
	known := t.plans[m.Stream] != nil
	if t.typos != nil && !known {
		t.typos.chosen(m)
	}
	if !s.Stream() {
		if !known {
			t.log.Info("stream is not loaded: the catalog does not select it", "stream", m.Stream)
		}
		t.plan(m.Stream, ingest.Forked(m.Stream, nil))
		t.routed[m.Stream] = nil
		return nil, nil
	}
	if !known && !t.catalog.Knows(m.Stream) {
		t.log.Warn("the catalog does not name the stream; all of it is loaded", "stream", m.Stream)
	}
	return t.mapped(m, s)
}
