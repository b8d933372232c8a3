package main

import (
	"fmt"
	"time"

	"github.com/alecthomas/kong"

	"target-filelake/lake"
)

// retention is how long versions stay; keepAll is for good.
type retention time.Duration

const keepAll retention = -1

// Decode reads a duration, a number of days, or never.
func (r *retention) Decode(ctx *kong.DecodeContext) error {
	var text string
	if err := ctx.Scan.PopValueInto("time", &text); err != nil {
		return err
	}
	var err error
	*r, err = parseRetention(text)
	return err
}

func parseRetention(text string) (retention, error) {
	if text == "never" {
		return keepAll, nil
	}
	d, ok := parseAge(text)
	if !ok {
		return 0, fmt.Errorf("%q, want a time like 24h or 7d, or never", text)
	}
	if d < lake.MinRetention {
		return 0, fmt.Errorf("%s, want at least 1h: queries that have begun still read the files", text)
	}
	return retention(d), nil
}
