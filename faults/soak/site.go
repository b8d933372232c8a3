package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"target-filelake/lake"
)

// site is a lake, with all that goes on in it.
type site struct {
	*soak
	name   string
	dir    string // the lake's
	tap    *tap
	loader atomic.Int64 // process ID; 0: none runs
	cut    atomic.Bool  // the power is gone: what fails now is no fault

	mu   sync.Mutex
	acks []ack
}

// ack is a STATE that came out of a loader.
type ack struct {
	at    time.Time
	state int
}

// said is the newest STATE that came out before an instant; 0: none.
func (s *site) said(before time.Time) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := sort.Search(len(s.acks), func(i int) bool { return s.acks[i].at.After(before) })
	if i == 0 {
		return 0
	}
	return s.acks[i-1].state
}

// note takes down a STATE on a loader's stdout. A tap that went on from an earlier
// one is told of those again.
func (s *site) note(state int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.acks); n > 0 {
		state = max(state, s.acks[n-1].state)
	}
	s.acks = append(s.acks, ack{time.Now(), state})
}

// state is the STATE in the lake; 0: none. It is a fault if one that came out is
// not there.
func (s *site) state() (int, error) {
	said := s.said(time.Now())
	disk, err := lake.OpenDisk(s.dir)
	if errors.Is(err, fs.ErrNotExist) && said == 0 {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer disk.Close()
	m, err := lake.Newest(disk)
	if err != nil {
		return 0, err
	}
	n := 0
	if p := m.Pipelines["default"]; p.State != nil {
		if n, err = block([]byte(*p.State)); err != nil {
			return 0, err
		}
	}
	if n < said {
		s.fault("lost", "%s: the lake is at STATE %d, and %d had come out", s.name, n, said)
	}
	return n, nil
}

// block reads a STATE's value.
func block(value []byte) (int, error) {
	var v struct{ Block int }
	err := json.Unmarshal(value, &v)
	return v.Block, err
}

// stdout is what a loader says.
type stdout struct {
	site *site
	rest []byte
}

func (o *stdout) Write(p []byte) (int, error) {
	o.rest = append(o.rest, p...)
	for {
		line, rest, whole := bytes.Cut(o.rest, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		n, err := block(line)
		if err != nil {
			o.site.fault("torn", "%s: stdout: %q", o.site.name, line)
		}
		o.site.note(n)
		o.rest = rest
	}
}

// check asks the target whether the lake is whole.
func (s *site) check() {
	out, err := s.command("verify", "--lake", s.dir).CombinedOutput()
	if err != nil {
		s.fault("torn", "%s: verify: %v\n%s", s.name, err, out)
	}
	if _, err := s.state(); err != nil {
		s.fault("torn", "%s: %v", s.name, err)
	}
}

// complete asks every door for what the last STATE left.
func (s *site) complete() {
	want := s.said(time.Now())
	for name, door := range doors {
		answer, err := door(s.binary, s.dir)
		if err != nil {
			s.fault("torn", "%s: at the end, %s: %v", s.name, name, err)
			continue
		}
		if n, err := s.tap.state(answer); err != nil || n != want {
			s.fault("lost", "%s: at the end, %s: STATE %d, %v; %d had come out", s.name, name, n, err, want)
		}
	}
}

// writeConfig writes the target's config.
func (s *soak) writeConfig(path string) error {
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		return fmt.Errorf("config: %w", err)
	}
	return nil
}
