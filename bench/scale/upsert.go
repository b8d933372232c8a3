package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
)

// upsert has a batch of random keys merged into a table in four ways.
func (s *session) upsert(ctx context.Context) error {
	u, err := s.upserts(ctx)
	if err != nil {
		return err
	}
	s.title("%d random keys into %d rows, %d repetitions", s.Updates, s.Rows, s.Reps)
	if err := s.race(ctx, u.ours, u.rewrite, u.replace, u.merge); err != nil {
		return err
	}
	for _, c := range []*contender{u.ours, u.rewrite, u.replace, u.merge} {
		s.seconds(c.name, c.wall())
		s.seconds(c.name+", CPU", c.cpu())
	}
	step, err := u.ours.each(mergeStep)
	if err != nil {
		return err
	}
	copied, err := u.rewrite.each(statement)
	if err != nil {
		return err
	}
	s.seconds("merge step", step)
	s.seconds("COPY of the rewrite", copied)
	s.ratio("rewrite / target-filelake", u.rewrite.wall(), u.ours.wall(), atLeast(8))
	s.ratio("COPY of the rewrite / merge step", copied, step, atLeast(15))
	s.ratio("target-filelake / DELETE and INSERT", u.ours.wall(), u.replace.wall(), atMost(1.2))
	s.ratio("MERGE INTO / target-filelake", u.merge.wall(), u.ours.wall(), anything)
	return nil
}

// upserters are the contenders of upsert.
type upserters struct{ ours, rewrite, replace, merge *contender }

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
	updates, err := input{s.Updates, s.Seed + 1, anywhere(s.Rows, s.Seed+1)}.file(filepath.Join(s.work, "updates.singer"))
	if err != nil {
		return u, err
	}
	return upserters{
		ours:    s.load("target-filelake", base, filepath.Join(s.work, "lake"), updates),
		rewrite: s.baseline("DuckDB: rewrite", "rewrite", "parquet", table, tableFile, updates),
		replace: s.baseline("DuckDB: DELETE and INSERT, native", "replace", "native", native, nativeFile, updates),
		merge:   s.baseline("DuckDB: MERGE INTO, native", "mergeinto", "native", native, nativeFile, updates),
	}, nil
}

// converted is a lake's rows in a file of another kind.
func (s *session) converted(ctx context.Context, verb, base, file string) (string, error) {
	return s.once(filepath.Base(base)+"-"+file, func(path string) error {
		_, err := s.ask(ctx, verb, base, path)
		return err
	})
}

// baseline is DuckDB working on a copy of a file.
func (s *session) baseline(name, verb, kind, from, file, updates string) *contender {
	dir := filepath.Join(s.work, verb)
	return &contender{
		name: name,
		reset: func() error {
			if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o777)); err != nil {
				return err
			}
			return copyFile(from, filepath.Join(dir, file))
		},
		argv: []string{s.self, contendCommand, verb, dir, updates},
		rows: s.digest(kind, filepath.Join(dir, file)),
	}
}
