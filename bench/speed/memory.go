package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"target-filelake/bench"
	"target-filelake/bench/contest"
)

const (
	settingMiB   = 1024 // the memory that loads keep to unless told otherwise
	manyStreams  = 5000
	longLineMiB  = 200
	commitWithin = 3 // seconds, of all streams
	openAtMost   = 256
)

// memory is what loads take at their most.
func (s *session) memory(ctx context.Context) error {
	s.Title("%d records, %d repetitions; the most of them", s.Records, s.Reps)
	orders, err := s.generated("orders", bench.Gen{Records: s.Records})
	if err != nil {
		return err
	}
	streams, err := s.generated("100 streams", bench.Gen{Records: s.Records, Streams: 100})
	if err != nil {
		return err
	}
	upserts, err := s.generated("100 streams, upserts", bench.Gen{Records: s.Records, Streams: 100, UpdateShare: 0.2})
	if err != nil {
		return err
	}
	for _, c := range []*contest.Contender{
		s.load("orders", orders), s.load("100 streams", streams), s.load("100 streams, upserts", upserts), s.load("batches of 500 MiB", orders, "--maximum-batch-size-mb", "500"),
	} {
		if err := s.Race(ctx, c); err != nil {
			return err
		}
		s.Value(c.Name, slices.Max(c.Peak()), "MiB", contest.AtMost(700))
	}
	if err := s.many(ctx); err != nil {
		return err
	}
	return s.long(ctx)
}

// many loads more streams than a process may have files open, a few records of
// each: one batch, then several.
func (s *session) many(ctx context.Context) error {
	in, err := s.generated("many streams", bench.Gen{Records: max(manyStreams, s.Records/10), Streams: manyStreams})
	if err != nil {
		return err
	}
	load, parts := s.load("many streams", in), s.load("several batches of many streams", in, "--maximum-batch-size-mb", "25")
	load.CountFiles, parts.CountFiles = true, true
	if err := s.Race(ctx, load, parts); err != nil {
		return err
	}
	longest, err := load.Each(func(o contest.Outcome) (float64, error) {
		took, err := contest.Commits(o)
		return slices.Max(append(took, 0)), err
	})
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%d streams", manyStreams)
	s.Seconds(name, load.Wall())
	for _, c := range []*contest.Contender{load, parts} {
		s.Value(c.Name, slices.Max(c.Peak()), "MiB", contest.AtMost(settingMiB))
		s.Value("files open, "+c.Name, slices.Max(c.Files()), "files", contest.AtMost(openAtMost))
	}
	s.Samples("commit of "+name, longest, "s", contest.AtMost(commitWithin))
	return nil
}

// long loads a line that is most of what a line may be, and nothing.
func (s *session) long(ctx context.Context) error {
	path, err := s.Once(fmt.Sprintf("line-%d.singer", longLineMiB), func(path string) error {
		return fill(path, func(w io.Writer) error { return longLine(w, longLineMiB<<20) })
	})
	if err != nil {
		return err
	}
	line, nothing := s.load("a long line", input{path: path}), s.load("nothing", input{path: os.DevNull})
	if err := s.Race(ctx, line, nothing); err != nil {
		return err
	}
	base := slices.Max(nothing.Peak())
	s.Value("nothing", base, "MiB", contest.Anything)
	s.Value(fmt.Sprintf("a line of %d MiB", longLineMiB), slices.Max(line.Peak()), "MiB", contest.AtMost(4*longLineMiB+base))
	return nil
}
