package bench

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"
)

// line is any Singer message Gen writes.
type line struct {
	Type          string
	Stream        string
	Record        map[string]any
	TimeExtracted time.Time `json:"time_extracted"`
	Value         struct {
		Bookmarks map[string]struct {
			Key   string `json:"replication_key"`
			Value string `json:"replication_key_value"`
		}
	}
	Schema struct {
		Properties map[string]json.RawMessage
	}
	Keys []string `json:"key_properties"`
}

func lines(t *testing.T, g Gen) []line {
	t.Helper()
	var buf bytes.Buffer
	if err := g.Run(&buf); err != nil {
		t.Fatal(err)
	}
	var out []line
	for s := bufio.NewScanner(&buf); s.Scan(); {
		var l line
		if err := json.Unmarshal(s.Bytes(), &l); err != nil {
			t.Fatalf("%s: %v", s.Bytes(), err)
		}
		out = append(out, l)
	}
	return out
}

// loaded is what a load of lines leaves: updated_at by stream and id.
func loaded(t *testing.T, all []line) (rows map[string]map[int]string, states int) {
	t.Helper()
	rows = map[string]map[int]string{}
	schemas := map[string]int{}
	newest := map[string]string{}
	now := ""
	for _, l := range all {
		switch l.Type {
		case "SCHEMA":
			schemas[l.Stream] = len(l.Schema.Properties)
			rows[l.Stream] = map[int]string{}
		case "RECORD":
			if len(l.Record) != schemas[l.Stream] {
				t.Fatalf("record has %d properties, its SCHEMA %d", len(l.Record), schemas[l.Stream])
			}
			at := l.Record["updated_at"].(string)
			if at <= now {
				t.Fatalf("updated_at %s after %s", at, now)
			}
			now = at
			newest[l.Stream] = at
			rows[l.Stream][int(l.Record["id"].(float64))] = at
		case "STATE":
			states++
			if len(l.Value.Bookmarks) != len(newest) {
				t.Fatalf("STATE %d has %d bookmarks, want %d", states, len(l.Value.Bookmarks), len(newest))
			}
			for stream, b := range l.Value.Bookmarks {
				if b.Key != "updated_at" || b.Value != newest[stream] {
					t.Fatalf("bookmark of %s is %v, want %s", stream, b, newest[stream])
				}
			}
		}
	}
	return rows, states
}

func TestGen(t *testing.T) {
	f := func(g Gen, streams, states int) {
		t.Helper()
		all := lines(t, g)
		if all[len(all)-1].Type != "STATE" {
			t.Fatalf("%+v ends with %s", g, all[len(all)-1].Type)
		}
		rows, said := loaded(t, all)
		if len(rows) != streams || said != states || len(all) != streams+g.Records+states {
			t.Fatalf("%+v: %d lines, %d streams and %d STATEs, want %d and %d",
				g, len(all), len(rows), said, streams, states)
		}
		keys := 0
		for s := range streams {
			want, err := g.Want(s)
			if err != nil {
				t.Fatal(err)
			}
			got := rows[want.Stream]
			newest := ""
			for id, at := range got {
				newest = max(newest, at)
				if w := want.UpdatedAt(id); at != w {
					t.Fatalf("%+v: %s %d updated_at %s, want %s", g, want.Stream, id, at, w)
				}
			}
			if len(got) != want.Keys || newest != want.Newest {
				t.Fatalf("%+v: %s has %d rows to %s, want %d to %s", g, want.Stream, len(got), newest, want.Keys, want.Newest)
			}
			keys += want.Keys
		}
		if keys != g.Keys() {
			t.Fatalf("%+v: Keys = %d, want %d", g, g.Keys(), keys)
		}
		if share := 1 - float64(keys)/float64(g.Records); g.Records > 1000 && math.Abs(share-g.UpdateShare) > 0.01 {
			t.Fatalf("%+v: share of updates %.3f", g, share)
		}
	}
	f(Gen{}, 1, 1)
	f(Gen{Records: 1}, 1, 1)
	f(Gen{Records: 2, Streams: 5, UpdateShare: 1}, 5, 1)
	f(Gen{Records: 3000, StateEvery: 1000}, 1, 3)
	f(Gen{Records: 3001, StateEvery: 1000, UpdateShare: 0.1, Seed: 7}, 1, 4)
	f(Gen{Records: 5000, Streams: 3, Width: 12, UpdateShare: 0.37, StateEvery: 7, Seed: 1 << 63}, 3, 715)
	f(Gen{Records: 2000, UpdateShare: 0.9999}, 1, 1)
	f(Gen{Records: 500, UpdateShare: 1, StateEvery: 1}, 1, 500)
	f(Gen{Records: 500, Narrow: true, UpdateShare: 0.3}, 1, 1)
	f(Gen{Records: 500, Narrow: true, Width: 96, NullShare: 0.5, Streams: 2}, 2, 1)
}

