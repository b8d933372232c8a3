package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// line is one message of the tap.
type line struct {
	text   string
	stream *stream // of a record
	key    string  // of a keyed record
	row    string  // as stream.sql shows it
	state  bool
}

// stream is one of those the tap sends.
type stream struct {
	name    string
	keyed   bool
	key     string   // key_properties
	sql     string   // a row as text
	columns []string // that sql needs and the table may not have yet
	schemas []string // properties, in the order in which they change
	since   []int    // the line from which each holds
}

// tap sends the same lines each time. Its STATE is the number of lines sent, so
// that it can go on anywhere.
type tap struct {
	streams []*stream
	lines   []line
}

// stateEvery is how many records come between STATEs.
const stateEvery = 30

// newTap makes records of two keyed and two appended streams. A third in, one
// gets a column; another stream begins; two thirds in, a column widens.
func newTap(records int, seed uint64) *tap {
	accounts := &stream{name: "accounts", keyed: true, key: `"id"`, sql: `concat_ws('|', id, balance)`,
		schemas: []string{`"id":{"type":"integer"},"balance":{"type":"integer"}`}, since: []int{-1}}
	orders := &stream{name: "orders", keyed: true, key: `"region","id"`, columns: []string{"note"},
		sql:     `concat_ws('|', region, id, CAST(amount AS DECIMAL(18,3)), coalesce(note, '~'))`,
		schemas: []string{`"region":{"type":"string"},"id":{"type":"integer"},"amount":{"type":"integer"}`}, since: []int{-1}}
	events := &stream{name: "events", sql: `concat_ws('|', n, what)`,
		schemas: []string{`"n":{"type":"integer"},"what":{"type":"string"}`}, since: []int{-1}}
	visits := &stream{name: "visits", sql: `concat_ws('|', n, what)`}
	t := &tap{streams: []*stream{accounts, orders, events, visits}}
	r := rand.New(rand.NewPCG(seed, 1))
	for i := range records {
		switch i {
		case records / 3:
			t.reshape(orders, orders.schemas[0]+`,"note":{"type":["null","string"]}`)
			t.reshape(visits, events.schemas[0])
		case 2 * records / 3:
			t.reshape(orders, strings.Replace(orders.schemas[1], `"amount":{"type":"integer"}`, `"amount":{"type":"number"}`, 1))
		}
		switch kind := r.IntN(10); {
		case kind < 4:
			t.account(accounts, r)
		case kind < 7:
			t.order(orders, r)
		case kind < 9 || len(visits.since) == 0:
			t.event(events, i, r)
		default:
			t.event(visits, i, r)
		}
		if i%stateEvery == stateEvery-1 || i == records-1 {
			t.add(line{text: fmt.Sprintf(`{"type":"STATE","value":{"line":%d}}`, len(t.lines)+1), state: true})
		}
	}
	return t
}

func (t *tap) add(l line) { t.lines = append(t.lines, l) }

// reshape gives a stream new properties from the next line on.
func (t *tap) reshape(s *stream, properties string) {
	s.schemas, s.since = append(s.schemas, properties), append(s.since, len(t.lines))
	t.add(line{text: s.schema(len(t.lines))})
}

// schema is the SCHEMA a tap sends that stands before line n; "" if none yet.
func (s *stream) schema(n int) string {
	now := ""
	for i, from := range s.since {
		if from <= n {
			now = s.schemas[i]
		}
	}
	if now == "" {
		return ""
	}
	return fmt.Sprintf(`{"type":"SCHEMA","stream":%q,"schema":{"type":"object","properties":{%s}},"key_properties":[%s]}`, s.name, now, s.key)
}

func (t *tap) record(s *stream, key, row, values string) {
	t.add(line{
		text: fmt.Sprintf(`{"type":"RECORD","stream":%q,"record":{%s}}`, s.name, values), stream: s, key: key, row: row,
	})
}

func (t *tap) account(s *stream, r *rand.Rand) {
	id, balance := r.IntN(120), r.IntN(1_000_000)
	t.record(s, fmt.Sprint(id), fmt.Sprintf("%d|%d", id, balance), fmt.Sprintf(`"id":%d,"balance":%d`, id, balance))
}

func (t *tap) order(s *stream, r *rand.Rand) {
	region, id, amount := []string{"north", "süd"}[r.IntN(2)], r.IntN(60), r.IntN(10_000)
	key := fmt.Sprintf("%s|%d", region, id)
	values := fmt.Sprintf(`"region":%q,"id":%d,"amount":%d`, region, id, amount)
	text, note := fmt.Sprintf("%d.000", amount), "~"
	if len(s.schemas) > 1 && r.IntN(2) == 0 {
		note = fmt.Sprintf("n%d", r.IntN(1000))
		values += fmt.Sprintf(`,"note":%q`, note)
	}
	if len(s.schemas) > 2 {
		text = fmt.Sprintf("%d.500", amount)
		values = strings.Replace(values, fmt.Sprintf(`"amount":%d`, amount), fmt.Sprintf(`"amount":%d.5`, amount), 1)
	}
	t.record(s, key, key+"|"+text+"|"+note, values)
}

// event is a row that differs from every other by its number.
func (t *tap) event(s *stream, n int, r *rand.Rand) {
	what := strings.Repeat("x", r.IntN(40))
	t.record(s, "", fmt.Sprintf("%d|%s", n, what), fmt.Sprintf(`"n":%d,"what":%q`, n, what))
}

// whole is after the first STATE that comes with line n or later: a tap that ends
// there leaves nothing out.
func (t *tap) whole(n int) int {
	for n < len(t.lines) && (n == 0 || !t.lines[n-1].state) {
		n++
	}
	return min(n, len(t.lines))
}

// head is what the tap sends before it goes on after line n.
func (t *tap) head(n int) string {
	var b strings.Builder
	for _, s := range t.streams {
		if schema := s.schema(n - 1); schema != "" {
			b.WriteString(schema + "\n")
		}
	}
	return b.String()
}

// renamed is the same tap with other names of streams, for another pipeline.
func (t *tap) renamed(suffix string) *tap {
	out := &tap{}
	for _, s := range t.streams {
		other := *s
		other.name += suffix
		out.streams = append(out.streams, &other)
	}
	for _, l := range t.lines {
		for _, s := range t.streams {
			l.text = strings.ReplaceAll(l.text, fmt.Sprintf(`"stream":%q`, s.name), fmt.Sprintf(`"stream":%q`, s.name+suffix))
		}
		out.lines = append(out.lines, l)
	}
	return out
}
