package lake

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Span is Rows rows of a data file, from row From.
type Span struct {
	Path string `json:"path"`
	From int64  `json:"from"`
	Rows int64  `json:"rows"`
}

// Resend is what a table without a key has that its tap may send again. A run
// that dies after a commit and before its STATE is out leaves the tap with the
// STATE before, so it sends the rows of Spans once more, in this order. If the
// STATE did get out, it goes on after the first Covered of them.
type Resend struct {
	Version Version `json:"version"` // of the commit that wrote this
	Spans   []Span  `json:"spans"`
	Covered int64   `json:"covered"` // rows before the pipeline's STATE; fewer than there are while they come again
}

// Rows counts the rows of the spans.
func (r *Resend) Rows() int64 {
	var n int64
	for _, s := range r.Spans {
		n += s.Rows
	}
	return n
}

// Has reports whether the files of the spans are t's.
func (t *Table) Has(spans []Span) bool {
	named := map[string]bool{}
	for _, f := range t.Named() {
		named[f.Path] = true
	}
	return !slices.ContainsFunc(spans, func(s Span) bool { return !named[s.Path] })
}

// After is the spans without their first n rows.
func After(spans []Span, n int64) []Span {
	var out []Span
	for _, s := range spans {
		skip := min(n, s.Rows)
		n -= skip
		if s.Rows > skip {
			out = append(out, Span{s.Path, s.From + skip, s.Rows - skip})
		}
	}
	return out
}

// saidPath is a file that names the last version whose STATE is known to be
// out. No lock has its name: those of pipelines do not start with a dot.
func saidPath(pipeline string) string { return path.Join(locksDir, ".said-"+EncodeName(pipeline)) }

// InDoubt reports whether the pipeline's last load may have died between its
// commit and its STATE. It reads what the last run left; call it before Said.
func (l *Lake) InDoubt() (bool, error) {
	loaded := l.Manifest().Pipelines[l.pipeline].Loaded
	data, err := ReadFile(l.fs, saidPath(l.pipeline))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	// Whatever else stands there, it does not say that all is well.
	return loaded > 0 && strings.TrimSpace(string(data)) != loaded.String(), err
}

// Said notes that the STATE of the pipeline's last load is out.
func (l *Lake) Said() error {
	loaded := l.Manifest().Pipelines[l.pipeline].Loaded
	if loaded == 0 || l.err != nil {
		return nil
	}
	return WriteAtomic(l.fs, saidPath(l.pipeline), []byte(loaded.String()+"\n"))
}
