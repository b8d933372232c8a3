package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/alecthomas/kong"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"target-filelake/ingest"
	"target-filelake/lake"
	"target-filelake/lake/failpoint"
	"target-filelake/merge/duck"
	"target-filelake/state"
)

// job is one block of lines on its way through the pipeline.
type job struct {
	block   *ingest.Block // nil if only a fault is carried
	size    int
	weight  int64 // taken of loader.blocks
	plans   ingest.Plans
	decoded chan struct{} // closed when out is there
	out     *ingest.Decoded

	// What comes after the block's lines, if anything. The decoders do not look at it.
	then     *ingest.Message
	tables   []*table // of a SCHEMA
	streams  []string // of a SCHEMA or ACTIVATE_VERSION
	activate int64    // the version of an ACTIVATE_VERSION; 0: none
	fault    error

	within func(error) error // adds to a fault where it is, in a BATCH file; nil: the input itself
}

// loader is one run of load.
type loader struct {
	cfg     *LoadCmd
	root    string // absolute path of the lake
	lake    *lake.Lake
	in      *input
	stdout  io.Writer
	stderr  io.Writer
	log     *slog.Logger
	run     *summary
	closing *closing
	replay  *replay // nil in a load
	resent  *resent // nil if no rejects can come again
	duckdb  *database

	compaction *compactions

	blocks   *semaphore.Weighted
	encoding *semaphore.Weighted
	cores    *semaphore.Weighted // encoders that compute
	wide     *wideIntegers
	seq      *sequencer // once the pipeline runs
	typos    *typos     // of a load, once it has
}

// Help is shown by --help.
func (*LoadCmd) Help() string {
	return `Examples:

  some-tap | target-filelake > state.out
  some-tap | target-filelake --config target-filelake.yaml --lake ./lake
  target-filelake --input my.singer --dry-run`
}

// Run loads what the tap sends.
func (c *LoadCmd) Run(ctx context.Context, std *stdio, app *kong.Context) error {
	std = c.watched(std, c.streams(ctx, std))
	if c.ShowTemplates {
		return printTemplates(std.out, app.Model)
	}
	if c.TestConnection {
		check := CheckCmd{LoadCmd: *c}
		return check.test(ctx, std)
	}
	if c.DryRun {
		return c.dryRun(ctx, std)
	}
	out := c.closing(time.Now())
	err := c.run(ctx, std, out)
	c.tell(ctx, std, out, err)
	return err
}

// run loads, and counts in out.
func (c *LoadCmd) run(ctx context.Context, std *stdio, out *closing) (err error) {
	defer func() { err = atLake(out.Lake, err) }()
	defer c.boundHeap()()
	log := std.log
	for _, w := range c.conf.warnings {
		log.Warn(w)
	}
	root, disk, err := openLakeDir(c.Lake, log)
	if err != nil {
		return err
	}
	if err := c.places(); err != nil {
		return errors.Join(err, disk.Close())
	}
	if err := suits(disk, c.TrustDisk, log); err != nil {
		return errors.Join(fmt.Errorf("%s: %w", root, err), disk.Close())
	}
	in, err := openInput(ctx, c.Input, std.in)
	if err != nil {
		return err
	}
	l, err := lockLake(ctx, failpoint.FS(disk), c.Pipeline, c.Wait, log)
	if err != nil {
		return errors.Join(toldWhy(root, err), in.Close())
	}
	if err := l.Probe(); err != nil {
		return errors.Join(err, l.Close(), in.Close())
	}
	if n := l.Swept(); n > 0 {
		log.Info("removed what an interrupted run left", "files", n)
	}
	ld := c.loader(root, l, in, std, log, out.Started)
	ld.stdout, ld.closing = besideLine(std.err, newOutput(ctx, std.out)), out
	err = ld.load(ctx)
	err = errors.Join(err, ld.finish(context.WithoutCancel(ctx), err))
	if isDisk(err) {
		err = errors.Join(displaced(root, disk), err)
	}
	return errors.Join(err, l.Close(), in.Close(), disk.Close())
}

// loader is a run that loads what in holds into l.
func (c *LoadCmd) loader(root string, l *lake.Lake, in *input, std *stdio, log *slog.Logger, started time.Time) *loader {
	db := &database{lake: l, lent: std.merges, config: duck.Config{Root: root, Threads: c.Threads, MemoryMB: int(c.share(duckdbShare) >> 20)}}
	run := newSummary(started)
	run.ignored = c.UnknownFields == "ignore"
	return &loader{
		duckdb: db, compaction: &compactions{
			lake: l, pipeline: c.Pipeline, duckdb: db, codec: c.codec, workers: c.Threads, log: log, never: c.Compact == compactNever, touched: map[string]bool{},
		},
		blocks: semaphore.NewWeighted(c.share(blockShare)), encoding: semaphore.NewWeighted(c.share(encodeShare)), cores: semaphore.NewWeighted(int64(c.Threads)),
		wide: newWideIntegers(l.FS(), l.Manifest),
		cfg:  c, root: root, lake: l, in: in, stderr: std.err, log: log, run: run,
	}
}

