package main

import (
	"context"
	"os"
	"path/filepath"

	"target-filelake/bench/contest"
)

// copiers do the same work: a load, and DuckDB in three ways.
type copiers struct {
	ours      *contest.Contender
	explicit  *contest.Contender // types are said; the file has the rows in their order
	unordered *contest.Contender // types are said
	detected  *contest.Contender // types are found out, and may be others
	file      string             // of explicit
}

// copies loads records of each shape.
func (s *session) copies(ctx context.Context) error {
	for _, of := range shapes {
		if err := s.copyShape(ctx, of); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) copyShape(ctx context.Context, of shape) error {
	in, err := s.shaped(of)
	if err != nil {
		return err
	}
	c, err := s.copiers(ctx, of, in)
	if err != nil {
		return err
	}
	s.Title("%s: %d records, %.0f MB, %d repetitions", of.name, in.records, float64(in.bytes)/1e6, s.Reps)
	all := []*contest.Contender{c.ours, c.explicit, c.unordered, c.detected}
	if err := s.Race(ctx, all...); err != nil {
		return err
	}
	for _, x := range all {
		s.Seconds(x.Name, x.Wall())
		s.Seconds(x.Name+", CPU", x.CPU())
		s.Samples(x.Name+", memory", x.Peak(), "MiB", contest.Anything)
	}
	ours := c.ours.Wall()
	s.Value("rows a second, target-filelake", float64(in.records)/contest.Median(ours), "rows/s", contest.Anything)
	s.Value("JSON a second, target-filelake", float64(in.bytes)/1e6/contest.Median(ours), "MB/s", contest.Anything)
	s.Ratio("COPY / target-filelake", c.explicit.Wall(), ours, contest.AtLeast(1.3))
	s.Ratio("COPY without order / target-filelake", c.unordered.Wall(), ours, contest.Anything)
	s.Ratio("COPY of detected types / target-filelake", c.detected.Wall(), ours, contest.Anything)
	s.Ratio("CPU of COPY / of target-filelake", c.explicit.CPU(), c.ours.CPU(), contest.Anything)
	if err := s.sizes(c); err != nil {
		return err
	}
	return s.scans(ctx, c)
}

// copiers makes ready who is to copy an input. The types that DuckDB is told
// are those that a load finds in the SCHEMA.
func (s *session) copiers(ctx context.Context, of shape, in input) (c copiers, err error) {
	c.ours = s.load("target-filelake", in)
	root := s.lake(c.ours.Name)
	c.ours.Rows = s.Digest("lake", root)
	if err := c.ours.Reset(); err != nil {
		return c, err
	}
	if _, err := c.ours.Run(ctx); err != nil {
		return c, err
	}
	row, err := s.Ask(ctx, "rowtype", root)
	if err != nil {
		return c, err
	}
	c.file = filepath.Join(s.Work, "explicit", of.name+".parquet")
	c.explicit = s.copier("COPY", in, row.Type, contest.Ordered, c.file)
	c.explicit.Rows = s.Digest("parquet", c.file)
	file := filepath.Join(s.Work, "unordered", of.name+".parquet")
	c.unordered = s.copier("COPY without order", in, row.Type, contest.Unordered, file)
	c.unordered.Rows = s.Digest("parquet", file)
	c.detected = s.copier("COPY of detected types", in, contest.Detected, contest.Ordered, filepath.Join(s.Work, "detected", of.name+".parquet"))
	return c, nil
}

// copier is DuckDB copying an input to a file.
func (s *session) copier(name string, in input, row, order, file string) *contest.Contender {
	return &contest.Contender{
		Name: name,
		Reset: func() error {
			if err := os.RemoveAll(filepath.Dir(file)); err != nil {
				return err
			}
			return os.Mkdir(filepath.Dir(file), 0o777)
		},
		Process: contest.Process{Argv: s.Verb("copy", in.path, row, order, file)},
	}
}

// sizes holds the bytes of the data files to those of DuckDB's.
func (s *session) sizes(c copiers) error {
	t, err := contest.Table(s.lake(c.ours.Name))
	if err != nil {
		return err
	}
	files, ours := contest.Live(t)
	theirs, err := os.Stat(c.file)
	if err != nil {
		return err
	}
	s.Value("files, target-filelake", float64(files), "files", contest.Anything)
	s.Value("bytes, target-filelake", float64(ours)/1e6, "MB", contest.Anything)
	s.Value("bytes, COPY", float64(theirs.Size())/1e6, "MB", contest.Anything)
	s.Value("bytes of target-filelake / of COPY", float64(ours)/float64(theirs.Size()), "×", contest.AtMost(1))
	return nil
}

// scans has DuckDB read all columns of both: the query alone, without the
// start of its process.
func (s *session) scans(ctx context.Context, c copiers) error {
	ours := s.Scan("target-filelake", "lake", s.lake(c.ours.Name), contest.ScanAll)
	theirs := s.Scan("COPY", "parquet", c.file, contest.ScanAll)
	if err := s.Race(ctx, ours, theirs); err != nil {
		return err
	}
	a, err := ours.Each(contest.Statement)
	if err != nil {
		return err
	}
	b, err := theirs.Each(contest.Statement)
	if err != nil {
		return err
	}
	s.Seconds("scan, target-filelake", a)
	s.Seconds("scan, COPY", b)
	s.Ratio("scan of target-filelake / of COPY", a, b, contest.AtMost(1.1))
	return nil
}

// gate is the one figure that a change must not spoil.
func (s *session) gate(ctx context.Context) error {
	in, err := s.shaped(shapes[0])
	if err != nil {
		return err
	}
	c, err := s.copiers(ctx, shapes[0], in)
	if err != nil {
		return err
	}
	s.Title("%d records, %d repetitions", in.records, s.Reps)
	if err := s.Race(ctx, c.ours, c.explicit); err != nil {
		return err
	}
	s.Seconds(c.ours.Name, c.ours.Wall())
	s.Seconds(c.explicit.Name, c.explicit.Wall())
	s.Ratio("COPY / target-filelake", c.explicit.Wall(), c.ours.Wall(), contest.AtLeast(1))
	return nil
}
