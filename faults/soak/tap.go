package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
)

const (
	keys       = 20_000 // of stream t
	generation = 20     // STATEs from one full table of f to the next
	fullRows   = 100    // of f
)

// schemas stand before whatever a tap sends.
const schemas = `{"type":"SCHEMA","stream":"t","schema":{"type":"object","properties":{"id":{"type":"integer"},"v":{"type":"integer"},"at":{"type":"integer"},"note":{"type":"string"}}},"key_properties":["id"],"bookmark_properties":["at"]}
{"type":"SCHEMA","stream":"f","schema":{"type":"object","properties":{"n":{"type":"integer"},"gen":{"type":"integer"}}},"key_properties":["n"]}
`

// config is the target's: a row that comes again, from a STATE before the lake's,
// does not take the place of a newer one.
const config = `{"batch_size_rows": 1, "retention": "1h", "streams": {"t": {"order_by": "at"}}}`

// totals are what a query for all rows says after a STATE; no other STATE has them.
const totals = `SELECT (SELECT count(*) FROM t), (SELECT sum(v)::BIGINT FROM t), (SELECT max("at") FROM t),
	(SELECT count(*) FROM f), (SELECT min(gen) FROM f), (SELECT max(gen) FROM f)`

// tap sends the same messages each time, a block for each STATE, which is the
// block's number from 1 on. It may be used by several goroutines at once.
type tap struct {
	seed    uint64
	records int // of t in a block

	mu     sync.Mutex
	values []int64 // of t by key, after the newest block made; -1: none yet
	rows   int64
	sum    int64
	after  []string // what totals says after each STATE; of the first at 1
}

func newTap(seed uint64, records int) *tap {
	t := &tap{seed: seed, records: records, values: make([]int64, keys), after: []string{""}}
	for i := range t.values {
		t.values[i] = -1
	}
	return t
}

// block is the messages from STATE n-1 to STATE n.
func (t *tap) block(n int) string {
	t.expect(n)
	var b strings.Builder
	t.draw(n, func(id, v int64, note int) {
		fmt.Fprintf(&b, `{"type":"RECORD","stream":"t","record":{"id":%d,"v":%d,"at":%d,"note":"%0*d"}}`+"\n", id, v, n, note, v)
	})
	if n%generation == 0 {
		for i := range fullRows {
			fmt.Fprintf(&b, `{"type":"RECORD","stream":"f","version":%d,"record":{"n":%d,"gen":%d}}`+"\n", n, i, n)
		}
		fmt.Fprintf(&b, `{"type":"ACTIVATE_VERSION","stream":"f","version":%d}`+"\n", n)
	}
	fmt.Fprintf(&b, `{"type":"STATE","value":{"block":%d}}`+"\n", n)
	return b.String()
}

// draw makes the records of t in block n.
func (t *tap) draw(n int, record func(id, v int64, note int)) {
	r := rand.New(rand.NewPCG(t.seed, uint64(n)))
	for range t.records {
		record(r.Int64N(keys), r.Int64N(1_000_000), 10+r.IntN(60))
	}
}

// expect notes the totals of all STATEs up to n.
func (t *tap) expect(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for next := len(t.after); next <= n; next++ {
		t.draw(next, func(id, v int64, _ int) {
			if t.values[id] < 0 {
				t.rows++
				t.values[id] = 0
			}
			t.sum += v - t.values[id]
			t.values[id] = v
		})
		full, of := 0, next/generation*generation
		if of > 0 {
			full = fullRows
		}
		t.after = append(t.after, fmt.Sprintf("%d,%d,%d,%d,%d,%d", t.rows, t.sum, next, full, of, of))
	}
}

// state is the STATE whose totals an answer is; an error if it is none's.
func (t *tap) state(answer string) (int, error) {
	var n int
	if f := strings.Split(answer, ","); len(f) == 6 {
		_, _ = fmt.Sscan(f[2], &n) // what is no number is no STATE's
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case n < 1 || n >= len(t.after):
		return 0, fmt.Errorf("%q is of no STATE that was sent", answer)
	case t.after[n] != answer:
		return 0, fmt.Errorf("%q, want %q", answer, t.after[n])
	}
	return n, nil
}
