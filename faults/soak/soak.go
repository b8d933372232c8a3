package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"target-filelake/faults/disk"
)

// errFound is for a run that has told what it found.
var errFound = errors.New("promises were broken, see above")

// clockRate is how fast the lakes' clock runs: no retention is shorter than an hour.
const clockRate = 20

// statePause is from one STATE to the next: the pools of a load that commits so often
// are full after ten minutes.
const statePause = time.Second / 2

// calmName is the lake whose load is left alone.
const calmName = "steady"

// soak is a run of it.
type soak struct {
	settings
	root, binary, self, config string
	env                        []string
	pause                      time.Duration // from one STATE to the next
	out                        io.Writer

	mu                               sync.Mutex
	blocks, reads, kills, cuts, done int
	found                            map[string]int
}

func (set settings) run(out io.Writer) (err error) {
	s := &soak{settings: set, pause: statePause, out: out, found: map[string]int{}}
	if err := s.prepare(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(s.root)) }()
	steady, storm := s.site(calmName, filepath.Join(s.root, "lake")), s.site("storm", "")
	image, err := s.image()
	if err != nil {
		return err
	}
	if image == nil {
		storm.dir = filepath.Join(s.root, "stormy")
	} else {
		storm.dir = filepath.Join(image.Dir, "lake")
		defer func() { err = errors.Join(err, disk.Unmount(image.Dir)) }()
	}
	gauges := []*gauge{{site: steady, began: time.Now()}, {site: storm, began: time.Now()}}
	measured, stop := context.WithCancel(context.Background())
	var all, meters sync.WaitGroup
	for _, g := range gauges {
		meters.Go(func() { every(measured, sampleEvery, g.take) })
	}
	meters.Go(func() { every(measured, progressEvery, func() { s.tell(gauges) }) })
	all.Go(steady.calm)
	all.Go(func() { storm.storm(image) })
	all.Wait()
	stop()
	meters.Wait()
	return s.report(gauges)
}

// prepare builds the target and writes its config.
func (s *soak) prepare() (err error) {
	if s.self, err = os.Executable(); err != nil {
		return err
	}
	if s.root, err = os.MkdirTemp(s.dir, "soak-"); err != nil {
		return err
	}
	s.binary, s.config = filepath.Join(s.root, "target-filelake"), filepath.Join(s.root, "config.json")
	s.env = append(os.Environ(), "TMPDIR="+s.root, fmt.Sprintf("TARGET_FILELAKE_CLOCK=%d@%d", clockRate, time.Now().Unix()))
	build := exec.Command("go", "build", "-tags", "failpoints", "-o", s.binary, "./cmd/target-filelake")
	if said, err := build.CombinedOutput(); err != nil {
		return errors.Join(fmt.Errorf("build: %w\n%s", err, said), os.RemoveAll(s.root))
	}
	return s.writeConfig(s.config)
}

func (s *soak) site(name, dir string) *site {
	seed := s.seed
	if name == "storm" {
		seed++
	}
	return &site{soak: s, name: name, dir: dir, tap: newTap(seed, max(1, int(float64(s.rate)*s.pause.Seconds())))}
}

// imageBytes is a lake's many times over.
const imageBytes = 2 << 30

// image is the storm's disk; nil, said loudly, where there can be none.
func (s *soak) image() (*disk.Image, error) {
	if why := disk.CannotCut(); why != "" {
		fmt.Fprintf(s.out, "\n  !!! POWER CUTS DID NOT RUN: %s !!!\n\n", why)
		return nil, nil
	}
	return disk.New("ext4", s.root, imageBytes)
}

// calm is a site's life without kills of its load.
func (s *site) calm() {
	ctx, stop := context.WithCancel(context.Background())
	ends := make(chan struct{})
	time.AfterFunc(s.length, func() { close(ends) })
	var around sync.WaitGroup
	s.surround(ctx, &around, rand.New(rand.NewPCG(s.seed, 10)), "query", "lake.duckdb")
	s.must(s.load(ctx, ends))
	stop()
	around.Wait()
	s.check()
	s.complete()
}

// storm is a site's life with kills, and with cuts if it has an image.
func (s *site) storm(image *disk.Image) {
	r := rand.New(rand.NewPCG(s.seed, 20))
	for over := time.Now().Add(s.length); ; {
		life := min(time.Duration(20_000+r.IntN(60_000))*time.Millisecond, time.Until(over))
		ctx, stop := context.WithCancel(context.Background())
		var around sync.WaitGroup
		s.surround(ctx, &around, rand.New(rand.NewPCG(r.Uint64(), 21)), "query", "lake.duckdb", "views.sql")
		own := rand.New(rand.NewPCG(r.Uint64(), 22))
		around.Go(func() { s.loads(ctx, own) })
		time.Sleep(life)
		last := time.Until(over) <= 0
		if image != nil && !last {
			s.cut.Store(true)
			s.must(image.Cut())
			s.count(&s.cuts)
		}
		stop()
		around.Wait()
		if last {
			break
		}
		if image != nil {
			s.must(image.Reboot())
			s.cut.Store(false)
		}
		s.check()
	}
	ends := make(chan struct{})
	close(ends)
	s.must(s.load(context.Background(), ends)) // one block more, undisturbed
	s.check()
	s.complete()
}

// surround starts what goes on beside the loads.
func (s *site) surround(ctx context.Context, around *sync.WaitGroup, r *rand.Rand, doors ...string) {
	around.Go(func() { s.vacuums(ctx, r) })
	for _, door := range doors {
		around.Go(func() {
			for ctx.Err() == nil && s.said(time.Now()) < generation {
				time.Sleep(readerPause)
			}
			if ctx.Err() == nil {
				s.read(ctx, door)
			}
		})
	}
}

// count adds one to a counter of s.
func (s *soak) count(n *int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*n++
}

// must is for faults of the soak's own.
func (s *soak) must(err error) {
	if err != nil {
		s.fault("wrong", "%v", err)
	}
}

// mostFaults is how many are told in full.
const mostFaults = 20

// fault notes a promise that did not hold; kind is lost, torn or wrong.
func (s *soak) fault(kind, format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.found[kind]++
	if s.found["lost"]+s.found["torn"]+s.found["wrong"] <= mostFaults {
		fmt.Fprintf(s.out, "\nFAULT %s: "+format+"\n\n", append([]any{kind}, args...)...)
	}
}
