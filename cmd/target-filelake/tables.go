package main

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"

	"target-filelake/ingest"
	"target-filelake/ingest/mapping"
	"target-filelake/ingest/schema"
	"target-filelake/ingest/selection"
	"target-filelake/lake"
	"target-filelake/lake/columns"
)

// tables knows, while lines are still to be decoded, what each stream's table
// will look like. It belongs to the reading goroutine.
type tables struct {
	root     string // of the lake
	pipeline string
	options  ingest.Options
	streams  streamsConfig
	log      *slog.Logger
	typos    *typos         // nil: names are not looked at
	known    *lake.Manifest // as the run began
	now      map[string]*table
	plans    ingest.Plans // by stream; replaced, not changed, once a block has it
	lent     bool         // a block has plans
	packer   lake.Packer
	adopt    bool // tables of other pipelines too
	frozen   bool // no SCHEMA may change a table
	catalog  *selection.Catalog
	maps     *mapping.Maps
	routed   map[string][]string // by the tap's streams, what they are loaded as; those that are themselves are not here
	sources  map[string]string   // the tap's streams, by what they are loaded as
	method   MethodFlags
	names    NameFlags
	spelt    spelt
	// replaying is set where rejects come: no table is replaced by them.
	replaying bool
	// beyond are the columns of a stream with integers that a double might
	// round; it waits for the blocks under way.
	beyond func(stream string) (map[int32]bool, error)
	// deleted reports, in the same way, whether rows of this run have said
	// when they were deleted without being asked.
	deleted func(stream string) (bool, error)
}

// table is what a SCHEMA makes of a stream's table.
type table struct {
	method
	plan        *ingest.Plan
	active      int64 // version of the rows that readers see as the run begins
	bookmarks   []string
	replication string
	partitionBy []string
	view        lake.View // no name: as it is
	nextID      int32
	message     []byte // the SCHEMA, packed
}

func newTables(m *lake.Manifest, pipeline string, o ingest.Options, s streamsConfig, log *slog.Logger) *tables {
	return &tables{pipeline: pipeline, options: o, streams: s, log: log, known: m, now: map[string]*table{}, plans: ingest.Plans{},
		routed: map[string][]string{}, sources: map[string]string{}, spelt: newSpelt(m)}
}

// lend gives the plans to a block; they stay as they are.
func (t *tables) lend() ingest.Plans {
	t.lent = true
	return t.plans
}

// follow works out what comes after a block's lines. The block is with the
// decoders already: what its rows hold may decide.
func (t *tables) follow(j *job) {
	m := j.then
	if m != nil && m.Activate != nil {
		j.streams, j.activate = t.targets(m.Activate.Stream), m.Activate.Version
	}
	if m != nil && m.Schema != nil {
		if j.tables, j.fault = t.route(m.Schema); j.fault != nil {
			j.fault = atLine(m.Line, j.fault)
		}
		j.streams = t.targets(m.Schema.Stream)
	}
}

// take works out what a SCHEMA changes in the table of its stream, of whose
// properties sel are wanted.
func (t *tables) take(m *ingest.SchemaMessage, sel *selection.Selection) (*table, error) {
	if t.typos != nil && t.now[m.Stream] == nil {
		t.typos.typed(m)
	}
	how := t.methodOf(m)
	options := t.options
	options.Deleted = options.Deleted || how.deletes
	options.Types, options.Selection = t.streams.of(m.Stream).Types, sel
	shape, err := ingest.Compile(m, options)
	if err != nil {
		return nil, err
	}
	if err := how.check(m, shape); err != nil {
		return nil, err
	}
	cur, nextID, err := t.current(m, how)
	if err != nil {
		return nil, err
	}
	t.warnAgain(m, how)
	schema, nextID, err := t.evolve(m, how.key, cur, nextID, shape.Columns())
	if err != nil {
		return nil, t.freed(m.Stream, fmt.Errorf("stream %q: %w", m.Stream, err))
	}
	if t.frozen && cur != nil && cur != schema {
		return nil, frozenError(m.Stream, cur, schema)
	}
	partitionBy, err := t.streams.partitionBy(m, schema)
	if err != nil {
		return nil, err
	}
	view, err := t.viewOf(m.Stream)
	if err != nil {
		return nil, err
	}
	message, err := m.Encode()
	if err != nil {
		return nil, err
	}
	next := &table{
		method: how, plan: ingest.Bind(m, shape, schema, options), bookmarks: m.Bookmarks,
		replication: m.Replication, partitionBy: partitionBy, view: view, nextID: nextID, message: t.packer.Pack(message),
	}
	if old := t.known.Tables[m.Stream]; old != nil {
		next.active = old.Active
	}
	t.warnOf(m.Stream, shape, next, cur == nil)
	t.now[m.Stream] = next
	t.log.Debug("SCHEMA compiled", "stream", m.Stream, "columns", len(schema.Columns), "load_method", how.name(), "key", how.key,
		"table", tableFate(cur, schema), rowType("SCHEMA"))
	return next, nil
}