func TestKeys(t *testing.T) {
	f := func(g Gen, want int) {
		t.Helper()
		if got := g.Keys(); got != want {
			t.Fatalf("%+v: Keys = %d, want %d", g, got, want)
		}
	}
	f(Gen{Records: 1_000_000, UpdateShare: 0.1}, 900_000)
	f(Gen{Records: 100_000, UpdateShare: 0.35}, 65_000)
	f(Gen{Records: 10, Streams: 3, UpdateShare: 0.5}, 6)
	f(Gen{Records: maxRecords}, maxRecords)
	f(Gen{Records: 7, UpdateShare: 1}, 1)
	f(Gen{Records: -1}, 0)
}

func TestKeysFirst(t *testing.T) {
	f := func(share float64) {
		t.Helper()
		k := Gen{UpdateShare: share}.keys()
		for j := range 10_000 {
			if have := k.after(j); k.after(j+1) > have && k.first(have) != j {
				t.Fatalf("share %v: key %d comes first in record %d, want %d", share, have, k.first(have), j)
			}
		}
	}
	f(0)
	f(0.1)
	f(0.5)
	f(0.9999)
	f(1)
}

// The bytes of a seed are a promise: measurements are compared over years.
func TestGenSame(t *testing.T) {
	f := func(g Gen, want string) {
		t.Helper()
		h := sha256.New()
		if err := g.Run(h); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%x", h.Sum(nil)[:8]); got != want {
			t.Fatalf("%+v: hash %s, want %s", g, got, want)
		}
	}
	f(Gen{Records: 20_000, UpdateShare: 0.1, Seed: 7}, "a9beb28c0904002b")
	f(Gen{Records: 20_000, UpdateShare: 0.1, Seed: 8}, "b6632f59d1ccef24")
	f(Gen{Records: 5000, Streams: 3, Width: 7, StateEvery: 100}, "6a03b0d9fe7674a0")
	f(Gen{Records: 20_000, Narrow: true}, "b4bd168401f38557")
	f(Gen{Records: 5000, Narrow: true, Width: 96, NullShare: 0.5}, "03c08abe1575d8fd")
}

func TestOrder(t *testing.T) {
	const records = 2000
	nulls, size := map[string]int{}, 0
	for _, l := range lines(t, Gen{Records: records, Seed: 3}) {
		if l.Type != "RECORD" {
			continue
		}
		created, updated := l.Record["created_at"].(string), l.Record["updated_at"].(string)
		if _, err := time.Parse(time.RFC3339Nano, created); err != nil || created > updated {
			t.Fatalf("created_at %s, updated_at %s: %v", created, updated, err)
		}
		if at, _ := time.Parse(time.RFC3339Nano, updated); l.TimeExtracted.Sub(at) != time.Hour {
			t.Fatalf("extracted %s, updated %s", l.TimeExtracted, updated)
		}
		for name, v := range l.Record {
			if v == nil {
				nulls[name]++
			}
		}
		size++
	}
	if size != records {
		t.Fatalf("%d records, want %d", size, records)
	}
	for _, name := range []string{"discount", "note", "tags", "attributes", "shipped_on"} {
		if n := nulls[name]; n < records/20 || n > records*4/5 {
			t.Errorf("%s is null %d times in %d", name, n, records)
		}
		delete(nulls, name)
	}
	if len(nulls) > 0 {
		t.Errorf("null without leave: %v", nulls)
	}
}

