package ingest

import "strconv"

// span is a value of a line, [from, to); none if both are 0.
type span struct{ from, to int }

// said says whose value a column of metadata holds.
type said byte

const (
	byBlock   said = iota // when it was decoded
	byBlockMs             // as milliseconds
	byRun                 // when it began, as milliseconds
	byTime                // the RECORD's time_extracted
	byVersion             // the RECORD's version
)

var sayers = map[string]said{
	"_sdc_extracted_at": byTime, "_sdc_received_at": byBlock, "_sdc_batched_at": byBlock,
	"_sdc_sequence": byBlockMs, "_sdc_table_version": byVersion, "_sdc_sync_started_at": byRun,
}

// metaSlot is the place of a column of metadata.
type metaSlot struct {
	slot
	said said
}

// moment is what the target says itself of the rows of a block. The clock is
// read once a block: rows come by the million a second.
type moment struct {
	block  uint64
	values [byTime]int64  // by said: microseconds or milliseconds since 1970
	texts  [byTime][]byte // as JSON, for columns that have come to hold something else
}

func (d *Decoder) moment(p *Plan) *moment {
	m := &d.now
	if m.block == d.block {
		return m
	}
	now := p.options.Now().UTC()
	m.block = d.block
	m.values = [byTime]int64{byBlock: now.UnixMicro(), byBlockMs: now.UnixMilli(), byRun: p.options.Started.UnixMilli()}
	for i := range m.texts {
		m.texts[i] = append(strconv.AppendInt(m.texts[i][:0], m.values[i], 10), '\n')
	}
	m.texts[byBlock] = now.AppendFormat(m.texts[byBlock][:0], `"2006-01-02T15:04:05.000000Z"`+"\n")
	return m
}

// addMetadata fills the columns of metadata of the row decoded last, from the
// RECORD's line b; it reports false for a value that they cannot hold.
func (d *Decoder) addMetadata(b []byte, extracted, version span) bool {
	m := d.moment(d.walk.plan)
	d.cut, d.nulled = 0, 0
	for i := range d.walk.plan.added {
		s := &d.walk.plan.added[i]
		line, at := b, 0
		switch {
		case s.said == byTime:
			at = extracted.from
		case s.said == byVersion:
			at = version.from
		case s.op == opTimestamp || s.op == opInt:
			d.vecs[s.vec].Int(m.values[s.said], 0)
			continue
		default:
			line = m.texts[s.said]
		}
		if s.said >= byTime && at == 0 {
			d.null(&s.slot, 0)
		} else if d.value(&s.slot, line, at, 0) < 0 {
			return false
		}
	}
	d.out.Notes.Nanoseconds += d.cut
	d.out.Notes.NullDates += d.nulled
	return true
}
