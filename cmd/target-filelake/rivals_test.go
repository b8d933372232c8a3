package main

import (
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

var soak = flag.Bool("soak", false, "race, stop and read ten times as long")

// times is n, or ten times that in a soak.
func times(n int) int {
	if *soak {
		return 10 * n
	}
	return n
}

// rivalry is one race: programs that start at the same moment on one lake.
type rivalry struct {
	t      *testing.T
	dir    string
	n      int // of the rivalry, in its names
	runs   []*running
	names  []string // of their pipelines
	stream string   // of all, where only one may win
}

// start starts a rival and gives it all of its input but the end.
func (c *rivalry) start(pipeline, stream string, args ...string) {
	c.t.Helper()
	r := startProgram(c.t, append([]string{"--lake", c.dir, "--pipeline", pipeline}, args...)...)
	mine := strconv.Itoa(len(c.runs))
	c.runs, c.names = append(c.runs, r), append(c.names, pipeline)
	schema := strings.ReplaceAll(schemaA, `'stream':'a'`, `'stream':'`+stream+`'`)
	row := strings.ReplaceAll(rowA(mine), `'stream':'a'`, `'stream':'`+stream+`'`)
	_, _ = io.WriteString(r.in, singer(schema, row, stateOf(mine))) // who lost already has closed its input
}

// ends waits for rivals to end until as many as want have, and returns who.
func (c *rivalry) ends(want int) map[int]int {
	c.t.Helper()
	type end struct{ rival, code int }
	ended := make(chan end, len(c.runs))
	for i, r := range c.runs {
		go func() {
			_ = r.Wait()
			ended <- end{i, r.ProcessState.ExitCode()}
		}()
	}
	codes := map[int]int{}
	for len(codes) < len(c.runs) {
		if len(codes) == want { // the others wait for the rest of their input
			for _, r := range c.runs {
				r.in.Close()
			}
		}
		select {
		case e := <-ended:
			codes[e.rival] = e.code
		case <-time.After(time.Minute):
			c.t.Fatalf("rivalry %d: %d of %d rivals have ended", c.n, len(codes), len(c.runs))
		}
	}
	return codes
}

// winners are the rivals that committed; the others must have said nothing.
func (c *rivalry) winners(codes map[int]int) (won []int) {
	c.t.Helper()
	for i, r := range c.runs {
		said := r.out.String()
		switch {
		case codes[i] == exitOK && said == strconv.Itoa(i)+"\n":
			won = append(won, i)
		case codes[i] != exitLocked || said != "":
			c.t.Errorf("rivalry %d: exit %d, stdout %q\n%s", c.n, codes[i], said, r.errs.String())
		}
	}
	return won
}

// one wants a single winner, whose row is all that came to the stream, and
// returns it.
func (c *rivalry) one(codes map[int]int, before int64) int {
	c.t.Helper()
	won := c.winners(codes)
	if len(won) != 1 {
		c.t.Fatalf("rivalry %d: %v won", c.n, won)
	}
	_, m, err := readLake(c.dir)
	if err != nil {
		c.t.Fatal(err)
	}
	winner := c.names[won[0]]
	if table := m.Tables[c.stream]; table.Owner != winner || table.Rows() != before+1 || *m.Pipelines[winner].State != strconv.Itoa(won[0]) {
		c.t.Errorf("rivalry %d: %q has %d rows of %q; %q won", c.n, c.stream, table.Rows(), table.Owner, winner)
	}
	for _, name := range c.names {
		if name != winner && m.Pipelines[name].State != nil {
			c.t.Errorf("rivalry %d: %q lost, and has a STATE in the lake", c.n, name)
		}
	}
	return won[0]
}

// all wants every rival to win.
func (c *rivalry) all(codes map[int]int) {
	c.t.Helper()
	if won := c.winners(codes); len(won) != len(c.runs) {
		c.t.Fatalf("rivalry %d: only %v of %d won", c.n, won, len(c.runs))
	}
}

// rows counts the rows of a stream; none where there is no lake yet.
func (c *rivalry) rows(stream string) int64 {
	if _, m, err := readLake(c.dir); err == nil && m.Tables[stream] != nil {
		return m.Tables[stream].Rows()
	}
	return 0
}

// samePipeline has one hold the lock while the others start.
func samePipeline(c *rivalry) {
	c.stream = "same"
	before := c.rows(c.stream)
	for range rivals {
		c.start("same", c.stream)
	}
	winner := c.one(c.ends(rivals-1), before)
	holder := fmt.Sprintf("pid %d on ", c.runs[winner].Process.Pid)
	for i, r := range c.runs {
		if i != winner && !strings.Contains(r.errs.String(), holder) {
			c.t.Errorf("rivalry %d: the holder, %s, is not named:\n%s", c.n, holder, r.errs.String())
		}
	}
}

// sameStream is new to all of several pipelines.
func sameStream(c *rivalry) {
	c.stream = fmt.Sprint("stream", c.n)
	for i := range rivals {
		c.start(fmt.Sprintf("p%d_%d", c.n, i), c.stream)
	}
	winner := c.one(c.ends(0), 0)
	wantQuery(c.t, c.dir, "SELECT n FROM "+c.stream, fmt.Sprintf(`[{"n":%d}]`, winner))
}

// disjoint streams race for nothing but versions.
func disjoint(c *rivalry) {
	var before [rivals]int64
	for i := range rivals {
		own := fmt.Sprint("own", i)
		before[i] = c.rows(own)
		c.start(own, own)
	}
	c.all(c.ends(0))
	for i, n := range before {
		if got := c.rows(fmt.Sprint("own", i)); got != n+1 {
			c.t.Errorf("rivalry %d: own%d has %d rows, want %d", c.n, i, got, n+1)
		}
	}
}

// waiting runs of one pipeline come one after another.
func waiting(c *rivalry) {
	before := c.rows("waited")
	for range rivals {
		c.start("waited", "waited", "--wait", "1m")
	}
	c.all(c.ends(0))
	if got := c.rows("waited") - before; got != rivals {
		c.t.Errorf("rivalry %d: %d rows of %d loads", c.n, got, rivals)
	}
}

const rivals = 4

// TestRacingStarts starts real processes at the same moment.
func TestRacingStarts(t *testing.T) {
	t.Parallel()
	kinds := []func(*rivalry){samePipeline, sameStream, disjoint, waiting}
	var dir string
	starts, n := 0, 0
	for ; starts < times(100); n++ {
		if n%40 == 0 {
			dir = filepath.Join(t.TempDir(), "lake")
		}
		c := &rivalry{t: t, dir: dir, n: n}
		kinds[n%len(kinds)](c)
		starts += len(c.runs)
	}
	t.Logf("%d racing starts in %d contests: the right one committed each time", starts, n)
}
