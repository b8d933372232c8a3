package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"target-filelake/ingest"
	"target-filelake/ingest/mapping"
	"target-filelake/ingest/schema"
	"target-filelake/lake/columns"
)

// LakeFlag is the lake a command works on.
type LakeFlag struct {
	Lake string `help:"Directory of the lake; made if missing." default:"./lake" aliases:"lake-path" placeholder:"DIR"`
}

// LoadCmd is the configuration of a load: one struct of facts, from files,
// environment and flags. A key of a file is a flag's name with _ for -.
type LoadCmd struct {
	LakeFlag `embed:""`
	Config   configFiles   `help:"Configuration file, JSON or YAML; of several, later ones win. ENV: the environment alone, with the file .env." short:"c" placeholder:"FILE" sep:"none"`
	Input    string        `help:"Read this file instead of stdin; - is stdin, .gz is decompressed." placeholder:"FILE" aliases:"input-file-path"`
	Format   string        `help:"Form of --about." enum:"text,json,markdown" default:"text" hidden:""`
	Pipeline string        `help:"Name of this tap's position in the lake." default:"default" placeholder:"NAME"`
	Wait     time.Duration `help:"Wait this long for another run of the pipeline to end; 0s: exit 75 at once." default:"0s" placeholder:"TIME"`
	Adopt    bool          `help:"Take over streams that belong to another pipeline, and let the pipeline's streams change altogether."`

	MethodFlags `embed:""`
	NameFlags   `embed:""`

	TestConnection bool `help:"Load nothing: test the lake's directory as the check command does, and exit 0 or 1."`
	TrustDisk      bool `help:"Take a FUSE or 9p file system for a local disk: you know that it keeps links, locks and syncs, and that no other host writes to the lake."`

	DryRun bool `help:"Read and check everything, write nothing: print rows, rejects, types and what the schemas would change."`
	JSON   bool `name:"json" help:"With --dry-run: as JSON."`

	MaximumBatchSizeMB  int           `name:"maximum-batch-size-mb" help:"Commit after this many MiB of records, at the next STATE; 0: 100, or 4 for each stream where many take turns, at most 400." default:"0" placeholder:"MIB"`
	BatchSizeRows       int           `help:"Commit after this many rows of one stream, at the next STATE; 0: off." default:"0" placeholder:"N"`
	BatchMaxAge         time.Duration `help:"Commit after this long, at the next STATE; 0s: off." default:"5m" placeholder:"TIME"`
	CommitAt            string        `help:"auto: if no STATE comes, commit keyed streams by age; state: always wait for one." enum:"auto,state" default:"auto"`
	CommitTail          string        `help:"Rows after the last STATE at the end of input: auto commits upserts, and appends if no STATE ever came; all; none." enum:"auto,all,none" default:"auto"`
	StateMerge          string        `help:"bookmarks: STATEs of a run add up by stream; replace: the newest alone." enum:"bookmarks,replace" default:"bookmarks"`
	ValidateRecords     bool          `help:"Check records against their SCHEMA; without, only a missing key and what no column can hold is refused." default:"true" negatable:""`
	OnInvalidRecord     string        `help:"A record that fails its check: fail ends the load; quarantine sets it aside in _lake/rejects, for replay." enum:"fail,quarantine" default:"fail"`
	MaxRejects          int           `help:"End the load after this many records in quarantine; 0: no limit." default:"0" placeholder:"N"`
	UnknownFields       string        `help:"Properties that no SCHEMA declares: extra keeps them in the JSON column _extra; ignore; fail. _sdc_deleted_at is a column of its own." enum:"extra,ignore,fail" default:"extra"`
	SchemaChanges       string        `help:"What a SCHEMA may do to a table that exists: evolve adds and widens columns; freeze refuses, with what would change." enum:"evolve,freeze" default:"evolve"`
	InvalidDates        string        `help:"Dates and times that no column can hold (year 0000, February 30, second 60): fail refuses the record; null stores NULL." enum:"fail,null" default:"fail"`
	Nested              string        `help:"Objects and arrays: struct keeps them as STRUCT and LIST; json as JSON text; flatten makes columns of objects' properties." enum:"struct,json,flatten" default:"struct"`
	FlatteningSeparator string        `help:"Joins the names of flattened columns." default:"__" placeholder:"TEXT"`
	FlatteningMaxDepth  int           `help:"How many objects deep columns are flattened; 0: any number." default:"0" placeholder:"N"`
	AddRecordMetadata   bool          `help:"Add the _sdc_* columns of the Singer SDK." default:"false"`
	Streams             streamsConfig `help:"Settings of single streams, by name or glob, as JSON: {\"orders\": {\"types\": {\"total\": \"decimal(18,4)\"}, \"exclude\": [\"email\"]}}." placeholder:"JSON"`
	Catalog             catalogConfig `help:"Singer catalog, a file or JSON: streams and properties that it does not select are not loaded." placeholder:"FILE" aliases:"catalog-json"`
	StreamMaps          jsonText      `help:"Stream maps of the Singer SDK, as JSON: rename, copy, filter and change streams and properties; see docs/mapping.md." placeholder:"JSON"`
	StreamMapConfig     jsonText      `help:"What config stands for in the expressions of stream_maps, as JSON." placeholder:"JSON"`
	Retention           retention     `help:"How long a version stays that is no longer the newest, with the files that only it names: 24h, 7d, never (keep all). At least 1h." default:"24h" placeholder:"TIME"`
	Compact             string        `help:"auto: join small files and write worn ones anew, at the end of a run or where they are too many; never: leave it to the compact command." enum:"auto,never" default:"auto"`
	Compression         string        `help:"Codec of data files: zstd, snappy, lz4, gzip, none." default:"zstd" placeholder:"CODEC"`
	Memory              memorySize    `help:"Memory to keep to, with unit." default:"1GiB" placeholder:"SIZE"`
	Threads             int           `help:"Threads to use; 0: all cores." default:"0" placeholder:"N"`
	BatchRoot           string        `help:"Directory that the files of BATCH messages may come from; without one BATCH is refused." placeholder:"DIR"`
	MaxLineMB           int           `name:"max-line-mb" help:"Longest line accepted, in MiB." default:"256" placeholder:"MIB"`
	MaxDepth            int           `help:"Deepest nesting accepted." default:"512" placeholder:"N"`

	MonitorFlags `embed:""`
	MageFlags    `embed:""`

	conf  *configured
	codec columns.Codec
	maps  *mapping.Maps
}

