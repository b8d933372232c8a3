package sweep

import (
	"bytes"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestQuantile(t *testing.T) {
	f := func(q, want float64, samples ...float64) {
		t.Helper()
		if got := quantile(samples, q); got != want {
			t.Errorf("%v of %v: %v, want %v", q, samples, got, want)
		}
	}
	f(0.5, 0)
	f(0.5, 3, 3)
	f(0.5, 2, 3, 1, 2)
	f(0.5, 2, 4, 3, 1, 2)
	f(0.99, 4, 4, 3, 1, 2)
}

func TestRound(t *testing.T) {
	f := func(x float64, want string) {
		t.Helper()
		if got := Round(x); got != want {
			t.Errorf("%v: %s, want %s", x, got, want)
		}
	}
	f(0, "0")
	f(0.0012345, "0.00123")
	f(0.5, "0.500")
	f(1.239, "1.24")
	f(123.9, "124")
	f(541_234, "541,000")
	f(1_999_999, "2,000,000")
	f(-12.34, "-12.3")
}

func TestGrid(t *testing.T) {
	got := Grid([]int{16, 1, 16}, []string{"zstd", "none"}, []int{2})
	want := []Setting{{1, "zstd", 2}, {16, "zstd", 2}, {1, "none", 2}, {16, "none", 2}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// of is a case of runs that take wall seconds and then scan seconds.
func of(s Setting, scan float64, out int64, walls ...float64) Case {
	c := Case{Setting: s}
	for _, w := range walls {
		c.Runs = append(c.Runs, Run{Wall: w, CPU: 2 * w, Peak: 200 << 20, Out: out, Files: 3, Commits: []float64{0.1}, First: 0.2, Scan: scan, Lookup: 0.01, Sum: 0.02})
	}
	return c
}

func results(cases ...Case) *Results {
	return &Results{Format: format, Reps: 5, Input: Input{Name: "x", Bytes: 1e8, Records: 1e6, Streams: 1, Stream: "s"}, Cases: cases}
}

func TestAdvise(t *testing.T) {
	f := func(want Setting, because string, cases ...Case) {
		t.Helper()
		a := results(cases...).Advise()
		if a.Setting != want || !strings.Contains(strings.Join(a.Why, "\n"), because) {
			t.Errorf("%v for\n%s\nwant %v for %q", a.Setting, strings.Join(a.Why, "\n"), want, because)
		}
	}
	one, four, sixteen := Setting{1, "zstd", 2}, Setting{4, "zstd", 2}, Setting{16, "zstd", 2}
	f(one, "It loads fastest: 1,000,000 rows/s.", of(one, 1, 10, 1))
	f(four, "97 % of the fastest (16 MB, zstd, 2 threads)", of(one, 1, 10, 1.5), of(four, 1, 10, 1.03), of(sixteen, 1, 10, 1))
	f(sixteen, "loads fastest", of(four, 1.2, 10, 1.03), of(sixteen, 1, 10, 1))                             // read faster
	f(four, "98 % of the fastest", of(four, 1, 10, 1.02), of(Setting{1, "none", 2}, 1, 20, 1))              // fewer bytes
	f(Setting{16, "zstd", 1}, "fastest", of(one, 1, 10, 1), of(Setting{16, "zstd", 1}, 1, 10, 1))           // fewer threads
	f(one, "Beware: its runs differ by 28 %", of(one, 1, 10, 1, 0.9, 1.2, 1, 1), of(four, 1, 10, 1.2, 1.2)) // noise
}

func TestFiles(t *testing.T) {
	r := results(of(Setting{1, "zstd", 2}, 1, 10, 1, 2))
	path := filepath.Join(t.TempDir(), "results.json")
	if err := r.Write(path); err != nil {
		t.Fatal(err)
	}
	got, err := Read(path)
	if err != nil || !reflect.DeepEqual(got, r) {
		t.Fatalf("%v\n%+v\nwant\n%+v", err, got, r)
	}
	r.Format++
	if err := r.Write(path); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path); err == nil || !strings.Contains(err.Error(), "results of format 2, want 1") {
		t.Errorf("another format: %v", err)
	}
}

func TestCompare(t *testing.T) {
	f := func(old, next *Results, want ...string) {
		t.Helper()
		var b bytes.Buffer
		if err := Compare(&b, old, next); err != nil {
			b.WriteString(err.Error())
		}
		text := strings.Join(strings.Fields(b.String()), " ")
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("no %q in\n%s", w, b.String())
			}
		}
	}
	s := Setting{4, "zstd", 2}
	old := results(of(s, 1, 10, 1, 1.01, 1.02, 0.99, 1))
	f(old, results(of(s, 1, 10, 1.25, 1.26, 1.27, 1.24, 1.25)), "rows/s 1,000,000", "800,000", "-20.00% p=0.008 n=5")
	f(old, results(of(s, 1, 10, 1, 1.01, 1.02, 0.99, 1)), "~ p=1.000 n=5")
	f(old, results(of(Setting{1, "zstd", 2}, 1, 10, 1)), "no setting in common")
	other := results(of(s, 1, 10, 1, 1, 1))
	other.Input.Bytes, other.Machine.CPUs, other.Reps = 7, 3, 3
	f(old, other, "the machines differ", "the inputs differ", "new has 3 repetitions")
}

func TestPrint(t *testing.T) {
	r := results(of(Setting{4, "zstd", 2}, 1, 2e6, 1, 1.1, 1.2))
	r.Baselines = []Baseline{{Name: "cat", Runs: []BaselineRun{{Wall: 0.5, CPU: 0.5, Peak: 1 << 20}}}, {Name: "DuckDB", Error: "out of luck"}}
	var b bytes.Buffer
	if err := r.Print(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"909,000 ±9 %", "fastest load / it", "0.455 ×", "did not run: out of luck", "Recommended: --maximum-batch-size-mb 4 --compression zstd --threads 2"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

func TestNotes(t *testing.T) {
	f := func(bytes, states int64, want string) {
		t.Helper()
		r := results(of(Setting{4, "zstd", 2}, 1, 1, 1), of(Setting{64, "zstd", 2}, 1, 1, 1))
		r.Input.Bytes, r.Input.States = bytes, states
		if got := strings.Join(r.Notes(), "\n"); (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%d bytes, %d STATEs: %s; want %q", bytes, states, got, want)
		}
	}
	f(100e6, 1000, "")
	f(100e6, 10, "one every 10.0 MB")
	f(50e6, 1000, "larger batch sizes")
	f(100e6, 0, "no STATE")
}
