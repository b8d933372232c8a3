// Command soak keeps two lakes busy for half an hour at a capped rate, and sees
// whether anything is lost, torn, or grows. It runs from the top of the source tree.
//
// One lake is steady: a single load feeds it all the time. The other, on an ext4 of
// its own, stands in a storm: its loads and chores are killed, and its power is cut.
// Both are compacted and vacuumed meanwhile, some of these commands killed, and five
// processes read them through query, lake.duckdb and views.sql. The tap's messages
// are known, and so is what a query must say after each STATE: an answer of no STATE
// is torn; one from before a STATE that had come out, or had been read, is lost.
// The lakes' clock runs twenty times as fast, so that an hour's retention is three minutes.
//
// Memory and descriptors of the loads and bytes of the lakes are taken every two
// seconds. Their means over the last third may be 1.1 times those over the second
// and third sixths: of half an hour, the last ten minutes and minutes 5 to 15.
//
//	soak [-for TIME] [-rate N] [-seed N] [-dir DIR]
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"time"
)

// settings are how long, and how much.
type settings struct {
	length time.Duration
	rate   int // records a second, of each lake
	seed   uint64
	dir    string
	read   string // a door: this is a reading process
}

func main() {
	var s settings
	flag.DurationVar(&s.length, "for", 30*time.Minute, "how long")
	flag.IntVar(&s.rate, "rate", 2000, "records a second in each lake, at most; STATEs come twice a second")
	flag.Uint64Var(&s.seed, "seed", 1, "of everything drawn")
	flag.StringVar(&s.dir, "dir", os.TempDir(), "where the lakes are made")
	flag.StringVar(&s.read, "read", "", "internal: read through this door; arguments are the program and the lake")
	flag.Parse()
	if s.read != "" {
		readOn(s.read, flag.Arg(0), flag.Arg(1))
		return
	}
	if err := s.run(os.Stdout); err != nil {
		if !errors.Is(err, errFound) {
			fmt.Fprintln(os.Stderr, "soak:", err)
		}
		os.Exit(1)
	}
}
