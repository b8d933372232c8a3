package lake

import (
	"fmt"
	"time"

	"target-filelake/lake/columns"
)

// Version counts the commits of a lake, from 1.
type Version uint64

// String is fixed width, so names sort in commit order.
func (v Version) String() string { return fmt.Sprintf("%020d", uint64(v)) }

// Manifest is one version of the lake: everything that exists in it. It is
// never changed once published.
type Manifest struct {
	Version   Version
	Committed time.Time
	Pipeline  string              // whose commit it was
	Operation Operation           // what the commit was for
	Changes   []StreamChange      // what the commit did, by stream
	Pipelines map[string]Pipeline // by name
	Tables    map[string]*Table   // by stream
	Retired   []Retired           // files that this version does not name but older ones do

	digest     string              // SHA-256 of the root manifest's body, lower-case hex; "" in version 0
	previous   string              // digest of the version before; "" in version 1
	refs       map[string]tableRef // where each table's manifest stands
	retiredRef tableRef            // where Retired stands; File is "" if it is empty
	horizon    horizon             // as it was when the manifest was read
}

// Operation is what a commit was for.
type Operation string

// The operations there are.
const (
	OpLoad     Operation = "load"
	OpRollback Operation = "rollback"
	OpReset    Operation = "reset"
	OpCompact  Operation = "compact"
)

// StreamChange is what a commit did to one stream.
type StreamChange struct {
	Stream     string `json:"stream"`
	Rows       int64  `json:"rows,omitempty"`       // that came in, those an early stop cut off among them
	Superseded int64  `json:"superseded,omitempty"` // by later rows, or cut off
	Live       int64  `json:"live"`                 // afterwards
	Files      int    `json:"files,omitempty"`      // that it names and the version before did not
	Bytes      int64  `json:"bytes,omitempty"`      // of these
	Retired    int    `json:"retired,omitempty"`    // files that it no longer names
}

// tableRef finds one table's manifest in a file of tablesDir.
type tableRef struct {
	File   string `json:"file"`
	Offset int64  `json:"offset"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Pipeline is one tap's position in the lake.
type Pipeline struct {
	ID      string    `json:"id"`              // starts the name of every file it writes
	State   *string   `json:"state,omitempty"` // last committed STATE value, the tap's own bytes; nil: none yet
	Version Version   `json:"version"`         // its last commit
	Batches uint64    `json:"batches"`         // batches it has committed
	Loaded  Version   `json:"loaded"`          // its last commit of a tap's rows
	First   string    `json:"first"`           // SHA-256 of the tap's first STATE in that commit, lower-case hex; "": none
	Rejects Recurring `json:"rejects"`
}

// Table is one stream in one version of the lake.
type Table struct {
	Stream      string            `json:"stream"`
	ViewSchema  string            `json:"schema,omitempty"` // of its view; "": main
	Name        string            `json:"name"`             // of its view; unique in its schema, case folded
	Wanted      string            `json:"wanted,omitempty"` // what Name was to be, where another view had it; "": Name
	Dir         string            `json:"dir"`              // its directory, relative to the lake
	Owner       string            `json:"owner"`            // name of the pipeline that loads it
	Key         []string          `json:"key,omitempty"`    // key_properties; none: rows are appended
	Bookmarks   []string          `json:"bookmark_properties,omitempty"`
	Replication string            `json:"replication_method,omitempty"`
	PartitionBy []string          `json:"partition_by,omitempty"`
	NextID      int32             `json:"next_id"`    // first field id not yet given
	Schemas     []*columns.Schema `json:"schemas"`    // by id; the last is the table's schema now
	RowsIn      int64             `json:"rows_in"`    // rows that ever came in
	Superseded  int64             `json:"superseded"` // of them, by later ones, by a newer generation or by an early stop
	Files       []DataFile        `json:"files,omitempty"`
	Deletes     []DeleteFile      `json:"deletes,omitempty"`
	Active      int64             `json:"active_version,omitempty"` // newest ACTIVATE_VERSION; 0: none yet
	Pending     []Generation      `json:"pending,omitempty"`        // by version, all newer than Active
	Appends     bool              `json:"appends,omitempty"`        // a key may have several rows: it was loaded with append-only
	Resend      *Resend           `json:"resend,omitempty"`         // of a table without a key
	Rejects     []RejectFile      `json:"rejects,omitempty"`
	Message     []byte            `json:"message,omitempty"` // the stream's newest SCHEMA, from a Packer
}

// Schema is the table's schema now.
func (t *Table) Schema() *columns.Schema { return t.Schemas[len(t.Schemas)-1] }

// Rows counts the live rows.
func (t *Table) Rows() int64 {
	var n int64
	for i := range t.Files {
		n += t.Files[i].Rows
	}
	for i := range t.Deletes {
		n -= t.Deletes[i].Rows
	}
	return n
}

// KeyRange is that of a column, by its field id; nil if the manifest tells none.
func (f *DataFile) KeyRange(id int32) *columns.Range {
	for i := range f.Keys {
		if f.Keys[i].ID == id {
			return &f.Keys[i]
		}
	}
	return nil
}

// DataFile is a Parquet file of rows, some of which deletes may supersede.
type DataFile struct {
	Path   string `json:"path"`   // relative to the lake, slash separated
	Schema int    `json:"schema"` // id in Table.Schemas
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // lower-case hex
	// Generation is the version of the tap's full table the rows are of; 0: none.
	Generation int64 `json:"generation,omitempty"`
	Superseded int64 `json:"superseded,omitempty"` // of Rows, those that the table's delete files name
	// Keys are the ranges of the columns that were the key as the file was
	// written, in the order of its schema; those that have none are not here.
	Keys []columns.Range `json:"keys,omitempty"`
	// Partition is the directory of its partition below table/, as in
	// created_at_month=2026-11; empty: rows of any partition.
	Partition string `json:"partition,omitempty"`
	Sorted    bool   `json:"sorted,omitempty"` // its rows stand in the order of the key
}

// Live counts the rows that no delete file names.
func (f *DataFile) Live() int64 { return f.Rows - f.Superseded }

// LiveBytes is the share of its bytes that live rows take.
func (f *DataFile) LiveBytes() int64 {
	if f.Rows == 0 {
		return 0
	}
	return int64(float64(f.Bytes) * float64(f.Live()) / float64(f.Rows))
}

// DeleteFile is a Parquet file of positions of superseded rows: file_path
// (string, a DataFile's Path) and pos (int64, from 0), both required, sorted. No
// position stands in two delete files of a version.
type DeleteFile struct {
	Path   string `json:"path"`
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}
