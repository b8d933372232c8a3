package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"path"

	"target-filelake/lake"
)

// Fault is one thing that is wrong.
type Fault struct {
	Stream string `json:"stream,omitempty"`
	File   string `json:"file,omitempty"`
	What   string `json:"what"`
	Remedy string `json:"remedy"`
}

func (f Fault) String() string {
	out := f.What + "; " + f.Remedy
	if f.File != "" {
		out = f.File + ": " + out
	}
	if f.Stream != "" {
		out = fmt.Sprintf("stream %q: %s", f.Stream, out)
	}
	return out
}

const (
	remedyNewest = "put the _lake directory of a copy of the lake in its place: no load and no query works without it"
	remedyOld    = "nothing that is live needs it: vacuum removes it in time, and until then this version cannot be gone back to"
)

// Chain checks the versions there are: that none is missing, each root
// manifest's checksum and that it follows the one before, and each table
// manifest. It returns how many versions it looked at.
func Chain(fsys lake.FS, fault func(Fault)) int {
	oldest, newest, err := lake.Range(fsys)
	if newest == 0 {
		if err != nil {
			fault(Fault{File: "_lake", What: err.Error(), Remedy: unlessDenied(err, remedyNewest)})
		}
		return 0
	}
	var before *lake.Manifest
	for v := oldest; v <= newest; v++ {
		m, err := lake.ReadRoot(fsys, v)
		if errors.Is(err, fs.ErrNotExist) && vacuumed(fsys, v) {
			continue // since we began
		}
		if err == nil {
			err = m.CheckAfter(fsys, before)
			if err != nil && vacuumed(fsys, v) {
				err = nil
			}
		}
		if err != nil {
			remedy := remedyOld
			if v >= newest-1 || errors.Is(err, fs.ErrNotExist) { // a log with a hole in it is not read at all
				remedy = remedyNewest
			}
			fault(Fault{File: path.Join("_lake/log", v.String()+".json"), What: err.Error(), Remedy: unlessDenied(err, remedy)})
		}
		before = m // nil if it cannot be read: the next one follows nothing we know
	}
	return int(newest - oldest + 1)
}

// unlessDenied is the remedy of a fault, which none may be.
func unlessDenied(err error, remedy string) string {
	if errors.Is(err, fs.ErrPermission) {
		return "give the user who checks the right to read it"
	}
	return remedy
}

// vacuumed reports whether version v is gone by now, as it may.
func vacuumed(fsys lake.FS, v lake.Version) bool {
	oldest, _, _ := lake.Range(fsys)
	return v < oldest
}