// warnOf says what a SCHEMA, the first of its stream in the run, makes of values that
// its tap or its user may not expect; anew: there is no table of that name yet.
func (t *tables) warnOf(stream string, shape *schema.Shape, next *table, anew bool) {
	if rounded := shape.Rounded(); len(rounded) > 0 && t.now[stream] == nil {
		t.log.Warn("numbers with more digits than a decimal holds are stored as doubles", "stream", stream, "properties", rounded)
	}
	if wider := next.plan.Wider(); len(wider) > 0 && t.now[stream] == nil {
		t.log.Warn("columns keep a wider type than is set for them: the lake has them as another; to change that, drop the stream and load it from its beginning: "+t.reset(stream),
			"stream", stream, "properties", wider)
	}
	if twin := t.spelt.twin(stream); anew && twin != "" {
		t.log.Warn("another stream's name looks the same: its accents are spelt otherwise in Unicode; the two are two tables", "stream", strconv.QuoteToASCII(stream), "other", strconv.QuoteToASCII(twin))
	}
}

// tableFate words what a SCHEMA does to a table.
func tableFate(before, after *columns.Schema) string {
	switch {
	case before == nil:
		return "new"
	case before.Equal(after):
		return "stays"
	}
	return "changes"
}

// plan makes p the plan of the records of a stream.
func (t *tables) plan(stream string, p *ingest.Plan) {
	if t.lent {
		t.plans, t.lent = maps.Clone(t.plans), false
	}
	t.plans[stream] = p
}

// evolve lays the columns a SCHEMA asks for over the table's schema. An integer
// column becomes a double only if that rounds none of its values, else text.
func (t *tables) evolve(m *ingest.SchemaMessage, key []string, cur *columns.Schema, nextID int32, want []columns.Column) (*columns.Schema, int32, error) {
	cur, err := t.withDeleted(m.Stream, cur, want)
	if err != nil {
		return nil, 0, err
	}
	e := columns.Evolver{NextID: nextID, Key: key}
	next, err := e.Evolve(cur, want)
	if err != nil || cur == nil || len(doubled(cur, next)) == 0 {
		if err == nil {
			t.warnOfText(m.Stream, cur, next, want, nil)
		}
		return next, e.NextID, err
	}
	if e.Beyond, err = t.beyond(m.Stream); err != nil {
		return nil, 0, err
	}
	e.NextID = nextID
	exact, err := e.Evolve(cur, want)
	if err != nil {
		return nil, 0, err
	}
	rounded := missing(doubled(cur, next), doubled(cur, exact))
	if len(rounded) > 0 {
		t.log.Warn("integers beyond 2^53 are stored, which a double would round: the column becomes text",
			"stream", m.Stream, "properties", rounded)
	}
	t.warnOfText(m.Stream, cur, exact, want, rounded)
	return exact, e.NextID, err
}

// missing are the names of all that some lacks.
func missing(all, some []string) []string {
	return slices.DeleteFunc(all, func(s string) bool { return slices.Contains(some, s) })
}

// current is the schema a SCHEMA is laid over: this run's, the lake's, or none.
func (t *tables) current(m *ingest.SchemaMessage, how method) (*columns.Schema, int32, error) {
	if now := t.now[m.Stream]; now != nil {
		return now.plan.Schema(), now.nextID, t.sameKey(how, m, now.key)
	}
	old := t.known.Tables[m.Stream]
	if old == nil {
		return nil, 1, nil
	}
	if old.Owner != t.pipeline && !t.adopt {
		return nil, 0, remedied(&lake.OwnerError{Stream: m.Stream, Owner: old.Owner})
	}
	return old.Schema(), old.NextID, t.sameKey(how, m, old.Key)
}

// sameKey refuses another key than the table has, unless its rows go anyway.
func (t *tables) sameKey(how method, m *ingest.SchemaMessage, key []string) error {
	if how.replace || slices.Equal(slices.Sorted(slices.Values(how.key)), slices.Sorted(slices.Values(key))) {
		return nil // the order of its columns makes no other key
	}
	return inputError{fmt.Errorf("stream %q: key_properties are %q, the table's are %q; to load it with another key, drop it first: %s", m.Stream, how.key, key, t.reset(m.Stream))}
}

// freed adds to a fault of a key's type what frees the key.
func (t *tables) freed(stream string, err error) error {
	if !is[*columns.KeyError](err) {
		return err
	}
	return fmt.Errorf("%w; to load it so, drop it first: %s", err, t.reset(stream))
}

// reset is the command that drops a stream.
func (t *tables) reset(stream string) string {
	return "target-filelake reset --lake " + shellQuote(t.root) + " " + shellQuote(stream)
}
