package main

import (
	"context"

	"target-filelake/bench"
)

// GenCmd is the sample tap.
type GenCmd struct {
	Records     int     `help:"RECORDs over all streams." default:"100000" placeholder:"N"`
	Streams     int     `help:"Streams: orders, orders_2, …; they take turns." default:"1" placeholder:"N"`
	Narrow      bool    `help:"Orders of four columns: id, status, total, updated_at."`
	Width       int     `help:"Columns beside those of an order." default:"0" placeholder:"N"`
	NullShare   float64 `help:"Share of their values that are null, 0 to 1; 0: a sixteenth." default:"0" placeholder:"SHARE"`
	UpdateShare float64 `help:"Share of the records that repeat an earlier key, 0 to 1." default:"0" placeholder:"SHARE"`
	StateEvery  int     `help:"RECORDs from one STATE to the next." default:"10000" placeholder:"N"`
	Seed        uint64  `help:"The same seed gives the same bytes, on any machine." default:"1" placeholder:"N"`
}

// Help is shown by --help.
func (*GenCmd) Help() string {
	return `Examples:

  target-filelake gen --records 1000 --update-share 0.1 | target-filelake --lake ./lake
  target-filelake gen --records 1000 --streams 3 --seed 7 > my.singer`
}

// Run writes the streams to stdout.
func (c *GenCmd) Run(ctx context.Context, std *stdio) error {
	return bench.Gen{
		Records: c.Records, Streams: c.Streams, Narrow: c.Narrow, Width: c.Width, NullShare: c.NullShare,
		UpdateShare: c.UpdateShare, StateEvery: c.StateEvery, Seed: c.Seed,
	}.Run(untilSignal{std.out, ctx})
}
