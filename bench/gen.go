// Package bench measures the program, and makes what it is measured with: Gen
// is a tap whose streams are the same bytes for the same settings, on any
// machine, and whose rows after a load are known without loading them.
package bench

import (
	"errors"
	"fmt"
	"io"
	"math/bits"
	"strconv"
)

// Gen is a sample tap of orders.
type Gen struct {
	Records     int     // over all streams, which take turns
	Streams     int     // orders, orders_2, …; 0: one
	Narrow      bool    // orders have but four columns: id, status, total and updated_at
	Width       int     // columns beside those of an order
	NullShare   float64 // of the values of those, 0 to 1; 0: a sixteenth
	UpdateShare float64 // of the records that repeat an earlier key, 0 to 1
	StateEvery  int     // records; 0: 10,000. A STATE ends the run in any case
	Seed        uint64
}

const (
	maxRecords = 1 << 31 // keys counts in 32.32 bits
	flushAt    = 256 << 10
	start      = 1735689600 // 2025-01-01T00:00:00Z
	step       = 3          // seconds between updates
)

// Run writes the streams.
func (g Gen) Run(w io.Writer) error {
	g, err := g.checked()
	if err != nil {
		return err
	}
	r := newRun(g)
	r.buf = make([]byte, 0, flushAt+flushAt/4)
	for s := range g.Streams {
		r.buf = r.appendSchema(r.buf, s)
	}
	for i := range g.Records {
		r.buf = r.appendRecord(r.buf, i)
		if (i+1)%g.StateEvery == 0 || i+1 == g.Records {
			r.buf = r.appendState(r.buf, i+1)
		}
		if len(r.buf) < flushAt {
			continue
		}
		if _, err := w.Write(r.buf); err != nil {
			return fmt.Errorf("write record %d: %w", i+1, err)
		}
		r.buf = r.buf[:0]
	}
	if g.Records == 0 {
		r.buf = r.appendState(r.buf, 0)
	}
	if _, err := w.Write(r.buf); err != nil {
		return fmt.Errorf("write record %d: %w", g.Records, err)
	}
	return nil
}

// checked returns g with its defaults, and every fault in it.
func (g Gen) checked() (Gen, error) {
	var errs []error
	count := func(name string, n *int, instead, limit int) {
		if *n == 0 {
			*n = instead
		}
		if *n < 0 || *n > limit {
			errs = append(errs, fmt.Errorf("%s: %d, want 0 to %d", name, *n, limit))
		}
	}
	count("records", &g.Records, 0, maxRecords)
	count("streams", &g.Streams, 1, 1_000_000)
	count("width", &g.Width, 0, 100_000)
	count("state_every", &g.StateEvery, 10_000, maxRecords)
	share := func(name string, x float64) {
		if !(x >= 0 && x <= 1) {
			errs = append(errs, fmt.Errorf("%s: %v, want 0 to 1", name, x))
		}
	}
	share("update_share", g.UpdateShare)
	share("null_share", g.NullShare)
	return g, errors.Join(errs...)
}

// Keys is the number of rows that a load of all streams leaves.
func (g Gen) Keys() int {
	g, err := g.checked()
	if err != nil {
		return 0
	}
	n := 0
	for s := range g.Streams {
		n += g.keys().after(g.recordsOf(s))
	}
	return n
}

// recordsOf counts a stream's records.
func (g Gen) recordsOf(stream int) int { return (g.Records - stream + g.Streams - 1) / g.Streams }

func (g Gen) keys() keys { return keys(1<<32 - uint64(g.UpdateShare*(1<<32))) }

// Want is what a stream holds once it is loaded.
type Want struct {
	Stream string
	Keys   int      // rows; their ids are 1 to Keys
	Newest string   // the greatest updated_at, as it was sent
	last   []uint32 // by key, the record that brought its newest row
	run    *run
	stream int
}

// Want works out what stream, counted from 0, holds after a load.
func (g Gen) Want(stream int) (Want, error) {
	g, err := g.checked()
	if err != nil {
		return Want{}, err
	}
	r := newRun(g)
	n := g.recordsOf(stream)
	w := Want{Stream: r.names[stream], Keys: r.keys.after(n), run: r, stream: stream}
	w.last = make([]uint32, w.Keys)
	for j := range n {
		key, _ := r.key(stream, j)
		w.last[key] = uint32(j)
	}
	if n > 0 {
		w.Newest = w.updatedAt(n - 1)
	}
	return w, nil
}

// UpdatedAt is the updated_at of the row with this id, as it was sent.
func (w Want) UpdatedAt(id int) string { return w.updatedAt(int(w.last[id-1])) }

func (w Want) updatedAt(j int) string {
	return string(appendTime(nil, w.run.updated(w.stream, j)))
}

// keys is how many new keys come with 2^32 records.
type keys uint64

// after counts the keys in a stream's first n records; the first is always new.
func (k keys) after(n int) int {
	if n == 0 {
		return 0
	}
	return 1 + int(uint64(n-1)*uint64(k)>>32)
}

// first is the record that brings a key.
func (k keys) first(key int) int {
	if key == 0 {
		return 0
	}
	return int((uint64(key)<<32 + uint64(k) - 1) / uint64(k))
}

// run is a Gen at work.
type run struct {
	Gen
	keys   keys
	nulls  uint64 // of 2^16 values
	names  []string
	heads  [][]byte // of a record's line, by stream
	extras [][]byte // `,"extra_1":` …
	buf    []byte
}

