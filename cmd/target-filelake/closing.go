package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"target-filelake/lake"
	"target-filelake/merge/duck"
)

// closing is the closing summary of a load: what is printed, what the file of the
// setting summary holds, and what metrics_file is made of. Names and reasons are in
// it, and no value of a record.
type closing struct {
	Program        string    `json:"program"` // target-filelake
	ProgramVersion string    `json:"program_version"`
	Lake           string    `json:"lake"` // absolute path
	Pipeline       string    `json:"pipeline"`
	Started        time.Time `json:"started"` // UTC
	Ended          time.Time `json:"ended"`
	Seconds        float64   `json:"seconds"`
	ExitCode       int       `json:"exit_code"`
	Error          string    `json:"error,omitempty"` // why the exit code is not 0

	Version   lake.Version `json:"version"`    // the lake's newest as the load ended; 0: none, or the lake was not opened
	Records   int64        `json:"records"`    // RECORDs that came, up to a fault
	StatesIn  int64        `json:"states_in"`  // STATEs that came
	StatesOut int64        `json:"states_out"` // STATEs on stdout
	Commits   int64        `json:"commits"`
	Files     int          `json:"files"`    // data files committed
	Bytes     int64        `json:"bytes"`    // of those
	Rejected  int64        `json:"rejected"` // records that were refused
	Retries   int64        `json:"retries"`  // merges that were tried again after a fault that passed

	Streams         []closingStream `json:"streams"`          // by name; of very many, those of most rows first
	Rejects         []rejectKind    `json:"rejects"`          // why records were refused, the most frequent reason first
	RejectsUnlisted int64           `json:"rejects_unlisted"` // faults of further kinds
	Notes           []string        `json:"notes"`            // what was accepted with a change, in words

	loaded bool   // the lake was opened: the counts are this load's
	hint   string // a line for a shell; "": there is nothing to show
}

// closingStream is what a load did to one stream. All are rows but for those that
// say otherwise.
type closingStream struct {
	Stream   string `json:"stream"`
	RowsIn   int64  `json:"rows_in"` // RECORDs of the stream that were right, committed or not
	Inserted int64  `json:"inserted"`
	Updated  int64  `json:"updated"`  // took the place of a row of the lake
	Repeated int64  `json:"repeated"` // a later one of their batch has the same key
	Rejected int64  `json:"rejected"` // records that were refused
	Dropped  int64  `json:"dropped"`  // came after the last STATE, and were not committed
	Outdated int64  `json:"outdated"` // of a version that a newer one has replaced
	KeptOut  int64  `json:"kept_out"` // the row of their key is newer, or was to stay
	Deleted  int64  `json:"deleted"`  // said that the row of their key was deleted
	Resent   int64  `json:"resent"`   // refused records that the lake had already
	Retries  int64  `json:"retries"`  // merges that were tried again
	Files    int    `json:"files"`    // data files committed
	Bytes    int64  `json:"bytes"`    // of those
}

// closing is the summary of a load that begins now.
func (c *LoadCmd) closing(started time.Time) *closing {
	out := &closing{Program: "target-filelake", ProgramVersion: version, Lake: c.Lake, Pipeline: c.Pipeline, Started: started.UTC()}
	out.Streams, out.Rejects, out.Notes = []closingStream{}, []rejectKind{}, []string{}
	if root, err := lakeRoot(c.Lake); err == nil {
		out.Lake = root
	}
	return out
}

