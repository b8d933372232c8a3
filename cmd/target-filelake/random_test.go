package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"target-filelake/lake"
	"target-filelake/merge"
	"target-filelake/merge/duck"
)

// TestRandomSequences loads, changes schemas, makes versions active, deletes,
// overwrites, refuses, replays, rolls back, resets, compacts, vacuums and dies, all
// at random, and holds every stream, its current and STATE against a model after
// every step.
// SEQUENCES=N does N of them, from seed SEQUENCE_FIRST on; SEQUENCE_SEED=S
// repeats one. The step that fails is the last.
func TestRandomSequences(t *testing.T) {
	n := number(t, "SEQUENCES", 100)
	if s := os.Getenv("SEQUENCE_SEED"); s != "" {
		randomSequence(t, uint64(number(t, "SEQUENCE_SEED", 0)))
		return
	}
	first := number(t, "SEQUENCE_FIRST", 1)
	for i := range n {
		seed := uint64(first + i)
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			randomSequence(t, seed)
		})
	}
}

func number(t *testing.T, name string, n int) int {
	if s := os.Getenv(name); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return n
}

func randomSequence(t *testing.T, seed uint64) {
	q := newSequence(t, seed)
	defer q.disk.Close()
	defer q.merges.Close()
	if q.tap.versions {
		q.begin()
	}
	for range 6 + q.IntN(5) {
		switch q.IntN(19) {
		case 0, 1:
			q.rollback()
		case 2:
			q.vacuum()
		case 3:
			q.reset()
		case 4:
			q.replay()
		case 5, 6, 7:
			q.compact()
		default:
			q.load()
		}
	}
	q.audit()
	q.lasting()
	switch seed % 10 { // these take as long as a few loads
	case 0:
		q.verify()
	case 1, 2:
		q.changes()
	}
}

// memoryDir is a directory in memory where there is one: the test waits for no disk.
func memoryDir(t *testing.T) string {
	if _, err := os.Stat("/dev/shm"); err != nil {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp("/dev/shm", "target-filelake-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func newSequence(t *testing.T, seed uint64) *sequence {
	dir := memoryDir(t)
	disk, err := lake.OpenDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	merges, err := merge.Open(context.Background(), duck.Config{Root: dir, Threads: 1, MemoryMB: 256, TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(seed, 7))
	q := &sequence{
		TB: t, Rand: r, seed: seed, disk: disk, merges: merges, reader: lakeReader{TB: t, dir: dir, rows: map[string][]string{}}, now: newModelLake(), oldest: 1,
		past: map[lake.Version]*modelLake{}, runs: map[lake.Version]*loadRun{}, plain: r.IntN(8) == 0,
		links: map[string]*linked{},
	}
	q.tap = &randomTap{Rand: r, versions: r.IntN(2) == 0} // of full tables
	for i := range 2 + r.IntN(2) {
		q.tap.streams = append(q.tap.streams, &tapStream{modelStream: randomStream(r, i)})
	}
	q.setArgs()
	return q
}

func randomStream(r *rand.Rand, i int) *modelStream {
	s := &modelStream{name: string(rune('a' + i))}
	switch r.IntN(8) {
	case 0, 1, 2:
		s.keyed, s.hard = true, r.IntN(2) == 0
		s.ordered, s.ignore = r.IntN(3) == 0, r.IntN(3) == 0
	case 3, 4:
	case 5:
		s.dedupe = true
	case 6:
		s.appends, s.keyed = true, true
	case 7:
		s.replace, s.keyed = true, r.IntN(2) == 0
	}
	return s
}
