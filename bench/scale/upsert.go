package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"target-filelake/bench/contest"
)

// upsert has a batch of random keys merged into a table in four ways.
func (s *session) upsert(ctx context.Context) error {
	u, err := s.upserts(ctx)
	if err != nil {
		return err
	}
	s.Title("%d random keys into %d rows, %d repetitions", s.Updates, s.Rows, s.Reps)
	if err := s.Race(ctx, u.ours, u.rewrite, u.replace, u.merge); err != nil {
		return err
	}
	for _, c := range []*contest.Contender{u.ours, u.rewrite, u.replace, u.merge} {
		s.Seconds(c.Name, c.Wall())
		s.Seconds(c.Name+", CPU", c.CPU())
	}
	step, err := u.ours.Each(mergeStep)
	if err != nil {
		return err
	}
	copied, err := u.rewrite.Each(contest.Statement)
	if err != nil {
		return err
	}
	s.Seconds("merge step", step)
	s.Seconds("COPY of the rewrite", copied)
	s.Ratio("rewrite / target-filelake", u.rewrite.Wall(), u.ours.Wall(), contest.AtLeast(8))
	s.Ratio("COPY of the rewrite / merge step", copied, step, contest.AtLeast(15))
	s.Ratio("target-filelake / DELETE and INSERT", u.ours.Wall(), u.replace.Wall(), contest.AtMost(1.2))
	s.Ratio("MERGE INTO / target-filelake", u.merge.Wall(), u.ours.Wall(), contest.Anything)
	return nil
}

// upserters are the contenders of upsert.
type upserters struct{ ours, rewrite, replace, merge *contest.Contender }

func (s *session) upserts(ctx context.Context) (u upserters, err error) {
	base, err := s.sorted(ctx, s.Rows)
	if err != nil {
		return u, err
	}
	table, err := s.converted(ctx, "export", base, tableFile)
	if err != nil {
		return u, err
	}
	native, err := s.converted(ctx, "import", base, nativeFile)
	if err != nil {
		return u, err
	}
	updates, err := input{s.Updates, s.Seed + 1, anywhere(s.Rows, s.Seed+1)}.file(filepath.Join(s.Work, "updates.singer"))
	if err != nil {
		return u, err
	}
	return upserters{
		ours:    s.load("target-filelake", base, filepath.Join(s.Work, "lake"), updates),
		rewrite: s.baseline("DuckDB: rewrite", "rewrite", "parquet", table, tableFile, updates),
		replace: s.baseline("DuckDB: DELETE and INSERT, native", "replace", "native", native, nativeFile, updates),
		merge:   s.baseline("DuckDB: MERGE INTO, native", "mergeinto", "native", native, nativeFile, updates),
	}, nil
}

// converted is a lake's rows in a file of another kind.
func (s *session) converted(ctx context.Context, verb, base, file string) (string, error) {
	return s.Once(filepath.Base(base)+"-"+file, func(path string) error {
		_, err := s.Ask(ctx, verb, base, path)
		return err
	})
}

// baseline is DuckDB working on a copy of a file.
func (s *session) baseline(name, verb, kind, from, file, updates string) *contest.Contender {
	dir := filepath.Join(s.Work, verb)
	return &contest.Contender{
		Name: name,
		Reset: func() error {
			if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o777)); err != nil {
				return err
			}
			return copyFile(from, filepath.Join(dir, file))
		},
		Process: contest.Process{Argv: s.Verb(verb, dir, updates)},
		Rows:    s.Digest(kind, filepath.Join(dir, file)),
	}
}
