package compaction

import (
	"math/rand/v2"
	"strings"
	"testing"

	"target-filelake/lake"
)

var id = []string{"id"}

func TestPlanCrowded(t *testing.T) {
	f := func(want string, specs ...string) {
		t.Helper()
		if got := show(Policy{When: Crowded}.Plan(table(id, specs...))); got != want {
			t.Fatalf("%q: got %q, want %q", specs, got, want)
		}
	}
	f("")
	f("", "a*48 1K")
	f(many("a", 49), "a*49 1K")
	f("", "a*48 1K", "b*20 200M")
	f(many("a", 20), "a*20 1K", "b*29 2M")
	f(many("a", 10)+" "+many("b", 39), "a*10 1K", "b*39 2M")
	f(many("a", 16), "a*16 1K dead=10", "b*15 2M", "c*20 200M gen=1", "d*15 20M gen=2", "e*3 20M gen=3")
	// What is a tier's goes by the bytes that are copied, until half is gone.
	f("", "a*48 1K", "b*20 150M dead=16")
	f(many("a", 16)+" b", "a*16 1K", "b 150M dead=100", "c*15 2M", "d*15 100M gen=1", "e*5 100M gen=2")
	// Sixteen of a tier nowhere: generations do not come together.
	f("", "a*15 1K", "b*15 1K gen=1", "c*15 1K gen=2", "d*15 1K gen=3")
}

func TestPlanEnded(t *testing.T) {
	f := func(want string, specs ...string) {
		t.Helper()
		if got := show(Policy{When: Ended}.Plan(table(id, specs...))); got != want {
			t.Fatalf("%q: got %q, want %q", specs, got, want)
		}
	}
	// A small table becomes one file once rows are superseded, and stays it.
	f("")
	f("", "a 1M")
	f("a", "a 1M old")
	f("a", "a 1M dead=1")
	f("", "a 1M narrow", "b 1M")
	f("", "a 1K narrow", "b 1K", "c 1K narrow")
	f("a c", "a 1K narrow dead=1", "b 1K", "c 1K narrow")
	f("", "a 1M", "b 1K")
	f("a b", "a 1M dead=100", "b 1K")
	f("a", "a 1M dead=100")
	f("a b; d e", "a 1K dead=1", "b 1K", "c 1K gen=1", "d 1K gen=2 dead=1", "e 1K gen=2")
	f("copy "+many("a", 16), "a*16 100K rows=100000")
	f(many("a", 16), "a*16 1K")
	f("a b", "a 1M rows=100000", "b 1M rows=100000 dead=1")
	f("a b", "a 1M rows=100000 old", "b 1M rows=100000 old")
	f("a", "a 1M rows=100000 dead=1")

	// Of a larger one, files that have lost a quarter of their rows.
	f("", "a 9M dead=24")
	f("a", "a 9M dead=25")
	f("a b", "a 9M dead=25", "b 2M", "c 20M", "d 200M")
	f("a; c", "a 300M dead=25", "b 200M", "c 100M")
	f("a; b c", "a 300M dead=25", "b 300M dead=60", "c 100M", "d 300M dead=24")
	f("a", "a 9M dead=25", "b 2M narrow")
	f("", "a 50M", "b 1M dead=60") // a crumb
	f("", "a 50M", "b 50M dead=100")
	f("a; c d", "a 20M dead=50", "b 2M gen=1", "c 20M dead=50 gen=2", "d 2M gen=2")

	// And sixteen of a tier.
	f("", "a*15 5M")
	f("copy "+many("a", 16), "a*16 5M")
	f("copy "+many("a", 16)+"; b", "a*16 5M", "b 50M dead=100")
	f("copy a1 a2; copy a3 a4; copy a5 a6; copy a7 a8; copy a9 a10; copy a11 a12; copy a13 a14; copy a15 a16", "a*16 100M", "b 200M")
	f(many("a", 16)+" b", "a*16 5M", "b 1K")
	f(many("a", 16)+" b", "a*16 5M", "b 5M old")
	f("copy "+many("a", 16), "a*16 5M old")
	f("copy "+many("a", 16), "a*16 5M dead=19")
	f(many("a", 16), "a*16 5M dead=20")
	f("copy "+many("a", 9)+" "+many("b", 7), "a*9 5M keys=0-9", "b*7 5M keys=0-7")
	f("copy "+many("b", 7)+" "+many("a", 9), "a*9 5M keys=5-9", "b*7 5M keys=0-7")
}