// displaced says so if root is no more the directory that was opened.
func displaced(root string, disk lake.Disk) error {
	there, err := os.Stat(root)
	here, herr := disk.Stat(".")
	if err == nil && herr == nil && os.SameFile(here, there) {
		return nil
	}
	return fmt.Errorf("%s is not the directory it was: the lake was moved or removed while it was loaded", root)
}

// lakeRoot is the absolute path of a lake.
func lakeRoot(path string) (string, error) {
	root, err := filepath.Abs(path)
	if err != nil {
		return "", usageError{err}
	}
	if strings.Contains(root, "?") {
		return "", usageError{fmt.Errorf("lake_path: %q holds a ?, which DuckDB takes for the end of a path", root)}
	}
	return root, nil
}

// openLakeDir makes the lake's directory if it is missing.
func openLakeDir(path string, log *slog.Logger) (string, lake.Disk, error) {
	root, err := lakeRoot(path)
	if err != nil {
		return "", lake.Disk{}, err
	}
	if err := makeLakeDir(root); err != nil {
		return root, lake.Disk{}, fmt.Errorf("make the lake: %w", err)
	}
	if info, err := os.Stat(root); err == nil && info.Mode().Perm()&0o002 != 0 {
		log.Warn("everybody may write to the lake's directory", "path", root)
	}
	disk, err := lake.OpenDisk(root)
	return root, disk, err
}

func holder() string {
	host, _ := os.Hostname()
	return fmt.Sprintf("pid %d on %s since %s", os.Getpid(), host, time.Now().Format(time.RFC3339))
}

func (l *loader) load(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, l.duckdb.close()) }()
	if err := errors.Join(restoreSidecar(l.lake, l.cfg.Pipeline), showAnew(l.lake, l.cfg.Pipeline)); err != nil {
		return err
	}
	if l.replay == nil {
		var err error
		if l.resent, err = newResent(l.lake, l.cfg.Pipeline); err != nil {
			return err
		}
	}
	if err := l.watchedPipeline(ctx); err != nil {
		return err
	}
	return l.compaction.end(ctx)
}

// watchedPipeline is the pipeline, and shows how far it is.
func (l *loader) watchedPipeline(ctx context.Context) error {
	defer l.showProgress()()
	return l.pipeline(ctx, l.committer)
}

// pipeline runs read → decode → sequence → encode → commit, the last of which
// takes sealed batches.
func (l *loader) pipeline(ctx context.Context, committer func(context.Context, <-chan sealed) error) error {
	// A signal is a fault of the input's: it stops the reading, not the pipeline.
	drain, stopDraining := draining(ctx, drainLimit)
	defer stopDraining()
	g, gctx := errgroup.WithContext(drain)
	taking, stopTaking := context.WithCancel(gctx) // done when nobody takes blocks any more
	defer stopTaking()
	defer l.in.stopOn(ctx)()
	defer l.in.stopOn(taking)()

	n := l.cfg.Threads
	if n < runtime.GOMAXPROCS(0) { // what reads, sequences and encodes would use others
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n))
	}
	work, order := make(chan *job, n), make(chan *job, 2*n)
	encode, commit := make(chan encodeJob, n), make(chan sealed, 1)
	g.Go(func() error { return l.read(ctx, taking, work, order) })
	for range n {
		g.Go(func() error { return l.decode(gctx, work) })
	}
	for range max(n, encoders) {
		g.Go(func() error { return l.encode(gctx, encode) })
	}
	l.seq = l.sequencer(ctx, encode, commit)
	var early error
	g.Go(func() error {
		defer close(encode)
		defer close(commit)
		err := l.seq.loop(gctx, order)
		stopTaking()
		for range order { // the reader may wait to hand over one more
		}
		if is[*earlyStop](err) {
			early, err = err, nil
		}
		return err
	})
	g.Go(func() error { return committer(gctx, commit) })
	err := errors.Join(g.Wait(), early)
	if err == nil && l.typos != nil {
		l.typos.ended()
	}
	return err
}

