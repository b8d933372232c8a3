package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"
	"unicode/utf8"

	"target-filelake/lake"
)

// LogCmd lists versions.
type LogCmd struct {
	LakeFlag `embed:""`
	Limit    int    `help:"Show this many versions, the newest first; 0: all." default:"20" short:"n" placeholder:"N"`
	State    bool   `help:"Show STATEs whole."`
	JSON     bool   `name:"json" help:"Print one JSON object a line, with everything."`
	Stream   string `arg:"" optional:"" help:"Only versions that changed this stream."`
}

// Help is shown by --help.
func (*LogCmd) Help() string {
	return `The newest version comes first. Of each stream that a version changed: the rows that came in, how many rows it superseded, how many were live afterwards, and the files it added.

  target-filelake log --lake ./lake
  target-filelake log --lake ./lake orders --limit 0 --json`
}

// logged is one version.
type logged struct {
	Version   lake.Version        `json:"version"`
	Committed time.Time           `json:"committed"`
	Pipeline  string              `json:"pipeline"`
	Operation lake.Operation      `json:"operation"`
	Changes   []lake.StreamChange `json:"changes"`
	State     *string             `json:"state"` // of the pipeline, from this version on; null: none
}

// shownChanges bounds the streams of one version.
const shownChanges = 20

// shownState bounds a STATE, in bytes.
const shownState = 60

// Run reads root manifests, newest first.
func (c *LogCmd) Run(_ context.Context, std *stdio) (err error) {
	if c.Limit < 0 {
		return usageError{fmt.Errorf("--limit: %d, want 0 or more", c.Limit)}
	}
	root, disk, err := openLake(c.Lake)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(atLake(root, err), disk.Close()) }()
	oldest, newest, err := lake.Range(disk)
	if err != nil {
		return err
	}
	if newest == 0 && !c.JSON {
		_, err := fmt.Fprintf(std.out, "%s: nothing committed yet\n", root)
		return err
	}
	left := c.Limit
	if left == 0 {
		left = math.MaxInt
	}
	for v := newest; v >= oldest && v > 0 && left > 0; v-- {
		m, err := lake.ReadRoot(disk, v)
		if err != nil {
			return err
		}
		l := logged{m.Version, m.Committed, m.Pipeline, m.Operation, c.changes(m), m.Pipelines[m.Pipeline].State}
		if c.Stream != "" && len(l.Changes) == 0 {
			continue
		}
		left--
		if err := c.print(std.out, &l); err != nil {
			return err
		}
	}
	return nil
}

// changes are those asked for.
func (c *LogCmd) changes(m *lake.Manifest) []lake.StreamChange {
	out := make([]lake.StreamChange, 0, len(m.Changes))
	for _, ch := range m.Changes {
		if c.Stream == "" || ch.Stream == c.Stream {
			out = append(out, ch)
		}
	}
	return out
}

func (c *LogCmd) print(w io.Writer, l *logged) error {
	if c.JSON {
		return json.NewEncoder(w).Encode(l)
	}
	fmt.Fprintf(w, "version %d  %s  pipeline %s  %s\n", uint64(l.Version), stamp(l.Committed), printable(l.Pipeline), l.Operation)
	for i := range l.Changes {
		if i == shownChanges {
			fmt.Fprintf(w, "    and %d more streams\n", len(l.Changes)-i)
			break
		}
		ch := &l.Changes[i]
		fmt.Fprintf(w, "    %s  +%d rows, %d superseded, %d live, %d files, %s\n",
			printable(ch.Stream), ch.Rows, ch.Superseded, ch.Live, ch.Files, size(ch.Bytes))
	}
	state := "(none)"
	if l.State != nil {
		state = *l.State
		if !c.State {
			state = shorten(state, shownState)
		}
		state = printable(state)
	}
	_, err := fmt.Fprintf(w, "    STATE %s\n", state)
	return err
}

// shorten cuts a text of more than n bytes, between characters.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
