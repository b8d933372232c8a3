package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"os"
	"strconv"

	"target-filelake/bench"
	"target-filelake/bench/contest"
)

// keyColumn is the key of bench.Gen's streams.
const keyColumn = "id"

// recordHead is how bench.Gen begins a record: the id follows.
var recordHead = []byte(`{"type":"RECORD","stream":"` + contest.Stream + `","record":{"` + keyColumn + `":`)

// input is a tap's output: bench.Gen's, but for the keys.
type input struct {
	records int
	seed    uint64
	key     func(i int) int // of record i, from 0
}

// write writes the lines.
func (in input) write(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<20)
	err := bench.Gen{Records: in.records, Seed: in.seed}.Run(&rekeyed{out: out, key: in.key})
	return errors.Join(err, out.Flush())
}

// file writes the lines to a file and returns its name.
func (in input) file(name string) (string, error) {
	f, err := os.Create(name)
	if err != nil {
		return "", err
	}
	return name, errors.Join(in.write(f), f.Close())
}

// rekeyed passes lines on with other keys. bench.Gen writes whole lines.
type rekeyed struct {
	out  *bufio.Writer
	key  func(i int) int
	next int
	line []byte
}

func (r *rekeyed) Write(p []byte) (int, error) {
	for line := range bytes.Lines(p) {
		if rest, ok := bytes.CutPrefix(line, recordHead); ok {
			_, rest, _ = bytes.Cut(rest, []byte(","))
			r.line = strconv.AppendInt(append(r.line[:0], recordHead...), int64(r.key(r.next)), 10)
			r.line = append(append(r.line, ','), rest...)
			line = r.line
			r.next++
		}
		if _, err := r.out.Write(line); err != nil {
			return 0, fmt.Errorf("write line: %w", err)
		}
	}
	return len(p), nil
}

// inOrder are the keys from 1 on.
func inOrder(i int) int { return i + 1 }

// among draws keys from first on, n of them, each once before one comes again.
func among(first, n int, seed uint64) func(int) int {
	s := newShuffle(n, seed)
	return func(i int) int { return first + s.at(i%n) }
}

// anywhere draws keys from a whole table.
func anywhere(rows int, seed uint64) func(int) int { return among(1, rows, seed) }

// inOnePercent draws keys from the hundredth of a table behind its middle.
func inOnePercent(rows int, seed uint64) func(int) int {
	return among(1+rows/2, max(1, rows/100), seed)
}

// shuffle is a seeded bijection of the numbers below n: a Feistel network over
// a power of four, gone through until it ends below n. Unlike a multiplication
// it leaves no steady step that an encoding could live on.
type shuffle struct {
	n, seed uint64
	half    int // bits of one half of a number
}

func newShuffle(n int, seed uint64) shuffle {
	return shuffle{uint64(n), seed, (bits.Len(uint(n)) + 1) / 2}
}

// rounds of a Feistel network make a good permutation of a good round function
// (Luby and Rackoff).
const rounds = 4

func (s shuffle) at(i int) int {
	mask := uint64(1)<<s.half - 1
	for x := uint64(i); ; {
		left, right := x>>s.half, x&mask
		for round := range uint64(rounds) {
			left, right = right, left^mix(right+mix(s.seed*rounds+round+1))&mask
		}
		if x = left<<s.half | right; x < s.n {
			return int(x)
		}
	}
}

// mix is the finish of splitmix64.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
