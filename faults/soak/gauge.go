package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// sampleEvery is from one sample to the next.
const sampleEvery = 2 * time.Second

// most is what the last third of the samples may be of the earlier ones, on average.
const most = 1.1

// kinds of samples.
const (
	memory      = iota // bytes of the load that are resident
	descriptors        // of the load
	space              // bytes of the lake on disk
	kinds
)

// sample is a value some time after the beginning.
type sample struct {
	after time.Duration
	value float64
}

// gauge takes samples of a site.
type gauge struct {
	site  *site
	began time.Time

	mu      sync.Mutex
	samples [kinds][]sample
}

// every does something again and again until ctx ends.
func every(ctx context.Context, d time.Duration, do func()) {
	tick := time.NewTicker(d)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			do()
		}
	}
}

func (g *gauge) take() {
	if pid := g.site.loader.Load(); pid != 0 {
		if bytes, err := resident(pid); err == nil && bytes > 0 { // it may just have ended
			g.add(memory, float64(bytes))
		}
		if open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid)); err == nil && len(open) > 0 {
			g.add(descriptors, float64(len(open)))
		}
	}
	if g.site.cut.Load() {
		return
	}
	if used, err := usedBy(g.site.dir); err == nil && !g.site.cut.Load() {
		g.add(space, float64(used))
	}
}

func (g *gauge) add(kind int, value float64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.samples[kind] = append(g.samples[kind], sample{time.Since(g.began), value})
}

// mean is of the samples between two shares of a length of time, and the greatest.
func (g *gauge) mean(kind int, length time.Duration, from, to float64) (mean, top float64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for _, s := range g.samples[kind] {
		if at := s.after.Seconds() / length.Seconds(); at >= from && at < to {
			mean, top, n = mean+s.value, max(top, s.value), n+1
		}
	}
	return mean / float64(n), top
}

// resident is a process's memory, in bytes.
func resident(pid int64) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	var kib int64
	_, rest, _ := bytes.Cut(status, []byte("VmRSS:"))
	_, err = fmt.Sscan(string(rest), &kib)
	return kib << 10, err
}

// usedBy is what the files below a directory take on disk, each once however many
// names it has. Files come and go meanwhile.
func usedBy(dir string) (int64, error) {
	seen := map[uint64]bool{}
	var used int64
	err := filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil {
			return nil // gone
		}
		info, err := e.Info()
		if err != nil {
			return nil // gone
		}
		if st := info.Sys().(*syscall.Stat_t); !seen[st.Ino] {
			seen[st.Ino] = true
			used += st.Blocks * 512
		}
		return nil
	})
	return used, err
}
