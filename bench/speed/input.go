package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"target-filelake/bench"
	"target-filelake/bench/contest"
)

// shape is what records look like.
type shape struct {
	name string
	gen  bench.Gen
}

// shapes are those that copies are measured with. The wide one has 100 columns.
var shapes = []shape{
	{"orders", bench.Gen{}},
	{"narrow", bench.Gen{Narrow: true}},
	{"wide", bench.Gen{Narrow: true, Width: 96, NullShare: 0.5}},
}

// input is a file of a tap's output.
type input struct {
	path    string
	records int
	bytes   int64
}

// generated writes a tap's output to a file, once.
func (s *session) generated(name string, g bench.Gen) (input, error) {
	g.Seed = s.Seed
	path, err := s.Once(fmt.Sprintf("%s-%d-%d.singer", name, g.Records, g.Seed), func(path string) error { return fill(path, g.Run) })
	if err != nil {
		return input{}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return input{}, err
	}
	return input{path, g.Records, info.Size()}, nil
}

// shaped is an input of as many bytes as the first shape's.
func (s *session) shaped(of shape) (input, error) {
	first, err := lineBytes(shapes[0].gen)
	if err != nil {
		return input{}, err
	}
	own, err := lineBytes(of.gen)
	if err != nil {
		return input{}, err
	}
	of.gen.Records = max(1, int(float64(s.Records)*first/own))
	return s.generated(of.name, of.gen)
}

// lineBytes is about what a record takes.
func lineBytes(g bench.Gen) (float64, error) {
	g.Records = 10_000
	var n counter
	err := g.Run(&n)
	return float64(n) / float64(g.Records), err
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

func fill(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// longLine writes a record of one long string. It comes in pieces: the memory
// of this program would count as that of all it starts.
func longLine(w io.Writer, bytes int) error {
	out := bufio.NewWriter(w)
	_, err := out.WriteString(`{"type":"SCHEMA","stream":"` + contest.Stream + `","schema":{"properties":{"id":{"type":"integer"},"text":{"type":"string"}}},"key_properties":["id"]}` +
		"\n" + `{"type":"RECORD","stream":"` + contest.Stream + `","record":{"id":1,"text":"`)
	const piece = "The quick brown fox jumps over the lazy dog. "
	for n := 0; n < bytes && err == nil; n += len(piece) {
		_, err = out.WriteString(piece)
	}
	if err == nil {
		_, err = out.WriteString(`"}}` + "\n" + `{"type":"STATE","value":{}}` + "\n")
	}
	return errors.Join(err, out.Flush())
}

// load is target-filelake loading an input into a new lake.
func (s *session) load(name string, in input, args ...string) *contest.Contender {
	root := s.lake(name)
	return &contest.Contender{
		Name:    name,
		Reset:   func() error { return s.moveAway(root) },
		Process: contest.Process{Argv: append([]string{s.Target, "--lake", root, "--input", in.path}, args...)},
	}
}

// lake is where load loads what has this name.
func (s *session) lake(name string) string {
	return filepath.Join(s.Work, strings.ReplaceAll(name, " ", "-"))
}

// moveAway makes room for a new lake. The old one is removed with the session: ext4
// searches long for inodes while many were freed within seconds.
func (s *session) moveAway(root string) error {
	old, err := os.MkdirTemp(s.Work, "old-")
	if err != nil {
		return err
	}
	if err := os.Rename(root, filepath.Join(old, "lake")); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