func (l *loader) sequencer(ctx context.Context, encode chan<- encodeJob, commit chan<- sealed) *sequencer {
	return &sequencer{
		signalled: ctx, blocks: l.blocks, encoding: l.encoding, encodeShare: l.cfg.share(encodeShare),
		lake: l.lake, codec: l.cfg.codec, log: l.log, encode: encode, commit: commit, run: l.run,
		limits: limits{
			bytes: l.cfg.MaximumBatchSizeMB << 20, rows: l.cfg.BatchSizeRows, age: l.cfg.BatchMaxAge,
			commitAuto: l.cfg.CommitAt == "auto", tail: l.cfg.CommitTail,
		},
		rejects: quarantine{lake: l.lake, most: int64(l.cfg.MaxRejects), logs: map[string]*rejectLog{}, resent: l.resent},
		open:    map[string]*openBatch{}, unknown: map[string]bool{}, tracker: state.NewTracker(state.Merge(l.cfg.StateMerge)),
		budget: int(l.cfg.share(openShare)), guard: newGuard(l.lake.Manifest(), l.cfg.Pipeline, l.cfg.Adopt),
	}
}

// Shares of the memory setting, in percent.
const (
	blockShare  = 10 // lines read and not yet sequenced
	openShare   = 20 // rows of open batches
	encodeShare = 20 // rows with the encoders
	duckdbShare = 30
	heapShare   = 50 // all that Go allocates, the first three in it
)

// encoders is how many files are made durable at once: each waits for the disk
// more than it computes. As many of them compute as there are threads.
const encoders = 16

// read hands blocks of lines to the decoders, and in their order to the
// sequencer. What ended ctx becomes the fault that follows the last block.
func (l *loader) read(ctx, taking context.Context, work, order chan<- *job) error {
	defer close(order)
	defer close(work)
	t := newTables(l.lake.Manifest(), l.cfg.Pipeline, l.cfg.options(l.run.started), l.cfg.Streams, l.log)
	t.root, t.catalog = l.root, l.cfg.Catalog.catalog
	t.method, t.names, t.replaying = l.cfg.MethodFlags, l.cfg.NameFlags, l.replay != nil
	if l.replay == nil { // rejects are what a map made already
		t.maps = l.cfg.maps
		l.typos = newTypos(l.cfg.Streams, l.log)
		t.typos = l.typos
	}
	t.frozen = l.cfg.SchemaChanges == schemaFreeze
	t.beyond = func(stream string) (map[int32]bool, error) { return l.wide.of(taking, stream) }
	t.deleted = func(stream string) (bool, error) { return l.wide.saidDeleted(taking, stream) }
	t.adopt = l.cfg.Adopt
	var pending func() bool
	if l.in.plain {
		pending = l.in.pending
	}
	f := feed{loader: l, tables: t, taking: taking, work: work, order: order}
	f.batches = batchFiles{root: l.cfg.BatchRoot, duckdb: duck.Config{Threads: 1, MemoryMB: int(l.cfg.share(blockShare) >> 20)}}
	_, err := f.run(ctx, ingest.NewReader(l.in, l.cfg.lines(), pending), nil)
	return err
}

func (l *loader) decode(ctx context.Context, work <-chan *job) error {
	d := ingest.Decoder{Quarantine: l.cfg.OnInvalidRecord == onInvalidQuarantine, Replay: l.replay != nil}
	for j := range work {
		if ctx.Err() != nil {
			return nil
		}
		if err := failpoint.Hit("decode/block/before"); err != nil {
			return err
		}
		j.out = d.Decode(j.block, j.plans)
		j.block.Release()
		l.wide.note(j.out)
		close(j.decoded)
	}
	return nil
}

func (l *loader) encode(ctx context.Context, jobs <-chan encodeJob) error {
	for j := range jobs {
		err := j.run(ctx, l.lake, l.cfg.codec, l.cores)
		l.encoding.Release(j.weight)
		if err != nil {
			return err
		}
	}
	return nil
}

// finish publishes what was committed and sums up what the run did, also after a
// fault: what was committed before it stays.
func (l *loader) finish(ctx context.Context, fault error) error {
	var err error
	var current sync.WaitGroup // beside the views: the one waits for the disk, the other computes
	if fault == nil {
		current.Go(l.compaction.show)
	}
	if l.duckdb.lent == nil {
		err = publishViews(ctx, l.root, l.lake, l.log)
	}
	current.Wait()
	l.vacuum()
	if fault != nil {
		_, serr := l.lake.Sweep()
		err = errors.Join(err, serr)
		if rec, ok := errors.AsType[*ingest.RecordError](fault); ok {
			l.run.stream(rec.Stream).rejected++
			l.run.rejects.note(slog.New(slog.DiscardHandler), rec) // the fault is said anyway
		}
	}
	l.closing.fill(l.run, l.lake.Manifest())
	return err
}
