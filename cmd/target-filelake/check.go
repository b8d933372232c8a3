package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/alecthomas/kong"

	"target-filelake/lake"
	"target-filelake/lake/failpoint"
)

// CheckCmd tests a destination, and shows the settings with which it would be loaded.
type CheckCmd struct {
	LoadCmd `embed:""`
}

// Help is shown by --help.
func (*CheckCmd) Help() string {
	return `Writes, syncs, links, renames and locks with small files of its own, reads the newest version and the sizes of its files, and removes what it wrote. It makes the directory if it is missing, and goes well with loads that run. Every load does the same before it reads its input.

Then it prints each setting of a load, and whether it comes from a flag, the environment, a file, or is the default. It takes the flags of load.

  target-filelake check --lake ./lake && some-tap | target-filelake --lake ./lake
  target-filelake check --config target-filelake.yaml --config prod.yaml`
}

// checkPipeline is the position from which check tests: nothing is loaded
// there, so its lock is in nobody's way.
const checkPipeline = ".check"

// lowSpace is what one default batch and its manifests take, twice.
const lowSpace = 256 << 20

// Run ends with exit code 0 or 1, but for faults of usage.
func (c *CheckCmd) Run(ctx context.Context, std *stdio, k *kong.Context) error {
	if err := c.test(ctx, std); err != nil {
		return err
	}
	return printSettings(std.out, k, c.conf)
}

// test tests the directory.
func (c *CheckCmd) test(ctx context.Context, std *stdio) error {
	log := std.logger()
	root, disk, err := openLakeDir(c.Lake, log)
	if err != nil {
		if is[usageError](err) {
			return err
		}
		return verdict{atLake(root, err)}
	}
	took, err := c.check(ctx, disk, log)
	if err := errors.Join(err, disk.Close()); err != nil {
		return verdict{fmt.Errorf("%s cannot hold a lake: %w", root, atLake(root, toldWhy(root, err)))}
	}
	_, err = fmt.Fprintf(std.out, "%s is fit for a lake: wrote, synced, linked, renamed and locked in %s\n", root, took.Round(100*time.Microsecond))
	return err
}

func (c *CheckCmd) check(ctx context.Context, disk lake.Disk, log *slog.Logger) (took time.Duration, err error) {
	if err := suits(disk, c.TrustDisk, log); err != nil {
		return 0, err
	}
	l, err := lake.Open(failpoint.FS(disk), lake.Options{Pipeline: checkPipeline, Holder: holder(), Clock: failpoint.Now, Rand: rand.Reader})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	started := time.Now()
	err = l.Probe()
	return time.Since(started), err
}

// suits refuses a disk by its kind, and warns where there is little room.
func suits(disk lake.Disk, trusted bool, log *slog.Logger) error {
	space, err := disk.Space()
	if err != nil {
		return err
	}
	if space.Free < lowSpace {
		log.Warn("the disk is nearly full", "free", byteSize(space.Free))
	}
	err = space.Suits(trusted)
	if is[*lake.ForeignError](err) {
		return fmt.Errorf("%w; if it is one of these underneath, and no other host writes to the lake, say so with --trust-disk", err)
	}
	return err
}