func TestPlanAsked(t *testing.T) {
	f := func(key []string, want string, specs ...string) {
		t.Helper()
		if got := show(Policy{When: Asked}.Plan(table(key, specs...))); got != want {
			t.Fatalf("%q: got %q, want %q", specs, got, want)
		}
	}
	f(id, "")
	f(id, "a", "a 1K")
	f(id, "a", "a 5M table")
	f(id, "a", "a 200M")
	f(id, "", "a 5M sorted")
	f(id, "a", "a 5M sorted dead=1")
	f(id, "a", "a 5M sorted old")
	f(id, "a; b", "a 5M narrow", "b 5M")
	f(id, "", "a 5M sorted narrow", "b 5M sorted")
	f(id, "b", "a 200M sorted", "b 5M")
	f(id, "", "a 200M sorted", "b 5M sorted")
	f(id, "b c", "a 200M sorted", "b 5M sorted", "c 5M")
	f(id, "", "a 5M sorted gen=1", "b 5M sorted gen=2")
	f(id, "a b", "a 5M sorted", "b 5M sorted")
	f(id, "a b", "a 5M sorted keys=0-9", "b 5M sorted keys=9-19")
	f(id, "copy b a", "a 5M sorted keys=10-19", "b 5M sorted keys=0-9")
	f(id, "a b", "a 5M keys=10-19", "b 5M sorted keys=0-9")
	f(id, "a b", "a 1M sorted keys=10-19", "b 5M sorted keys=0-9") // a crumb
	f(id, "c", "a 5M sorted", "c 5M dead=100")
	f(nil, "a b", "a 5M", "b 1K")
	f(nil, "copy a b", "a 5M", "b 5M")
	f(nil, "copy a b; c", "a 5M", "b 5M", "c 5M dead=100")
	f(nil, "", "a 5M") // it would only get another name
	f(nil, "a", "a 5M dead=1")
	f([]string{"no column"}, "a b", "a 5M sorted", "b 5M sorted")
	f([]string{"no column"}, "", "a 5M sorted")
}

func TestPlanFull(t *testing.T) {
	f := func(key []string, want string, specs ...string) {
		t.Helper()
		if got := show(Policy{When: Full}.Plan(table(key, specs...))); got != want {
			t.Fatalf("%q: got %q, want %q", specs, got, want)
		}
	}
	f(id, "", "a 5M sorted")
	f(id, "", "a 200M sorted keys=0-9", "b 200M sorted keys=10-19", "c 5M sorted keys=20-21")
	f(id, "a b", "a 200M sorted keys=0-9", "b 200M sorted keys=9-19")
	f(id, "copy a b c", "a 200M sorted keys=0-9", "b 6M sorted keys=10-19", "c 5M sorted keys=20-21")
	f(id, "", "a 100M sorted keys=0-9", "b 200M sorted keys=10-19", "c 100M sorted keys=20-21") // none would come together
	f(id, "a b", "a 200M sorted keys=0-9", "b 200M")
	f(id, "b c", "a 200M sorted keys=0-9", "b 5M gen=1", "c 5M gen=1")
	f(id, "a", "a 5M sorted narrow")
	f(id, "a b", "a 5M sorted narrow keys=0-9", "b 5M sorted keys=10-19")
	f(nil, "", "a 200M table", "b 200M table")
	f(nil, "", "a 200M", "b 200M")
	f(nil, "copy a b", "a 5M", "b 5M")
}

func TestPlanBusy(t *testing.T) {
	f := func(when When, want string, specs ...string) {
		t.Helper()
		p := Policy{When: when, Busy: map[string]bool{"t/batches/busy": true, "t/batches/busy1": true}}
		if got := show(p.Plan(table(nil, specs...))); got != want {
			t.Fatalf("%d, %q: got %q, want %q", when, specs, got, want)
		}
	}
	f(Asked, "a", "a 5M dead=1", "busy 1K")
	f(Full, "a", "a 5M dead=1", "busy 1K")
	f(Ended, "", "a 1K", "busy 1K")
	f(Ended, "a b", "a 1K dead=1", "busy 1K", "b 1K")
	f(Ended, "", "busy 50M dead=60")
	f(Crowded, many("a", 48), "a*48 1K", "busy 1K") // it counts
	f(Crowded, "", "a*15 1K", "busy 1K", "b*15 2M", "c*15 20M", "d 1K gen=1", "busy1 1K gen=1", "e 1K gen=2")
}

