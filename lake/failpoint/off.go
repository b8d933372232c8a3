//go:build !failpoints

package failpoint

import (
	"time"

	"target-filelake/lake"
)

// Hit passes a point. An error is the injected one.
func Hit(string) error { return nil }

// FS returns fsys, with failpoints around its calls where they are built in.
func FS(fsys lake.FS) lake.FS { return fsys }

// Now is what a lake's clock says.
func Now() time.Time { return time.Now() }
