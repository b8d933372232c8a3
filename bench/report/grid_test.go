package report

import (
	"math"
	"time"

	"target-filelake/bench/sweep"
)

// grid is what a sweep of these settings could find.
func grid(sizes []int, codecs []string, threads []int, reps int) *sweep.Results {
	r := &sweep.Results{
		Format: 1, Program: "target-filelake 1.4.0", Began: time.Date(2026, 3, 9, 14, 7, 0, 0, time.UTC), Seconds: 754, Reps: reps,
		Machine: sweep.Machine{OS: "linux", Kernel: "6.1.0-28-amd64", Arch: "amd64", CPU: "AMD EPYC 7B13", CPUs: 8, Memory: 32 << 30},
		Input:   sweep.Input{Name: "orders.singer.zst", Bytes: 282_000_000, Records: 650_000, Streams: 1, Stream: "orders"},
	}
	for _, codec := range codecs {
		for _, n := range threads {
			for _, mb := range sizes {
				c := sweep.Case{Setting: sweep.Setting{BatchMB: mb, Compression: codec, Threads: n}}
				for i := range reps {
					c.Runs = append(c.Runs, run(c.Setting, i))
				}
				r.Cases = append(r.Cases, c)
			}
		}
	}
	return r
}

// run differs a little from run to run.
func run(s sweep.Setting, i int) sweep.Run {
	mb, noise := float64(s.BatchMB), 1+0.02*math.Sin(float64(3*i+s.BatchMB+7*s.Threads+len(s.Compression)))
	speed := 0.35 + 0.65*mb/(mb+6)
	out := map[string]float64{"none": 190, "snappy": 96, "lz4": 92, "zstd": 61, "gzip": 66}[s.Compression]
	slow := map[string]float64{"none": 1, "snappy": 1.02, "lz4": 1.04, "zstd": 1.09, "gzip": 1.5}[s.Compression]
	r := sweep.Run{Wall: 4.4 * slow / speed / math.Pow(float64(s.Threads), 0.7) * noise, Peak: int64((90 + 4.6*mb + 20*float64(s.Threads)) * (1 << 20) * noise)}
	r.CPU, r.Out, r.Files = r.Wall*float64(s.Threads)*0.9, int64((out+30/mb)*1e6), int(math.Ceil(282/mb))
	for k := range r.Files {
		r.Commits = append(r.Commits, (0.02+0.0025*mb)*noise*(1+float64(k*k%7)/5))
	}
	r.First = r.Wall/float64(r.Files) + 0.05
	r.Scan, r.Sum, r.Lookup = (0.24+0.4/mb)*noise, (0.021+0.06/mb)*noise, (0.004+0.02/mb)*noise
	return r
}

func withBaselines(r *sweep.Results) *sweep.Results {
	r.Baselines = []sweep.Baseline{
		{Name: "cat >/dev/null", Runs: []sweep.BaselineRun{{Wall: 0.11, CPU: 0.1, Peak: 2 << 20}, {Wall: 0.12, CPU: 0.1, Peak: 2 << 20}}},
		{Name: "DuckDB: COPY of read_json", Runs: []sweep.BaselineRun{{Wall: 2.1, CPU: 7.9, Peak: 900 << 20, Out: 70e6}, {Wall: 2.2, CPU: 8, Peak: 910 << 20, Out: 70e6}}},
	}
	return r
}

func usual() *sweep.Results {
	return withBaselines(grid([]int{1, 4, 16, 64, 100, 256}, []string{"zstd", "snappy"}, []int{2, 8}, 3))
}
