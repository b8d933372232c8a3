package ingest

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"target-filelake/ingest/text"
)

// Message changes how the lines after it are read: one of its pointers is set.
type Message struct {
	Line     int64
	Schema   *SchemaMessage
	Activate *ActivateVersion
	Batch    *BatchMessage
}

// SchemaMessage is a SCHEMA: what a stream's records look like from here on.
type SchemaMessage struct {
	Line         int64
	Stream       string
	Key          []string // key_properties, each once
	Bookmarks    []string // bookmark_properties
	Replication  string   // replication_method; "" if not said
	Unique       []string // unique_constraints: replaces the key for matching
	Conflict     string   // unique_conflict_method; "" if not said
	Partition    []string // partition_keys: columns that files are divided by
	DisableCheck bool     // disable_column_type_check: only what a column cannot hold is refused
	JSON         []byte   // the value of "schema"
}

// ActivateVersion is an ACTIVATE_VERSION.
type ActivateVersion struct {
	Stream  string
	Version int64
}

type kind byte

const (
	badLine kind = iota
	skippedLine
	recordLine
	stateLine
	schemaLine
	activateLine
	batchLine
)

// kinds of message by their upper-case type.
var kinds = map[string]kind{
	"RECORD": recordLine, "STATE": stateLine, "SCHEMA": schemaLine,
	"ACTIVATE_VERSION": activateLine, "BATCH": batchLine, "LOG": skippedLine,
}

// classify says what a line is. Taps mostly write the type first, so most of
// a RECORD is not looked at here.
func classify(s *text.Scanner, b []byte) (k kind, why string) {
	switch {
	case text.Has(b, 0, `{"type":"RECORD"`), text.Has(b, 0, `{"type": "RECORD"`):
		return recordLine, ""
	case text.Has(b, 0, `{"type":"STATE"`), text.Has(b, 0, `{"type": "STATE"`):
		return stateLine, ""
	}
	i := s.Space(b, 0)
	if i == len(b)-1 {
		return skippedLine, ""
	}
	if b[i] == '{' {
		return typeIn(s, b, i)
	}
	s.Depth, why = 0, "not a JSON object"
	if s.Value(b, i) < 0 {
		why = s.Malformed()
	}
	if logged.Match(b[i:min(len(b), i+longestLead)]) {
		why += "; it looks like a log, which belongs on stderr"
	}
	return badLine, why
}

// logged is how lines of logs begin: a time or a level, maybe in brackets, a word and
// a colon, or words.
var logged = regexp.MustCompile(`^[\[(<]?(?:\d{4}[-/.]\d\d[-/.]\d\d|\d\d:\d\d:\d\d|[A-Za-z][\w.-]*[\])>]?(?:: | (?:- |[A-Za-z(\[{"'0-9])))|^(?:[A-Z]{4,}|[a-z]+(?:\.\w+)+)\b`)

// longestLead bounds what is looked at for that.
const longestLead = 80

// typeIn looks for the type of the message that starts at b[i].
func typeIn(s *text.Scanner, b []byte, i int) (k kind, why string) {
	var logs int // properties of Mage's log lines seen
	others := 0
	i = s.Space(b, i+1)
	for b[i] != '}' {
		name, _, at := s.Key(b, i)
		if at < 0 {
			return badLine, s.Malformed()
		}
		s.Depth = 1
		if i = s.Value(b, at); i < 0 {
			return badLine, s.Malformed()
		}
		switch string(name) {
		case "type":
			return kindOf(b[at:i])
		case "level", "message":
			logs++
		default:
			others++
		}
		i = s.Space(b, i)
		if b[i] == ',' {
			i = s.Space(b, i+1)
		} else if b[i] != '}' {
			s.Fail(i, "want , or } after a property")
			return badLine, s.Malformed()
		}
	}
	if s.AtEnd(b, i+1) < 0 {
		return badLine, s.Malformed()
	}
	if logs == 2 && others == 0 {
		return skippedLine, ""
	}
	return badLine, "message without a type"
}

func kindOf(value []byte) (k kind, why string) {
	if value[0] != '"' {
		return badLine, "message type is not a string"
	}
	name := strings.ToUpper(string(text.Unescape(nil, value[1:len(value)-1])))
	if k, ok := kinds[name]; ok {
		return k, ""
	}
	return badLine, "unknown message type " + strconv.Quote(name)
}

// sameSchemas knows the last SCHEMA line of each stream by its hash.
type sameSchemas struct {
	last map[string][sha256.Size]byte
	all  map[[sha256.Size]byte]struct{}
}

func newSameSchemas() sameSchemas {
	return sameSchemas{last: map[string][sha256.Size]byte{}, all: map[[sha256.Size]byte]struct{}{}}
}

func (s *sameSchemas) note(stream string, sum [sha256.Size]byte) {
	delete(s.all, s.last[stream])
	s.last[stream] = sum
	s.all[sum] = struct{}{}
}

