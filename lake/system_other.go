//go:build !linux

package lake

import "golang.org/x/sys/unix"

// systemName knows no other kernel's names; Probe alone decides there.
func systemName(*unix.Statfs_t) string { return "" }
