// Command speed measures how fast loads are beside DuckDB reading the same
// JSON, and what they take.
//
// Contenders are target-filelake, and DuckDB in this program started again, with
// all threads and much memory; package contest says how they compete. Input is
// seeded, and read from files.
//
//	speed [-only NAME,…] [-records N] [-reps N] [-dir DIR] [-json FILE]
//	speed -gate
//
//	copy    three shapes of records into a new lake, and DuckDB's COPY of them
//	cores   two threads instead of one, beside a loop that needs nothing else
//	flat    ten times the records, a hundred streams, a STATE after every tenth
//	memory  at its most, and files open, for inputs that ask for much
//	start   a load of nothing
//
// The wants hold for the default sizes; it exits 1 if one is missed. -gate is
// what CI can afford: fewer records, of one shape, and a want that noise does
// not miss.
package main

import (
	"context"
	"errors"
	"flag"
	"io"

	"target-filelake/bench/contest"
)

func main() { contest.Main("speed", verbs, measure) }

// settings are what is measured.
type settings struct {
	contest.Settings
	Records int
	Gate    bool
}

// session is one run of the program.
type session struct {
	settings
	*contest.Session
}

// measurements are in the order of the report.
func (s *session) measurements() []contest.Measurement {
	return []contest.Measurement{
		{Name: "copy", Run: s.copies}, {Name: "cores", Run: s.cores}, {Name: "flat", Run: s.flat},
		{Name: "memory", Run: s.memory}, {Name: "start", Run: s.start},
	}
}

func measure(ctx context.Context, args []string, out io.Writer) (err error) {
	var s session
	if err := s.parse(args); err != nil {
		return err
	}
	if s.Session, err = contest.Open("speed", s.Settings, s.settings, out); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if s.Gate {
		return s.Run(ctx, []contest.Measurement{{Name: "gate", Run: s.gate}})
	}
	return s.Run(ctx, s.measurements())
}

// defaultRecords make a gigabyte; gateRecords a quarter of that.
const (
	defaultRecords = 2_000_000
	gateRecords    = 500_000
)

func (s *session) parse(args []string) error {
	f := flag.NewFlagSet("speed", flag.ExitOnError)
	s.Flags(f, s.measurements())
	f.IntVar(&s.Records, "records", defaultRecords, "of an input; of other shapes than the first, as many as make the same bytes")
	f.BoolVar(&s.Gate, "gate", false, "only whether a load is as fast as DuckDB")
	if err := f.Parse(args); err != nil {
		return err
	}
	given := map[string]bool{}
	f.Visit(func(set *flag.Flag) { given[set.Name] = true })
	if s.Gate && !given["records"] {
		s.Records = gateRecords
	}
	err := s.Check(f.Args(), s.measurements(), contest.Count{Name: "records", Have: s.Records})
	if s.Gate && given["only"] {
		err = errors.Join(err, errors.New("-gate: has one measurement, and -only no say"))
	}
	return err
}