// readMessage reads a line that is neither RECORD nor STATE. A SCHEMA that is,
// byte for byte, the last one of its stream is no message.
func readMessage(s *text.Scanner, k kind, b []byte, number int64, seen *sameSchemas) (*Message, error) {
	sum := sha256.Sum256(b)
	if _, same := seen.all[sum]; same && k == schemaLine {
		return nil, nil
	}
	if !s.WellFormed(b) {
		return nil, &LineError{Line: number, Reason: s.Malformed()}
	}
	m := &Message{Line: number}
	var err error
	switch k {
	case activateLine:
		m.Activate, err = activateMessage(b)
	case batchLine:
		m.Batch, err = batchMessage(b)
	default:
		m.Schema, err = schemaMessage(b, number)
	}
	if err != nil {
		return nil, &LineError{Line: number, Reason: err.Error()}
	}
	if m.Schema != nil {
		seen.note(m.Schema.Stream, sum)
	}
	return m, nil
}

func activateMessage(text []byte) (*ActivateVersion, error) {
	var w struct {
		Stream  *string
		Version json.RawMessage
	}
	if err := decodeMessage(text, "ACTIVATE_VERSION", map[string]any{"stream": &w.Stream, "version": &w.Version}); err != nil {
		return nil, err
	}
	if err := checkStream("ACTIVATE_VERSION", w.Stream); err != nil {
		return nil, err
	}
	var version int64
	if json.Unmarshal(w.Version, &version) != nil || string(w.Version) == "null" {
		return nil, fmt.Errorf("ACTIVATE_VERSION of stream %s without an integer version", strconv.Quote(*w.Stream))
	}
	return &ActivateVersion{Stream: *w.Stream, Version: version}, nil
}

func schemaMessage(text []byte, number int64) (*SchemaMessage, error) {
	m := &SchemaMessage{Line: number}
	var stream, replication, conflict *string
	var disable *bool
	var schema json.RawMessage
	fields := map[string]any{
		"stream": &stream, "schema": &schema,
		"key_properties": &m.Key, "bookmark_properties": &m.Bookmarks,
		"replication_method": &replication, "unique_constraints": &m.Unique,
		"unique_conflict_method": &conflict, "disable_column_type_check": &disable, "partition_keys": &m.Partition,
	}
	if err := decodeMessage(text, "SCHEMA", fields); err != nil {
		return nil, err
	}
	if err := checkStream("SCHEMA", stream); err != nil {
		return nil, err
	}
	if schema == nil {
		return nil, fmt.Errorf("SCHEMA of stream %s without a schema", strconv.Quote(*stream))
	}
	m.Stream, m.JSON = *stream, schema
	m.Key, m.Partition = once(m.Key), once(m.Partition)
	m.DisableCheck = disable != nil && *disable
	if replication != nil {
		m.Replication = *replication
	}
	if conflict != nil {
		m.Conflict = *conflict
	}
	return m, nil
}

// Encode renders m as a SCHEMA message on one line.
func (m *SchemaMessage) Encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(struct {
		Type         string          `json:"type"`
		Stream       string          `json:"stream"`
		Key          []string        `json:"key_properties"`
		Bookmarks    []string        `json:"bookmark_properties,omitempty"`
		Replication  string          `json:"replication_method,omitempty"`
		Unique       []string        `json:"unique_constraints,omitempty"`
		Conflict     string          `json:"unique_conflict_method,omitempty"`
		Partition    []string        `json:"partition_keys,omitempty"`
		DisableCheck bool            `json:"disable_column_type_check,omitempty"`
		Schema       json.RawMessage `json:"schema"`
	}{"SCHEMA", m.Stream, m.Key, m.Bookmarks, m.Replication, m.Unique, m.Conflict, m.Partition, m.DisableCheck, m.JSON})
	return b.Bytes(), err
}

// decodeMessage reads the wanted properties of a message, by their exact names.
func decodeMessage(text []byte, typ string, want map[string]any) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return fmt.Errorf("%s: malformed JSON", typ)
	}
	for name, to := range want {
		if v, ok := raw[name]; ok && json.Unmarshal(v, to) != nil {
			return fmt.Errorf("%s: %s is of the wrong type", typ, name)
		}
	}
	return nil
}

// checkStream refuses names that no file or view could carry.
func checkStream(typ string, stream *string) error {
	switch {
	case stream == nil:
		return fmt.Errorf("%s without a stream", typ)
	case *stream == "":
		return fmt.Errorf("%s with an empty stream name", typ)
	case text.BadName(*stream):
		return fmt.Errorf("%s: NUL or line break in the stream name %s", typ, strconv.Quote(*stream))
	}
	return nil
}

// once drops repeated names.
func once(names []string) []string {
	var out []string
	for _, n := range names {
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}