func newRun(g Gen) *run {
	r := &run{Gen: g, keys: g.keys(), nulls: uint64(g.NullShare * (1 << 16))}
	for s := range g.Streams {
		name := "orders"
		if s > 0 {
			name += "_" + strconv.Itoa(s+1)
		}
		r.names = append(r.names, name)
		r.heads = append(r.heads, fmt.Appendf(nil, `{"type":"RECORD","stream":"%s","record":{"id":`, name))
	}
	for n := range g.Width {
		r.extras = append(r.extras, fmt.Appendf(nil, `,"extra_%d":`, n+1))
	}
	return r
}

// key is the key of a stream's record j, and whether it is new.
func (r *run) key(stream, j int) (key int, fresh bool) {
	have := r.keys.after(j)
	if r.keys.after(j+1) > have {
		return have, true
	}
	d := r.draw(stream, j, 1)
	return d.below(have), false
}

// updated is the updated_at of a stream's record j, in µs: it grows from record
// to record over all streams.
func (r *run) updated(stream, j int) int64 {
	i := int64(j)*int64(r.Streams) + int64(stream)
	d := r.draw(stream, j, 2)
	return (start+i*step)*1e6 + int64(d.below(step*1e6))
}

// draw is a source of random numbers of its own for each use of each record.
func (r *run) draw(stream, j, use int) draw {
	d := draw(r.Seed + uint64(stream)*0xd1342543de82ef95 + uint64(j)<<8 + uint64(use))
	return draw(d.next())
}

// draw is a splitmix64 generator.
type draw uint64

func (d *draw) next() uint64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (d *draw) below(n int) int {
	hi, _ := bits.Mul64(d.next(), uint64(n))
	return int(hi)
}

func (r *run) appendState(b []byte, records int) []byte {
	b = append(b, `{"type":"STATE","value":{"bookmarks":{`...)
	for s := range min(r.Streams, records) {
		if s > 0 {
			b = append(b, ',')
		}
		last := (records - 1 - s) / r.Streams
		b = append(append(append(b, '"'), r.names[s]...), `":{"replication_key":"updated_at","replication_key_value":"`...)
		b = append(appendTime(b, r.updated(s, last)), `"}`...)
	}
	return append(b, "}}}\n"...)
}

func (r *run) appendSchema(b []byte, stream int) []byte {
	b = append(append(b, `{"type":"SCHEMA","stream":"`...), r.names[stream]...)
	b = append(b, `","schema":{"type":"object","properties":{`...)
	if r.Narrow {
		b = append(b, narrowProperties...)
	} else {
		b = append(b, orderProperties...)
	}
	for n, name := range r.extras {
		b = append(append(b, name...), extraSchemas[n%len(extraSchemas)]...)
	}
	return append(b, `},"required":["id","updated_at"]},"key_properties":["id"],"bookmark_properties":["updated_at"]}`+"\n"...)
}

// appendRecord appends the line of record i of the run.
func (r *run) appendRecord(b []byte, i int) []byte {
	stream, j := i%r.Streams, i/r.Streams
	key, fresh := r.key(stream, j)
	updated, created := r.updated(stream, j), int64(0)
	if created = updated; !fresh {
		created = r.updated(stream, r.keys.first(key))
	}
	d := r.draw(stream, j, 3)
	b = append(b, r.heads[stream]...)
	b = strconv.AppendInt(b, int64(key)+1, 10)
	b = appendAmount(b, &d)
	if !r.Narrow {
		b = appendOrder(b, &d, created)
	}
	b = append(appendTime(append(b, `,"updated_at":"`...), updated), '"')
	for n, name := range r.extras {
		b = append(b, name...)
		if x := d.next(); r.null(x) {
			b = append(b, "null"...)
		} else {
			b = appendExtra(b, x, n, updated)
		}
	}
	b = append(b, `},"time_extracted":"`...)
	return append(appendTime(b, updated+3600e6), "\"}\n"...)
}

// null decides from low bits of x, which hardly show in a value.
func (r *run) null(x uint64) bool {
	if r.NullShare == 0 {
		return x&15 == 0
	}
	return x&(1<<16-1) < r.nulls
}

// appendTime appends µs since 1970 as 2025-01-01T00:00:00.000000Z.
func appendTime(b []byte, us int64) []byte {
	b = append(appendDay(b, us), 'T')
	s, frac := int(us%86400e6/1e6), int(us%1e6)
	b = append(append2(b, s/3600), ':')
	b = append(append2(b, s/60%60), ':')
	b = append(append2(b, s%60), '.')
	return append(append2(append2(append2(b, frac/10000), frac/100%100), frac%100), 'Z')
}

// appendDay appends the date of µs since 1970. Years start in March here, so
// that the day a leap year adds comes last.
func appendDay(b []byte, us int64) []byte {
	days := int(us/86400e6) + 719468 // since 0000-03-01
	era, day := days/146097, days%146097
	year := (day - day/1460 + day/36524 - day/146096) / 365
	day -= 365*year + year/4 - year/100
	month := (5*day + 2) / 153
	day -= (153*month + 2) / 5
	year += 400 * era
	if month += 3; month > 12 {
		month, year = month-12, year+1
	}
	b = append(append2(append2(b, year/100), year%100), '-')
	return append2(append(append2(b, month), '-'), day+1)
}

func append2(b []byte, n int) []byte { return append(b, digits[2*n], digits[2*n+1]) }

const digits = "" +
	"0001020304050607080910111213141516171819" +
	"2021222324252627282930313233343536373839" +
	"4041424344454647484950515253545556575859" +
	"6061626364656667686970717273747576777879" +
	"8081828384858687888990919293949596979899"
