package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"slices"
	"sync"
)

// mageHandler writes log lines as the logger of Mage's integrations does: one
// object a line, its attributes under tags. Mage passes over lines without type LOG
// and tags, and takes a line of level ERROR for the end of the run: a load says one at most.
type mageHandler struct {
	level slog.Level
	mu    *sync.Mutex
	w     io.Writer
	// outer are the groups that are open: a first one without a name, for tags
	// themselves, each with the attributes that it begins with.
	outer []slog.Attr
}

func newMageHandler(w io.Writer, level slog.Level) *mageHandler {
	return &mageHandler{level: level, mu: &sync.Mutex{}, w: w, outer: []slog.Attr{slog.Group("")}}
}

// mageLine is a line as Mage's logger has it.
type mageLine struct {
	Caller    string         `json:"caller"`
	Level     string         `json:"level"`
	Message   string         `json:"message"`
	Tags      map[string]any `json:"tags"`
	Timestamp int64          `json:"timestamp,omitempty"` // Unix seconds
	Type      string         `json:"type"`
	UUID      string         `json:"uuid"`
}

// mageLevels are the names that Python has for levels.
var mageLevels = map[slog.Level]string{
	slog.LevelDebug: "DEBUG", slog.LevelInfo: "INFO", slog.LevelWarn: "WARNING", slog.LevelError: "ERROR",
}

// Enabled reports whether a level is written.
func (h *mageHandler) Enabled(_ context.Context, level slog.Level) bool { return level >= h.level }

// Handle writes a line.
func (h *mageHandler) Handle(_ context.Context, r slog.Record) error {
	var attrs []slog.Attr
	r.Attrs(func(a slog.Attr) bool { attrs = append(attrs, a); return true })
	for _, g := range slices.Backward(h.outer) {
		attrs = []slog.Attr{{Key: g.Key, Value: slog.GroupValue(append(slices.Clone(g.Value.Group()), attrs...)...)}}
	}
	tags := map[string]any{}
	addTags(tags, attrs)
	nameTags(tags)
	var id [16]byte
	_, _ = rand.Read(id[:]) // it never fails
	line := mageLine{"target-filelake", mageLevels[r.Level], r.Message, tags, 0, "LOG", hex.EncodeToString(id[:])}
	if !r.Time.IsZero() {
		line.Timestamp = r.Time.Unix()
	}
	data, err := json.Marshal(line)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err = h.w.Write(append(data, '\n'))
	return err
}

// WithAttrs adds attributes to each line from now on.
func (h *mageHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	out := *h
	out.outer = slices.Clone(h.outer)
	last := &out.outer[len(out.outer)-1]
	last.Value = slog.GroupValue(append(slices.Clone(last.Value.Group()), attrs...)...)
	return &out
}

// WithGroup opens a group: what comes after it stands inside.
func (h *mageHandler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	out := *h
	out.outer = append(slices.Clip(h.outer), slog.Group(name))
	return &out
}

// addTags puts attributes into an object.
func addTags(to map[string]any, attrs []slog.Attr) {
	for _, a := range attrs {
		v := a.Value.Resolve()
		switch {
		case v.Kind() == slog.KindGroup && a.Key == "":
			addTags(to, v.Group())
		case v.Kind() == slog.KindGroup:
			if inner := map[string]any{}; len(v.Group()) > 0 {
				if addTags(inner, v.Group()); len(inner) > 0 {
					to[a.Key] = inner
				}
			}
		case a.Equal(slog.Attr{}):
		default:
			to[a.Key] = tagOf(v)
		}
	}
}

func tagOf(v slog.Value) any {
	if v.Kind() == slog.KindDuration {
		return v.Duration().Seconds()
	}
	if err, ok := v.Any().(error); ok {
		return err.Error()
	}
	return v.Any()
}

// nameTags gives what we say of a batch the names that Mage has for it.
func nameTags(tags map[string]any) {
	rename := func(ours, mages string) {
		if v, ok := tags[ours]; ok {
			tags[mages] = v
			delete(tags, ours)
		}
	}
	rename("rows", "records")
	if tags["batch"] != nil {
		rename("bytes", "batch_byte_size")
	}
}
