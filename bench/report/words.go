package report

import (
	"math"
	"strconv"

	"target-filelake/bench/sweep"
)

// Figures in words.
func rowsWord(v float64) string  { return sweep.Round(v) + " rows/s" }
func mbpsWord(v float64) string  { return sweep.Round(v) + " MB/s" }
func mibWord(v float64) string   { return sweep.Round(v) + " MiB" }
func filesWord(v float64) string { return short(v) }
func timeWord(v float64) string  { return duration(v, sweep.Round) }

// Figures beside an axis, where they are round.
func countTick(v float64) string {
	switch {
	case v >= 1e6:
		return short(v/1e6) + "M"
	case v >= 1e4:
		return short(v/1e3) + "k"
	}
	return short(v)
}

func timeTick(v float64) string {
	if v == 0 {
		return "0"
	}
	return duration(v, short)
}

// duration is seconds in the unit that suits them.
func duration(v float64, number func(float64) string) string {
	if v < 1 {
		return number(1000*v) + " ms"
	}
	return number(v) + " s"
}

// short drops what multiplication leaves of 0.1 and its like.
func short(v float64) string {
	return strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64)
}
