package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"target-filelake/bench"
	"target-filelake/bench/contest"
)

// turnsPerRecord make a loop take about as long as a load.
const turnsPerRecord = 3000

// pair is the same work by one thread and by two.
type pair [2]*contest.Contender

// gain is how many times as fast two threads are.
func (p pair) gain() float64 {
	return contest.Median(p[0].Wall()) / contest.Median(p[1].Wall())
}

// cores loads with one thread and with two.
func (s *session) cores(ctx context.Context) error {
	orders, err := s.loads("orders", bench.Gen{Records: s.Records})
	if err != nil {
		return err
	}
	eight, err := s.loads("eight streams", bench.Gen{Records: s.Records, Streams: 8})
	if err != nil {
		return err
	}
	loop := pairOf(func(threads string) *contest.Contender {
		argv := s.Verb("spin", threads, strconv.Itoa(s.Records*turnsPerRecord))
		return &contest.Contender{Name: "a loop by " + threads, Process: contest.Process{Argv: argv}}
	})
	s.Title("%d records, %d repetitions", s.Records, s.Reps)
	all := slices.Concat(orders[:], eight[:], loop[:])
	if err := s.Race(ctx, all...); err != nil {
		return err
	}
	for _, c := range all {
		s.Seconds(c.Name, c.Wall())
		s.Seconds(c.Name+", CPU", c.CPU())
	}
	s.Value("gain, orders", orders.gain(), "×", contest.Anything)
	// Where a loop gains less others use the cores, and no gain says anything.
	s.Value("gain, a loop", loop.gain(), "×", contest.AtLeast(1.7))
	s.Value("gain, orders / a loop", orders.gain()/loop.gain(), "", contest.AtLeast(0.85))
	s.Value("gain, eight streams", eight.gain(), "×", contest.AtLeast(1.5))
	return nil
}

func pairOf(by func(threads string) *contest.Contender) pair { return pair{by("1"), by("2")} }

// loads are of the same input.
func (s *session) loads(name string, g bench.Gen) (pair, error) {
	in, err := s.generated(name, g)
	return pairOf(func(threads string) *contest.Contender {
		load := s.load(name+" by "+threads, in, "--threads", threads)
		if g.Streams == 0 { // of more, a digest has but the first
			load.Rows = s.Digest("lake", s.lake(load.Name))
		}
		return load
	}), err
}

// spin does work that needs nothing but cores: threads, turns of them all.
func spin(_ context.Context, args []string) (contest.Said, error) {
	threads, err := strconv.Atoi(args[0])
	if err != nil {
		return contest.Said{}, err
	}
	turns, err := strconv.Atoi(args[1])
	if err != nil {
		return contest.Said{}, err
	}
	sums := make([]uint64, threads)
	var all sync.WaitGroup
	for i := range sums {
		all.Go(func() {
			x := uint64(i)
			for range turns / threads {
				x = x*6364136223846793005 + 1442695040888963407
			}
			sums[i] = x
		})
	}
	all.Wait()
	return contest.Said{Digest: fmt.Sprint(sums)}, nil // else nobody would need the loop
}
