package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"target-filelake/lake"
)

// guard keeps a second tap from going on where another one's pipeline stands,
// and from replacing its STATE. It belongs to the sequencer.
type guard struct {
	pipeline string
	loaded   []string        // streams of the pipeline as the run begins, sorted
	sent     map[string]bool // streams of the run that are not among them
	passed   bool
}

func newGuard(m *lake.Manifest, pipeline string, adopt bool) *guard {
	g := &guard{pipeline: pipeline, sent: map[string]bool{}, passed: adopt}
	for _, stream := range m.Streams() {
		if m.Tables[stream].Owner == pipeline {
			g.loaded = append(g.loaded, stream)
		}
	}
	g.passed = g.passed || len(g.loaded) == 0
	return g
}

// see takes note of a stream that the tap has named.
func (g *guard) see(stream string) {
	if g.passed {
		return
	}
	if _, g.passed = slices.BinarySearch(g.loaded, stream); !g.passed {
		g.sent[stream] = true
	}
}

// check refuses a first commit of streams that share none with those the
// pipeline has loaded. One that has loaded none is free, and a run without a
// SCHEMA says nothing about its tap.
func (g *guard) check() error {
	if g.passed || len(g.sent) == 0 {
		return nil
	}
	return usageError{fmt.Errorf("pipeline %q has loaded %s, and this tap has sent none of them, only %s: "+
		"if it is another tap, give it a position of its own with --pipeline NAME; if its streams have changed, load once with --adopt",
		g.pipeline, someNames(g.loaded), someNames(slices.Sorted(maps.Keys(g.sent))))}
}

// someNames lists the first few of many names.
func someNames(names []string) string {
	if n := len(names) - shownNames; n > 0 {
		return fmt.Sprintf("%q and %d more", names[:shownNames], n)
	}
	return fmt.Sprintf("%q", names)
}

// remedied adds to a fault of ownership what can be done about it.
func remedied(err error) error {
	if o, ok := errors.AsType[*lake.OwnerError](err); ok {
		return fmt.Errorf("%w; load it with --pipeline %s, or take it over with --adopt", err, shellQuote(o.Owner))
	}
	return err
}
