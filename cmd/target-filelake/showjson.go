package main

import (
	"encoding/json"
	"io"
	"time"

	"target-filelake/lake"
)

// shownLake is what show --json prints of a lake.
type shownLake struct {
	Lake      string                     `json:"lake"`    // absolute path
	Version   lake.Version               `json:"version"` // 0: nothing is committed
	Committed *time.Time                 `json:"committed,omitempty"`
	Pipeline  string                     `json:"pipeline,omitempty"` // that committed it
	States    map[string]json.RawMessage `json:"states"`             // the last of each pipeline
	Streams   []shownStream              `json:"streams"`
}

// shownStream is what show --json prints of a stream; of one that is asked for by
// name, with columns and files.
type shownStream struct {
	Stream      string          `json:"stream"`
	Table       string          `json:"table"`     // its view
	Directory   string          `json:"directory"` // in the lake
	Pipeline    string          `json:"pipeline"`
	Key         []string        `json:"key"`
	Rows        int64           `json:"rows"`
	Superseded  int64           `json:"superseded"`
	Rejected    int64           `json:"rejected"`
	Files       int             `json:"files"`
	Bytes       int64           `json:"bytes"`
	PartitionBy []string        `json:"partition_by"`
	Replication string          `json:"replication_method,omitempty"`
	Bookmarks   []string        `json:"bookmark_properties,omitempty"`
	Columns     []shownColumn   `json:"columns,omitempty"`
	DataFiles   []shownFile     `json:"data_files,omitempty"`
	DeleteFiles []shownFile     `json:"delete_files,omitempty"`
	State       json.RawMessage `json:"state,omitempty"` // the last of its pipeline
}

type shownColumn struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	FieldID  int32  `json:"field_id"`
	Property string `json:"property"`
}

type shownFile struct {
	Path   string `json:"path"` // in the lake
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

func shownLakeOf(root string, m *lake.Manifest) shownLake {
	out := shownLake{Lake: root, Version: m.Version, Pipeline: m.Pipeline, States: map[string]json.RawMessage{}, Streams: []shownStream{}}
	if m.Version > 0 {
		out.Committed = &m.Committed
	}
	for name, p := range m.Pipelines {
		if p.State != nil {
			out.States[name] = json.RawMessage(*p.State)
		}
	}
	for _, stream := range m.Streams() {
		out.Streams = append(out.Streams, shownStreamOf(m.Tables[stream]))
	}
	return out
}

func shownStreamOf(t *lake.Table) shownStream {
	dead, files, bytes := totals(t)
	return shownStream{
		Stream: t.Stream, Table: t.View().String(), Directory: t.Dir, Pipeline: t.Owner, Key: append([]string{}, t.Key...), Rows: t.Rows(),
		Superseded: dead, Rejected: t.Rejected(), Files: files, Bytes: bytes, PartitionBy: append([]string{}, t.PartitionBy...),
		Replication: t.Replication, Bookmarks: t.Bookmarks,
	}
}

// whole is a stream with columns, files and STATE.
func (s shownStream) whole(t *lake.Table, m *lake.Manifest) shownStream {
	for i := range t.Schema().Columns {
		c := &t.Schema().Columns[i]
		s.Columns = append(s.Columns, shownColumn{c.Name, typeText(c), c.ID, c.Property})
	}
	for _, f := range t.Files {
		s.DataFiles = append(s.DataFiles, shownFile{f.Path, f.Rows, f.Bytes, f.SHA256})
	}
	for _, f := range t.Deletes {
		s.DeleteFiles = append(s.DeleteFiles, shownFile{f.Path, f.Rows, f.Bytes, f.SHA256})
	}
	if p, ok := m.Pipelines[t.Owner]; ok && p.State != nil {
		s.State = json.RawMessage(*p.State)
	}
	return s
}

func printShown(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
