package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"target-filelake/lake"
)

// VacuumCmd removes old versions.
type VacuumCmd struct {
	LakeFlag  `embed:""`
	WaitFlag  `embed:""`
	Pipeline  string    `help:"Pipeline whose lock is held meanwhile; versions of all pipelines are removed." default:"default" placeholder:"NAME"`
	Retention retention `help:"How long a version stays that is no longer the newest: 24h, 7d, never. At least 1h." default:"24h" placeholder:"TIME"`
	DryRun    bool      `help:"Remove nothing, say what would go."`
	JSON      bool      `name:"json" help:"Print the answer as JSON."`
}

// Help is shown by --help.
func (*VacuumCmd) Help() string {
	return `Every load does this at its end, and a long one every ten minutes, with its own retention. Versions that have not been the newest for that long are removed, oldest first, and then the files that only they name. If files that the newest version does not name take more room than those it does, one hour is enough. The newest version and the one before it always stay, and so does everything that a load has under way.

  target-filelake vacuum --lake ./lake --dry-run
  target-filelake vacuum --lake ./lake --retention 2h`
}

// vacuumed is what the command did.
type vacuumed struct {
	DryRun   bool         `json:"dry_run"`
	Versions int          `json:"versions"` // removed
	Files    int          `json:"files"`
	Bytes    int64        `json:"bytes"`
	Oldest   lake.Version `json:"oldest"` // of those that stay
	Newest   lake.Version `json:"newest"`
}

// Run vacuums.
func (c *VacuumCmd) Run(ctx context.Context, std *stdio) (err error) {
	k, err := openKeeping(ctx, c.Lake, c.Pipeline, c.Wait, std)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.close()) }()
	out := vacuumed{DryRun: c.DryRun, Newest: k.lake.Manifest().Version}
	if c.Retention == keepAll {
		out.Oldest, err = lake.Oldest(k.disk)
	} else {
		var v lake.Vacuumed
		v, err = k.lake.Vacuum(time.Duration(c.Retention), c.DryRun)
		out.Versions, out.Files, out.Bytes, out.Oldest = v.Versions, v.Files, v.Bytes, v.Oldest
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(std.out).Encode(out)
	}
	did := "removed"
	if c.DryRun {
		did = "would remove"
	}
	_, err = fmt.Fprintf(std.out, "%s %d versions, %d files, %s; versions %d to %d stay\n",
		did, out.Versions, out.Files, size(out.Bytes), uint64(out.Oldest), uint64(out.Newest))
	return err
}

// vacuum removes what is old. All that is committed is safe and said: whatever goes
// wrong here is for the next one to mend.
func (l *loader) vacuum() {
	if l.cfg.Retention == keepAll {
		return
	}
	v, err := l.lake.Vacuum(time.Duration(l.cfg.Retention), false)
	switch {
	case errors.Is(err, lake.ErrLocked), errors.Is(err, lake.ErrBroken):
	case err != nil:
		l.log.Warn("old versions are not all removed; the next load tries again", "error", err)
	case v.Versions+v.Files > 0:
		l.log.Info("removed old versions", "versions", v.Versions, "files", v.Files, "bytes", byteSize(v.Bytes), "oldest", uint64(v.Oldest))
	}
}
