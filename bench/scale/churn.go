package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"target-filelake/bench/contest"
	"target-filelake/lake"
)

// looksEvery is how many commits of churn lie between two looks at the table.
const looksEvery = 10

// churned is what loads have done to a table.
type churned struct {
	root    string
	version lake.Version // the newest
	bytes   int64        // written
	loads   []float64    // seconds, each a process
}

// churn loads many small batches, one process each, and adds up what they
// write. Every tenth it looks at what readers have of it.
func (s *session) churn(ctx context.Context) error {
	base, err := s.sorted(ctx, s.ChurnRows)
	if err != nil {
		return err
	}
	c := churned{root: filepath.Join(s.Work, "churned")}
	if err := copyLake(base, c.root); err != nil {
		return err
	}
	if _, c.version, err = written(c.root, 0); err != nil {
		return err
	}
	first := c.version
	s.Title("%d loads of %d random keys into %d rows", s.Commits, max(1, s.ChurnRows/100), s.ChurnRows)
	for i := range s.Commits {
		if err := s.turn(ctx, &c, uint64(i)); err != nil {
			return err
		}
		if (i+1)%looksEvery != 0 {
			continue
		}
		if err := s.look(ctx, c.root, i+1); err != nil {
			return err
		}
	}
	s.Seconds("a load", c.loads)
	s.Value("versions beside those of loads", float64(c.version-first)-float64(s.Commits), "", contest.Anything)
	return s.amplification(c)
}

// turn loads one batch.
func (s *session) turn(ctx context.Context, c *churned, n uint64) error {
	o, err := s.update(ctx, c.root, s.ChurnRows, max(1, s.ChurnRows/100), n)
	if err != nil {
		return err
	}
	bytes, newest, err := written(c.root, c.version)
	c.bytes, c.version, c.loads = c.bytes+bytes, newest, append(c.loads, o.Wall)
	return err
}

// look counts the files of a table, and holds a scan of it to one of the same
// rows compacted.
func (s *session) look(ctx context.Context, root string, commits int) error {
	t, err := contest.Table(root)
	if err != nil {
		return err
	}
	files, _ := contest.Live(t)
	s.Value(fmt.Sprintf("files after %d loads", commits), float64(files), "files", contest.AtMost(64))
	flat := filepath.Join(s.Work, "flat")
	if err := s.compacted(ctx, root, flat); err != nil {
		return err
	}
	a, b, err := s.scans(ctx, root, flat, contest.ScanAll)
	if err != nil {
		return err
	}
	s.Ratio(fmt.Sprintf("all columns / compacted after %d loads", commits), a, b, contest.AtMost(2))
	return os.RemoveAll(flat)
}

// amplification says what the loads wrote for each byte that is left.
func (s *session) amplification(c churned) error {
	t, err := contest.Table(c.root)
	if err != nil {
		return err
	}
	_, bytes := contest.Live(t)
	s.Value("written after the first load", float64(c.bytes)/1e6, "MB", contest.Anything)
	s.Value("the table", float64(bytes)/1e6, "MB", contest.Anything)
	s.Value("written for each byte of the table", float64(c.bytes)/float64(bytes), "×", contest.AtMost(5))
	return nil
}