// fill takes what was counted.
func (c *closing) fill(s *summary, m *lake.Manifest) {
	c.loaded, c.Version, c.Seconds = true, m.Version, time.Since(s.started).Seconds()
	c.Records, c.StatesIn, c.StatesOut, c.Commits = s.records, s.states, s.said, s.commits
	for _, name := range s.names() {
		n := s.stream(name)
		c.Streams = append(c.Streams, closingStream{
			Stream: name, RowsIn: s.in[name], Inserted: n.inserted, Updated: n.updated, Repeated: n.repeated, Rejected: n.rejected,
			Dropped: n.dropped, Outdated: n.outdated, KeptOut: n.lost, Deleted: n.deleted, Resent: n.resent, Retries: n.retries,
			Files: n.files, Bytes: n.bytes,
		})
		for _, note := range n.notes() {
			c.Notes = append(c.Notes, "stream "+printable(name)+": "+note)
		}
		if t := m.Tables[name]; t != nil && c.hint == "" {
			c.hint = hint(t, c.Lake)
		}
		c.Files, c.Bytes, c.Rejected, c.Retries = c.Files+n.files, c.Bytes+n.bytes, c.Rejected+n.rejected, c.Retries+n.retries
	}
	for _, line := range noteLines(&s.notes, s.undeclaredIn) {
		c.Notes = append(c.Notes, strings.TrimPrefix(line, "note: "))
	}
	c.Rejects, c.RejectsUnlisted = append(c.Rejects, s.rejects.sorted()...), s.rejects.others
}

// end notes how the load ended.
func (c *closing) end(fault error) {
	c.Ended = time.Now().UTC()
	if !c.loaded {
		c.Seconds = c.Ended.Sub(c.Started).Seconds()
	}
	if c.ExitCode = exitCode(fault); fault != nil {
		c.Error = duck.Unquoted(fault)
	}
}

func (c *closing) json() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(c)
	return b.Bytes(), err
}

// brief is the summary as it is logged: without streams that would not be printed.
func (c *closing) brief() *closing {
	out := *c
	out.Streams = out.Streams[:min(shownStreams, len(out.Streams))]
	return &out
}

// shownStreams bounds the lines of the closing summary.
const shownStreams = 50

// print writes it for people.
func (c *closing) print(w io.Writer) {
	if len(c.Streams) > 0 {
		c.printStreams(w)
	}
	var b strings.Builder
	for _, line := range c.rejectLines() {
		fmt.Fprintln(&b, line)
	}
	for _, note := range c.Notes {
		fmt.Fprintln(&b, "note:", note)
	}
	fmt.Fprintf(&b, "%d records, %d STATEs in, %d out, %d commits, version %d, %.1f s, %.0f rows/s\n",
		c.Records, c.StatesIn, c.StatesOut, c.Commits, uint64(c.Version), c.Seconds, float64(c.Records)/c.Seconds)
	if c.hint != "" {
		fmt.Fprintln(&b, c.hint)
	}
	_, _ = io.WriteString(w, b.String()) // stderr: there is nowhere left to say that this failed
}

func (c *closing) printStreams(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "stream\trows in\tinserted\tupdated\trepeated\trejected\tdropped\tfiles\tbytes\trows/s\t")
	line := func(name string, s *closingStream) {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t%.0f\t\n", name, s.RowsIn, s.Inserted, s.Updated, s.Repeated,
			s.Rejected, s.Dropped, s.Files, size(s.Bytes), float64(s.RowsIn)/c.Seconds)
	}
	shown := min(shownStreams, len(c.Streams))
	for i := range c.Streams[:shown] {
		line(printable(c.Streams[i].Stream), &c.Streams[i])
	}
	if more := c.Streams[shown:]; len(more) > 0 {
		var others closingStream
		for i := range more {
			others.add(&more[i])
		}
		line(fmt.Sprintf("%d more", len(more)), &others)
	}
	_ = t.Flush() // as above
}

// add adds the columns that are printed.
func (s *closingStream) add(o *closingStream) {
	s.RowsIn += o.RowsIn
	s.Inserted += o.Inserted
	s.Updated += o.Updated
	s.Repeated += o.Repeated
	s.Rejected += o.Rejected
	s.Dropped += o.Dropped
	s.Files += o.Files
	s.Bytes += o.Bytes
}

// rejectLines word why records were refused.
func (c *closing) rejectLines() []string {
	var out []string
	for i, r := range c.Rejects {
		if i == shownKinds {
			out = append(out, fmt.Sprintf("rejected: for %d more reasons", len(c.Rejects)-i))
			break
		}
		out = append(out, r.line())
	}
	if c.RejectsUnlisted > 0 {
		out = append(out, fmt.Sprintf("rejected: %d faults of kinds that are not listed", c.RejectsUnlisted))
	}
	return out
}
