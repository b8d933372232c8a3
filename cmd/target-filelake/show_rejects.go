package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"target-filelake/lake"
)

// rejectLine is what a line of a rejects file says.
type rejectLine struct {
	Line    int64 `json:"line"`
	Reasons []struct {
		Path   string `json:"path"`
		Reason string `json:"reason"`
	} `json:"reasons"`
	Record json.RawMessage `json:"record"`
}

// showRejects prints why records of a stream were refused, and with records
// what they are: values are shown to who asks for them only.
func showRejects(w io.Writer, root string, t *lake.Table, records bool) error {
	disk, err := lake.OpenDisk(root)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s: %d records rejected, in %d files\n", printable(t.Stream), t.Rejected(), len(t.Rejects))
	for _, f := range t.Rejects {
		if err == nil {
			err = showRejectFile(out, disk, f, records)
		}
	}
	return errors.Join(err, out.Flush(), disk.Close())
}

func showRejectFile(w io.Writer, disk lake.Disk, f lake.RejectFile, records bool) error {
	file, err := disk.Open(f.Path)
	if err != nil {
		return err
	}
	d := json.NewDecoder(file)
	for n := int64(0); n < f.Records && err == nil; n++ {
		var r rejectLine
		if err = d.Decode(&r); err != nil {
			err = fmt.Errorf("%w: %s: record %d: %w", lake.ErrCorrupt, f.Path, n+1, err)
			break
		}
		err = r.print(w, records)
	}
	return errors.Join(err, file.Close())
}

func (r *rejectLine) print(w io.Writer, records bool) error {
	why := make([]string, 0, len(r.Reasons))
	for _, reason := range r.Reasons {
		text := printable(reason.Reason)
		if reason.Path != "" {
			text = printable(reason.Path) + ": " + text
		}
		why = append(why, text)
	}
	_, err := fmt.Fprintf(w, "line %d: %s\n", r.Line, strings.Join(why, "; "))
	if records && err == nil {
		_, err = fmt.Fprintf(w, "  %s\n", printable(string(r.Record)))
	}
	return err
}
