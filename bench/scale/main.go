// Command scale measures merges and compaction in tables of millions of rows,
// beside what DuckDB would do instead.
//
// Contenders are target-filelake, and DuckDB in this program started again, with
// all threads and much memory; package contest says how they compete. Input is
// seeded.
//
//	scale [-only NAME,…] [-rows N] [-updates N] [-reps N] [-dir DIR] [-json FILE]
//
//	upsert     random keys into a table: a load, a rewrite, a table of DuckDB's own
//	clustered  keys of 1 % of the range into a table compacted after a shuffled load
//	scan       all columns after ten batches, and once they are compacted
//	growth     the merge in tables of several sizes
//	churn      a hundred loads of 1 %: bytes written, files, scans
//
// The wants hold for the default sizes; it exits 1 if one is missed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"

	"target-filelake/bench/contest"
)

func main() { contest.Main("scale", verbs, measure) }

// settings are what is measured, and how often.
type settings struct {
	contest.Settings
	Rows      int
	Updates   int
	Sizes     string // of growth
	ChurnRows int
	Commits   int // of churn
}

// session is one run of the program.
type session struct {
	settings
	*contest.Session
}

// measurements are in the order of the report.
func (s *session) measurements() []contest.Measurement {
	return []contest.Measurement{
		{Name: "upsert", Run: s.upsert}, {Name: "clustered", Run: s.clustered}, {Name: "scan", Run: s.scan},
		{Name: "growth", Run: s.growth}, {Name: "churn", Run: s.churn},
	}
}

func measure(ctx context.Context, args []string, out io.Writer) (err error) {
	var s session
	if err := s.parse(args); err != nil {
		return err
	}
	if s.Session, err = contest.Open("scale", s.Settings, s.settings, out); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return s.Run(ctx, s.measurements())
}

func (s *session) parse(args []string) error {
	f := flag.NewFlagSet("scale", flag.ExitOnError)
	s.Flags(f, s.measurements())
	f.IntVar(&s.Rows, "rows", 20_000_000, "of the table")
	f.IntVar(&s.Updates, "updates", 200_000, "of a batch")
	f.StringVar(&s.Sizes, "sizes", "2000000,20000000", "rows of the tables of growth")
	f.IntVar(&s.ChurnRows, "churn-rows", 2_000_000, "of the table of churn")
	f.IntVar(&s.Commits, "commits", 100, "of churn")
	if err := f.Parse(args); err != nil {
		return err
	}
	_, err := s.sizes()
	return errors.Join(s.Check(f.Args(), s.measurements(), contest.Count{Name: "rows", Have: s.Rows}, contest.Count{Name: "updates", Have: s.Updates},
		contest.Count{Name: "churn-rows", Have: s.ChurnRows}, contest.Count{Name: "commits", Have: s.Commits}), err)
}

func (s *session) sizes() ([]int, error) {
	var out []int
	for text := range strings.SplitSeq(s.Sizes, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("-sizes: %q, want a number of rows", text)
		}
		out = append(out, n)
	}
	return out, nil
}
