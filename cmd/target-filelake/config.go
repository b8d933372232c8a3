package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"

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
	Config   configFiles   `help:"Configuration file, JSON or YAML; of several, later ones win." short:"c" placeholder:"FILE" sep:"none"`
	Input    string        `help:"Read this file instead of stdin; - is stdin, .gz is decompressed." placeholder:"FILE"`
	Pipeline string        `help:"Name of this tap's position in the lake." default:"default" placeholder:"NAME"`
	Wait     time.Duration `help:"Wait this long for another run of the pipeline to end; 0s: exit 75 at once." default:"0s" placeholder:"TIME"`
	Adopt    bool          `help:"Take over streams that belong to another pipeline, and let the pipeline's streams change altogether."`

	MethodFlags `embed:""`

	TestConnection bool `help:"Load nothing: test the lake's directory as the check command does, and exit 0 or 1." aliases:"test_connection"`
	TrustDisk      bool `help:"Take a FUSE or 9p file system for a local disk: you know that it keeps links, locks and syncs, and that no other host writes to the lake."`

	DryRun bool `help:"Read and check everything, write nothing: print rows, rejects, types and what the schemas would change."`
	JSON   bool `name:"json" help:"With --dry-run: as JSON."`

	MaximumBatchSizeMB  int           `name:"maximum-batch-size-mb" help:"Commit after this many MiB of records, at the next STATE." default:"100" placeholder:"MIB"`
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
	Catalog             catalogConfig `help:"Singer catalog, a file or JSON: streams and properties that it does not select are not loaded." placeholder:"FILE" aliases:"catalog-json,catalog_json"`
	StreamMaps          jsonText      `help:"Stream maps of the Singer SDK, as JSON: rename, copy, filter and change streams and properties; see docs/mapping.md." placeholder:"JSON"`
	StreamMapConfig     jsonText      `help:"What config stands for in the expressions of stream_maps, as JSON." placeholder:"JSON"`
	Retention           retention     `help:"How long a version stays that is no longer the newest, with the files that only it names: 24h, 7d, never (keep all). At least 1h." default:"24h" placeholder:"TIME"`
	Compact             string        `help:"auto: join small files and write worn ones anew, at the end of a run or where they are too many; never: leave it to the compact command." enum:"auto,never" default:"auto"`
	Compression         string        `help:"Codec of data files: zstd, snappy, lz4, gzip, none." default:"zstd" placeholder:"CODEC"`
	Memory              string        `help:"Memory to keep to, with unit." default:"1GiB" placeholder:"SIZE"`
	Threads             int           `help:"Threads to use; 0: all cores." default:"0" placeholder:"N"`
	BatchRoot           string        `help:"Directory that the files of BATCH messages may come from; without one BATCH is refused." placeholder:"DIR"`
	MaxLineMB           int           `name:"max-line-mb" help:"Longest line accepted, in MiB." default:"256" placeholder:"MIB"`
	MaxDepth            int           `help:"Deepest nesting accepted." default:"512" placeholder:"N"`

	codec  columns.Codec
	memory int64 // bytes
	maps   *mapping.Maps
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
	if c.memory, err = parseSize(c.Memory); err != nil {
		errs = append(errs, fmt.Errorf("memory: %w", err))
	} else if c.memory < minMemory {
		errs = append(errs, fmt.Errorf("memory: %s, want at least 256MiB", c.Memory))
	}
	if c.maps, err = c.parseMaps(); err != nil {
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
	atLeast("maximum_batch_size_mb", c.MaximumBatchSizeMB, 1)
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
func (c *LoadCmd) share(percent int64) int64 { return c.memory * percent / 100 }

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

// settings resolves flags from a configuration file's keys.
type settings struct {
	from  string // the file
	keys  map[string]any
	nodes map[string]yaml.Node // the same, as they are written
}

// configFiles are the files that --config names.
type configFiles []string

// BeforeResolve makes the files, and over them the environment, the source of
// what the command line leaves open.
func (configFiles) BeforeResolve(ctx *kong.Context, trace *kong.Path) error {
	for _, name := range ctx.FlagValue(trace.Flag).(configFiles) {
		s, err := readConfig(name)
		if err != nil {
			return fmt.Errorf("read configuration: %w", err)
		}
		if err := s.Validate(ctx.Model); err != nil {
			return err
		}
		ctx.AddResolver(s)
	}
	ctx.AddResolver(environment{os.LookupEnv})
	return nil
}

// readConfig reads one JSON or YAML file; JSON is YAML.
func readConfig(name string) (settings, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return settings{}, err
	}
	s := settings{from: name, keys: map[string]any{}}
	if err := yaml.Unmarshal(data, &s.keys); err != nil {
		return s, fmt.Errorf("%s: %w", name, err)
	}
	if err := yaml.Unmarshal(data, &s.nodes); err != nil {
		return s, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

// configKey is the key of a flag in files.
func configKey(flag *kong.Flag) string {
	if flag.Name == "lake" {
		return "lake_path"
	}
	return strings.ReplaceAll(flag.Name, "-", "_")
}

// notSettings are flags that are no configuration keys.
var notSettings = []string{"config", "input", "dry-run", "json", "adopt", "help", "version", "about", "test-connection"}

// loadFlags are the flags that files and environment may set, by key.
func loadFlags(app *kong.Application) map[string]*kong.Flag {
	out := map[string]*kong.Flag{}
	for _, node := range app.Children {
		if node.Name != "load" {
			continue
		}
		for _, f := range node.Flags {
			if !slices.Contains(notSettings, f.Name) {
				out[configKey(f)] = f
			}
		}
	}
	return out
}

// Validate refuses keys that no flag has, naming the nearest one.
func (s settings) Validate(app *kong.Application) error {
	known := slices.Sorted(maps.Keys(loadFlags(app)))
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(s.keys)) {
		if !slices.Contains(known, key) {
			errs = append(errs, fmt.Errorf("%s: unknown key %q; %s", s.from, key, suggestion(key, known)))
		}
	}
	return errors.Join(errs...)
}

// Resolve gives a flag the file's value.
func (s settings) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	v, ok := s.keys[configKey(flag)]
	if !ok || v == nil || slices.Contains(notSettings, flag.Name) {
		return nil, nil
	}
	switch v.(type) {
	case string, bool, int, float64:
		return fmt.Sprint(v), nil
	default:
		node := s.nodes[configKey(flag)]
		data, err := appendNode(nil, &node, 0)
		return string(data), err
	}
}

// environment resolves flags from TARGET_FILELAKE_<KEY>.
type environment struct{ lookup func(string) (string, bool) }

func (environment) Validate(*kong.Application) error { return nil }

func (e environment) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if slices.Contains(notSettings, flag.Name) {
		return nil, nil
	}
	if v, ok := e.lookup("TARGET_FILELAKE_" + strings.ToUpper(configKey(flag))); ok {
		return v, nil
	}
	return nil, nil
}

// suggestion words what a name that is not known may have meant.
func suggestion(word string, names []string) string {
	if near := nearest(word, names); edits(word, near) <= len(word)/3+1 {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "known are " + strings.Join(names, ", ")
}

// nearest is the name of fewest edits from word.
func nearest(word string, names []string) string {
	return slices.MinFunc(names, func(a, b string) int { return edits(word, a) - edits(word, b) })
}

// edits is the Levenshtein distance.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}
