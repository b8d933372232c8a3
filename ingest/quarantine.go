package ingest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"target-filelake/ingest/schema/draft4"
	"target-filelake/ingest/text"
)

// Reject is a refused RECORD that a Decoder has set aside.
type Reject struct {
	*RecordError
	Ord  uint32 // RECORDs before it in the block
	JSON []byte // its line in a file of rejects: a RECORD again, with the reasons
}

// quarantine sets the refused RECORD of line b aside; anything else that is
// wrong comes back, also a fault of the envelope behind the record.
func (d *Decoder) quarantine(b []byte, refusal error) error {
	r, ok := refusal.(*RecordError)
	if !ok || !d.Quarantine || r.unmapped {
		return refusal
	}
	if err := d.setAside(b, r, d.walk.plan, nil); err != nil {
		return err
	}
	d.out.Records++
	return nil
}

// setAside sets a RECORD aside that stands in line b and that p refused, or the
// record that a map made of it. What is not selected is not kept.
func (d *Decoder) setAside(b []byte, r *RecordError, p *Plan, mapped []byte) error {
	e, err := envelopeOf(b, d.scan.Max)
	if err != nil {
		return &LineError{Line: r.Line, Stream: r.Stream, Reason: err.Error()}
	}
	if n, err := strconv.ParseInt(string(e["line"]), 10, 64); d.Replay && err == nil {
		r.Line = n
	}
	if mapped != nil {
		e["record"] = mapped
	}
	if s := p.options.Selection; s != nil {
		e["record"] = s.Record(nil, e["record"])
	}
	var cut int
	r.More, cut = boundReasons(r.More, len(e["record"]))
	d.out.Rejects = append(d.out.Rejects, Reject{r, uint32(d.out.Records), r.appendJSON(nil, e, cut)})
	return nil
}

// envelope is the members of a RECORD that a file of rejects keeps, as they
// stand in its line.
type envelope map[string][]byte

// unrepeated are the members that must not stand twice.
var unrepeated = map[string]bool{"type": true, "stream": true, "record": true}

// envelopeOf reads the well-formed line b.
func envelopeOf(b []byte, depth int) (envelope, error) {
	s := text.Scanner{Max: depth}
	e := envelope{}
	s.Depth = 1
	for i := s.Space(b, s.Space(b, 0)+1); b[i] != '}'; {
		raw, _, at := s.Key(b, i)
		end := s.Value(b, at)
		name := string(text.Unescape(nil, raw))
		if e[name] != nil && unrepeated[name] {
			return nil, fmt.Errorf("RECORD has two properties %s", name)
		}
		e[name] = b[at:end]
		if i = s.Space(b, end); b[i] == ',' {
			i = s.Space(b, i+1)
		}
	}
	return e, nil
}

// Content is what a RECORD says, wherever and whenever it came.
type Content struct {
	Version []byte // nil: it has none
	Record  []byte
}

// RejectContent is that of a line of a rejects file.
func RejectContent(line []byte) (Content, error) {
	s := text.Scanner{Max: len(line)}
	if i := s.Space(line, 0); i == len(line) || line[i] != '{' || s.Value(line, i) < 0 {
		return Content{}, errors.New("a line of rejects that is no RECORD")
	}
	e, err := envelopeOf(line, len(line))
	if err == nil && e["record"] == nil {
		err = errors.New("a line of rejects without a record")
	}
	return Content{e["version"], e["record"]}, err
}

// Bounds of what the reasons after a reject's first may take.
const (
	leastReasons = 256
	mostReasons  = 4 << 10
)

// boundReasons cuts the reasons behind the first, and says how many it cuts:
// a small record that lacks a thousand properties must not take a thousand
// times its size.
func boundReasons(more []draft4.Reason, record int) (kept []draft4.Reason, cut int) {
	left := min(max(leastReasons, record), mostReasons)
	for i, r := range more {
		if left -= len(r.Path) + len(r.Text) + len(`,{"path":"","reason":""}`); left < 0 {
			return slices.Clone(more[:i]), len(more) - i
		}
	}
	return more, 0
}

// appendJSON appends the reject's line; cut reasons are counted only.
func (e *RecordError) appendJSON(dst []byte, from envelope, cut int) []byte {
	dst = append(dst, `{"type":"RECORD","stream":`...)
	dst = text.AppendQuote(dst, e.Stream)
	dst = strconv.AppendInt(append(dst, `,"line":`...), e.Line, 10)
	for _, name := range []string{"time_extracted", "version"} {
		if v := from[name]; v != nil {
			dst = append(append(append(dst, `,"`...), name...), `":`...)
			dst = append(dst, v...)
		}
	}
	dst = appendReason(append(dst, `,"reasons":[`...), e.Path, e.Reason)
	for _, r := range e.More {
		dst = appendReason(append(dst, ','), r.Path, r.Text)
	}
	if cut > 0 {
		dst = appendReason(append(dst, ','), "", fmt.Sprintf("and %d more", cut))
	}
	dst = append(append(dst, `],"record":`...), from["record"]...)
	return append(dst, "}\n"...)
}

func appendReason(dst []byte, path, reason string) []byte {
	dst = text.AppendQuote(append(dst, `{"path":`...), path)
	return append(text.AppendQuote(append(dst, `,"reason":`...), reason), '}')
}
