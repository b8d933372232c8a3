package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"target-filelake/ingest"
	"target-filelake/ingest/schema"
	"target-filelake/lake/columns"
	"target-filelake/merge"
)

// Load methods, as configuration names them.
const (
	upsert     = "upsert"
	appendOnly = "append-only"
	overwrite  = "overwrite"
	auto       = "auto"
)

// Further values of settings.
const (
	updateConflicts = "UPDATE"
	ignoreConflicts = "IGNORE"
	rowHash         = "row_hash"
)

// MethodFlags say how rows go into tables, where nothing is set for a stream.
type MethodFlags struct {
	LoadMethod           string `help:"upsert: a row replaces the one of its key, rows without a key are appended; append-only; overwrite: a run's rows replace all before; auto: overwrite for FULL_TABLE streams, else upsert." enum:"upsert,append-only,overwrite,auto" default:"upsert"`
	UniqueConflictMethod string `help:"Of two rows of a key, UPDATE keeps the later one, IGNORE the one that is there." enum:"UPDATE,IGNORE" default:"UPDATE"`
	OrderBy              string `help:"Of two rows of a key the one with the greater value in this column stays; bookmark_properties: the SCHEMA's first one." placeholder:"COLUMN"`
	HardDelete           bool   `help:"A row with _sdc_deleted_at is removed; without, it stays and says so." default:"false"`
	Dedupe               string `help:"row_hash: a row of a stream without a key is not added if the table has it already." enum:"none,row_hash" default:"none"`
	ActivateVersions     bool   `name:"process-activate-version-messages" help:"Rows of a new version stay unseen until its ACTIVATE_VERSION, which drops those of older ones." default:"true" negatable:""`
}

var loadMethods = []string{upsert, appendOnly, overwrite, auto}

// method is how a stream's rows go into its table.
type method struct {
	key      []string // what tells rows apart: unique_constraints, else key_properties
	appends  bool     // rows of one key stay beside one another
	replace  bool     // the run's rows take the place of all before
	versions bool     // rows wait for the ACTIVATE_VERSION of their version
	conflict merge.Conflict
	orderBy  string // column whose greatest value tells the newest row of a key; "": the last to come is
	bookmark bool   // orderBy is the SCHEMA's
	deletes  bool   // rows that say they were deleted go
	dedupe   bool   // without a key: a row that the table has already is not added
}

// columnsOf are the columns of a batch that its merge looks at.
func (m *method) columnsOf(s *columns.Schema) (key []columns.Column, order, deleted *columns.Column) {
	for _, property := range m.key {
		key = append(key, *s.Column(property))
	}
	if m.appends {
		key = nil
	}
	if m.dedupe {
		key = ownColumns(s)
	}
	if m.orderBy != "" {
		order = s.Column(m.orderBy)
	}
	if m.deletes {
		deleted = s.Column(schema.DeletedAt)
	}
	return key, order, deleted
}

// keyIDs are the field ids of the key's columns.
func (m *method) keyIDs(s *columns.Schema) []int32 {
	var out []int32
	for _, property := range m.key {
		if c := s.Column(property); c != nil {
			out = append(out, c.ID)
		}
	}
	return out
}

// repeats reports whether rows may come twice and leave the same table.
func (m *method) repeats() bool { return m.merges() || m.dedupe }

// name is the load method that m comes to.
func (m *method) name() string {
	switch {
	case m.replace:
		return overwrite
	case m.merges():
		return upsert
	}
	return appendOnly
}

// merges reports whether a row replaces the one of its key.
func (m *method) merges() bool { return len(m.key) > 0 && !m.appends }

// methodOf decides how a stream is loaded, by what is set for it and by what
// its SCHEMA says.
func (t *tables) methodOf(m *ingest.SchemaMessage) method {
	out := method{key: m.Key}
	if len(m.Unique) > 0 {
		out.key = m.Unique
	}
	set := cmp.Or(t.streams.of(m.Stream).LoadMethod, t.method.LoadMethod)
	if set == auto {
		set = upsert
		if m.Replication == "FULL_TABLE" {
			set = overwrite
		}
	}
	out.appends = set == appendOnly
	out.replace = set == overwrite && !t.replaying
	out.versions = t.method.ActivateVersions && set != overwrite
	t.decide(&out, m)
	return out
}

// bookmarkProperties, as order_by, stands for the first of a SCHEMA's.
const bookmarkProperties = "bookmark_properties"

// decide settles which row of several stays.
func (t *tables) decide(out *method, m *ingest.SchemaMessage) {
	set := t.streams.of(m.Stream)
	if strings.EqualFold(cmp.Or(set.UniqueConflictMethod, m.Conflict, t.method.UniqueConflictMethod), ignoreConflicts) {
		out.conflict = merge.Ignore
	}
	out.orderBy = cmp.Or(set.OrderBy, t.method.OrderBy)
	if out.orderBy == bookmarkProperties {
		out.orderBy = ""
		if len(m.Bookmarks) > 0 {
			out.orderBy, out.bookmark = m.Bookmarks[0], true
		}
	}
	out.deletes = t.method.HardDelete
	if set.HardDelete != nil {
		out.deletes = *set.HardDelete
	}
	out.dedupe = cmp.Or(set.Dedupe, t.method.Dedupe) == rowHash && len(out.key) == 0
	switch {
	case out.dedupe:
		out.conflict = merge.Ignore
	case t.replaying && out.conflict == merge.Update:
		out.conflict = merge.Fill // live rows came later than any reject
	}
}

// check refuses a unique constraint or an order_by that no column can be;
// key_properties were checked with the SCHEMA.
func (how method) check(m *ingest.SchemaMessage, s *schema.Shape) error {
	cols := s.Columns()
	scalar := func(what, name string) error {
		i := slices.IndexFunc(cols, func(c columns.Column) bool { return c.Property == name })
		if i < 0 {
			return fmt.Errorf("stream %q: %s %q is not in the schema", m.Stream, what, name)
		}
		if k := cols[i].Kind; k == columns.JSON || k == columns.Struct || k == columns.List {
			return fmt.Errorf("stream %q: %s %q is not of a scalar type", m.Stream, what, name)
		}
		return nil
	}
	var errs []error
	for _, name := range m.Unique {
		errs = append(errs, scalar("unique constraint", name))
	}
	if how.orderBy != "" && how.bookmark {
		errs = append(errs, scalar("order_by", how.orderBy))
	}
	if err := errors.Join(errs...); err != nil {
		return inputError{err}
	}
	if how.orderBy == "" || how.bookmark {
		return nil
	}
	if err := scalar("order_by", how.orderBy); err != nil {
		return usageError{fmt.Errorf("%w; %s", err, suggestion(how.orderBy, scalarNames(cols)))}
	}
	return nil
}

// scalarNames are the properties by which rows can be ordered.
func scalarNames(cols []columns.Column) []string {
	var out []string
	for i := range cols {
		if k := cols[i].Kind; k != columns.JSON && k != columns.Struct && k != columns.List {
			out = append(out, cols[i].Property)
		}
	}
	return out
}

// warnAgain says, before it happens, that a keyless full table is appended to
// the rows it had.
func (t *tables) warnAgain(m *ingest.SchemaMessage, how method) {
	old := t.known.Tables[m.Stream]
	if m.Replication != "FULL_TABLE" || how.replace || how.repeats() || old == nil || old.Rows() == 0 || old.Active != 0 || t.now[m.Stream] != nil {
		return
	}
	t.log.Warn("a full table without a key is appended to the rows it has; load_method overwrite or auto replaces them", "stream", m.Stream)
}