// compactNever is the choice of compact that is not auto.
const compactNever = "never"

// onInvalidQuarantine is the choice of on_invalid_record that is not fail.
const onInvalidQuarantine = "quarantine"

// minMemory is what a load of one stream cannot do without.
const minMemory = 256 << 20

// Validate reports every fault at once.
func (c *LoadCmd) Validate() error {
	var errs []error
	atLeast := func(key string, have, want int) {
		if have < want {
			errs = append(errs, fmt.Errorf("%s: %d, want at least %d", key, have, want))
		}
	}
	var err error
	if c.codec, err = columns.ParseCodec(c.Compression); err != nil {
		errs = append(errs, fmt.Errorf("compression: %w", err))
	}
	if c.maps, err = c.parseMaps(); err != nil {
		errs = append(errs, err)
	}
	if err := c.MonitorFlags.faults(); err != nil {
		errs = append(errs, err)
	}
	if err := c.NameFlags.faults(); err != nil {
		errs = append(errs, err)
	}
	if c.Pipeline == "" {
		errs = append(errs, errors.New("pipeline: empty, want a name"))
	}
	if c.Lake == "" {
		errs = append(errs, errors.New("lake_path: empty, want a directory"))
	}
	if c.BatchRoot != "" {
		if c.BatchRoot, err = filepath.Abs(c.BatchRoot); err != nil {
			errs = append(errs, fmt.Errorf("batch_root: %w", err))
		}
	}
	atLeast("maximum_batch_size_mb", c.MaximumBatchSizeMB, 0)
	atLeast("batch_size_rows", c.BatchSizeRows, 0)
	atLeast("max_rejects", c.MaxRejects, 0)
	atLeast("batch_max_age", int(c.BatchMaxAge), 0)
	atLeast("wait", int(c.Wait), 0)
	atLeast("threads", c.Threads, 0)
	atLeast("max_line_mb", c.MaxLineMB, 1)
	atLeast("max_depth", c.MaxDepth, 1)
	atLeast("flattening_max_depth", c.FlatteningMaxDepth, 0)
	if c.Threads == 0 {
		c.Threads = runtime.GOMAXPROCS(0)
	}
	return errors.Join(errs...)
}

// lines bounds what one line may ask for.
func (c *LoadCmd) lines() ingest.Limits {
	return ingest.Limits{MaxLine: c.MaxLineMB << 20, MaxDepth: c.MaxDepth}
}

// share is some percent of the memory setting, in bytes.
func (c *LoadCmd) share(percent int64) int64 { return int64(c.Memory) * percent / 100 }

// undeclared words unknown_fields for ingest.
var undeclared = map[string]ingest.Undeclared{
	"extra": ingest.KeepUndeclared, "ignore": ingest.IgnoreUndeclared, "fail": ingest.RefuseUndeclared,
}

// options is how records are to be taken.
func (c *LoadCmd) options(started time.Time) ingest.Options {
	return ingest.Options{
		Undeclared: undeclared[c.UnknownFields], NoChecks: !c.ValidateRecords, NullDates: c.InvalidDates == "null",
		Nested: schema.Nested(c.Nested), Separator: c.FlatteningSeparator, FlattenDepth: c.FlatteningMaxDepth,
		Metadata: c.AddRecordMetadata, Now: time.Now, Started: started,
	}
}

// memorySize is a number of bytes, written with a unit.
type memorySize int64

// Decode reads it.
func (m *memorySize) Decode(ctx *kong.DecodeContext) error {
	var text string
	if err := ctx.Scan.PopValueInto("memory", &text); err != nil {
		return err
	}
	n, err := parseSize(text)
	if err == nil && n < minMemory {
		err = fmt.Errorf("%s, want at least 256MiB", text)
	}
	*m = memorySize(n)
	return err
}

// parseSize reads a number of bytes with an optional unit.
func parseSize(s string) (int64, error) {
	units := []struct {
		name string
		size float64
	}{{"kib", 1 << 10}, {"mib", 1 << 20}, {"gib", 1 << 30}, {"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9}, {"b", 1}, {"", 1}}
	low := strings.ToLower(strings.TrimSpace(s))
	for _, u := range units {
		digits, ok := strings.CutSuffix(low, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
		if err != nil || n < 0 || n*u.size > 1<<62 {
			break
		}
		return int64(n * u.size), nil
	}
	return 0, fmt.Errorf("%q, want a size like 1GiB or 500MB", s)
}