func TestPlanPartitions(t *testing.T) {
	f := func(when When, want string, specs ...string) {
		t.Helper()
		if got := show(Policy{When: when, Spec: byP(t)}.Plan(table(id, specs...))); got != want {
			t.Fatalf("%d, %q: got %q, want %q", when, specs, got, want)
		}
	}
	f(Asked, "", "a 5M part=p=x", "b 5M part=p=y")
	f(Asked, "a c", "a 5M part=p=x", "b 5M part=p=y", "c 5M part=p=x")
	f(Asked, "c", "a 5M part=p=x", "b 5M part=p=y", "c 1K")
	f(Asked, "a", "a 5M sorted")                                       // from before there were partitions
	f(Asked, "a c", "a 5M part=q=x", "b 5M part=p=x", "c 5M part=q=y") // from other ones
	f(Asked, "a; b", "a 5M part=p=x dead=1", "b 5M part=p=y old")
	f(Asked, "a b; c", "a 5M", "b 5M", "c 5M gen=1")
	f(Asked, "", "a 5M part=p=x", "b 5M sorted narrow") // there was no p
	f(Full, "a b", "a 5M part=p=x", "b 5M sorted narrow")
	f(Ended, "a", "a 1K")
	f(Ended, "", "a 1K part=p=x", "b 1K part=p=y")
	f(Ended, "a c", "a 1K part=p=x", "b 1K part=p=y", "c 1K part=p=x")
	f(Ended, many("a", 16), "a*16 5M part=p=x", "b*15 5M part=p=y") // always decoded
	f(Crowded, "", "a*15 1K part=p=x", "b*15 1K part=p=y", "c*15 1K", "d*15 1K part=p=z")
	f(Full, "", "a 5M part=p=x", "b 5M part=p=y")
	f(Full, "", "a 200M part=p=x keys=0-9", "c 200M part=p=x keys=10-19", "b 5M part=p=y")
	f(Full, "a c", "a 200M part=p=x keys=0-9", "c 200M part=p=x keys=9-19", "b 5M part=p=y")
	f(Full, "a b c", "a 5M part=p=x", "b 5M part=p=y", "c 5M") // whose rows may be in any
	f(Full, "a b c", "a 5M part=p=x", "b 5M part=q=y", "c 5M part=p=y")

	// Partitions that there are no more.
	if got := show(Policy{When: Asked}.Plan(table(id, "a 5M part=p=x", "b 5M sorted"))); got != "a b" {
		t.Fatalf("without partitions: %q", got)
	}
}

// TestPlanSettles plans for random tables until there is nothing more to do, and
// holds how often there is.
func TestPlanSettles(t *testing.T) {
	f := func(when When, spec bool, times int) {
		t.Helper()
		for seed := range uint64(300) {
			r := rand.New(rand.NewPCG(seed, uint64(when)))
			p := Policy{When: when}
			if spec {
				p.Spec = byP(t)
			}
			tab := randomTable(r, spec)
			var history []string
			for n := 0; ; n++ {
				jobs := p.Plan(tab)
				history = append(history, show(jobs))
				if len(jobs) == 0 {
					break
				}
				if n == times {
					t.Fatalf("%d, seed %d: not settled: %s", when, seed, strings.Join(history, "\n"))
				}
				rows := live(tab)
				if tab, _ = p.apply(tab, jobs, 1+r.IntN(3)); !spec && live(tab) != rows {
					t.Fatalf("BUG in the test: %d rows became %d", rows, live(tab))
				}
			}
		}
	}
	f(Asked, false, 1)
	f(Full, false, 1)
	f(Ended, false, 4)
	f(Crowded, false, 4)
	f(Asked, true, 2) // rows find their partitions, and then the files there
	f(Full, true, 1)
	f(Ended, true, 4)
	f(Crowded, true, 4)
}

// TestCut has rows of any width divided among files of half the target to a
// quarter more, which nothing joins again.
func TestCut(t *testing.T) {
	for each := int64(1); each < 2100; each += 13 { // more, and a row group is larger
		for _, bytes := range []int64{1, 255, 256, 300, 330, 350, 500, 600, 700, 5000} {
			rows := bytes << 20 / each
			n := cut(rows, measured.most(rows, bytes<<20))
			files := (rows + n - 1) / n
			if size := n * each; size > 321<<20 || files > 1 && size < measured.full() || files == 1 && n != rows {
				t.Fatalf("%d MiB of %d bytes a row: %d files of %d MiB", bytes, each, files, size>>20)
			}
		}
	}
}

func live(t *lake.Table) (n int64) {
	for i := range t.Files {
		n += t.Files[i].Live()
	}
	return n
}

func randomTable(r *rand.Rand, parts bool) *lake.Table {
	var specs []string
	size := func() string { return pick(r, "1K", "500K", "3M", "5M", "60M", "100M", "200M") }
	for range r.IntN(70) {
		spec := "f" + pick(r, "", "*3") + " " + size()
		spec += pick(r, "", "", " dead=10", " dead=60", " dead=100") + pick(r, "", "", "", " old", " narrow", " gen=1")
		keys := pick(r, "", " keys=0-9", " keys=10-19", " keys=15-20")
		spec += pick(r, keys, keys+" sorted")
		if parts {
			spec += pick(r, "", " part=p=1", " part=p=2", " part=q=1")
		}
		specs = append(specs, spec)
	}
	t := table([][]string{id, nil}[r.IntN(2)], specs...)
	for i := range t.Files {
		t.Files[i].Path += string(rune('A' + i))
	}
	return t
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }
