package ingest

import (
	"strconv"
	"time"
)

// span is a value of a line, [from, to); none if both are 0.
type span struct{ from, to int }

// moment is the time of a block as JSON, for the columns of metadata. It is
// read once a block: rows come by the million a second.
type moment struct {
	block   uint64
	at      []byte // date-time
	millis  []byte // since 1970
	started []byte // of the run, as millis
}

func (d *Decoder) moment(p *Plan) *moment {
	m := &d.now
	if m.block == d.block {
		return m
	}
	now := p.options.Now()
	m.block = d.block
	m.at = now.UTC().AppendFormat(append(m.at[:0], '"'), "2006-01-02T15:04:05.000000Z")
	m.at = append(m.at, '"', '\n')
	m.millis = appendMillis(m.millis[:0], now)
	m.started = appendMillis(m.started[:0], p.options.Started)
	return m
}

func appendMillis(dst []byte, t time.Time) []byte {
	return append(strconv.AppendInt(dst, t.UnixMilli(), 10), '\n')
}

var nullLine = []byte("null\n")

// addMetadata fills the columns of metadata of the row decoded last, from the
// RECORD's line b; it reports false for a value that they cannot hold.
func (d *Decoder) addMetadata(b []byte, extracted, version span) bool {
	p := d.walk.plan
	m := d.moment(p)
	d.cut, d.nulled = 0, 0
	for i := range p.added {
		s := &p.added[i]
		from, text := 0, nullLine
		switch s.name {
		case "_sdc_extracted_at":
			if extracted.to > 0 {
				from, text = extracted.from, b
			}
		case "_sdc_table_version":
			if version.to > 0 {
				from, text = version.from, b
			}
		case "_sdc_sequence":
			text = m.millis
		case "_sdc_sync_started_at":
			text = m.started
		default:
			text = m.at
		}
		if d.value(s, text, from, 0) < 0 {
			return false
		}
	}
	d.out.Notes.Nanoseconds += d.cut
	d.out.Notes.NullDates += d.nulled
	return true
}