func TestNullShare(t *testing.T) {
	f := func(g Gen, want float64) {
		t.Helper()
		g.Records, g.Narrow, g.Width = 2000, true, 25
		nulls, values := 0, 0
		for _, l := range lines(t, g) {
			for name, v := range l.Record {
				if _, extra := strings.CutPrefix(name, "extra_"); extra {
					values++
					if v == nil {
						nulls++
					}
				}
			}
		}
		if got := float64(nulls) / float64(values); values != 2000*25 || math.Abs(got-want) > 0.01 {
			t.Errorf("%+v: %.3f of %d values are null, want %.3f", g, got, values, want)
		}
	}
	f(Gen{}, 1.0/16)
	f(Gen{NullShare: 0.5}, 0.5)
	f(Gen{NullShare: 1, Seed: 3}, 1)
}

func TestAppendTime(t *testing.T) {
	f := func(at time.Time) {
		t.Helper()
		if got, want := string(appendTime(nil, at.UnixMicro())), at.Format("2006-01-02T15:04:05.000000Z"); got != want {
			t.Fatalf("appendTime = %s, want %s", got, want)
		}
	}
	f(time.Unix(start, 0).UTC())
	f(time.Date(1999, 12, 31, 23, 59, 59, 999_999_000, time.UTC))
	for at := time.Date(2000, 1, 1, 0, 0, 0, 1000, time.UTC); at.Year() < 2405; at = at.Add(23*time.Hour + 61*time.Second + 17*time.Microsecond) {
		f(at)
	}
}

func TestGenRefuses(t *testing.T) {
	f := func(g Gen, want string) {
		t.Helper()
		if err := g.Run(io.Discard); err == nil || err.Error() != want {
			t.Fatalf("%+v: error %v, want %s", g, err, want)
		}
	}
	f(Gen{Records: -1}, "records: -1, want 0 to 2147483648")
	f(Gen{Streams: -2, UpdateShare: 1.5}, "streams: -2, want 0 to 1000000\nupdate_share: 1.5, want 0 to 1")
	f(Gen{UpdateShare: math.NaN()}, "update_share: NaN, want 0 to 1")
	f(Gen{NullShare: 2}, "null_share: 2, want 0 to 1")
	f(Gen{StateEvery: -1, Width: 100_001}, "width: 100001, want 0 to 100000\nstate_every: -1, want 0 to 2147483648")
}

type fullDisk struct{ left int }

var errFull = errors.New("no space")

func (d *fullDisk) Write(b []byte) (int, error) {
	if d.left -= len(b); d.left < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestGenWriteFails(t *testing.T) {
	f := func(left int) {
		t.Helper()
		if err := (Gen{Records: 5000}).Run(&fullDisk{left}); !errors.Is(err, errFull) {
			t.Fatalf("a disk of %d bytes gave error %v", left, err)
		}
	}
	f(0)
	f(1 << 20)
}

func TestRecordAllocates(t *testing.T) {
	f := func(g Gen) {
		t.Helper()
		g, err := g.checked()
		if err != nil {
			t.Fatal(err)
		}
		r, i := newRun(g), 0
		line := make([]byte, 0, 64<<10)
		if n := testing.AllocsPerRun(10_000, func() {
			line = r.appendRecord(line[:0], i)
			i++
		}); n != 0 {
			t.Fatalf("%+v: %v allocations a record", g, n)
		}
	}
	f(Gen{UpdateShare: 0.2})
	f(Gen{Width: 50, Streams: 3})
	f(Gen{Narrow: true, Width: 96, NullShare: 0.5})
}

type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

func BenchmarkGen(b *testing.B) {
	f := func(name string, g Gen) {
		b.Run(name, func(b *testing.B) {
			g.Records = 100_000
			var size counter
			if err := g.Run(&size); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if err := g.Run(io.Discard); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(size)/float64(g.Records), "B/record")
			b.ReportMetric(float64(g.Records)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
	f("orders", Gen{})
	f("updates", Gen{UpdateShare: 0.1, Seed: 7})
	f("wide", Gen{Width: 50})
	f("streams", Gen{Streams: 100})
}
