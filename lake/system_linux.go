package lake

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// systems are the file systems that people meet, by their magic number.
var systems = map[int64]string{
	unix.EXT4_SUPER_MAGIC: "ext4", unix.XFS_SUPER_MAGIC: "xfs", unix.BTRFS_SUPER_MAGIC: "btrfs", 0x2fc12fc1: "zfs",
	unix.TMPFS_MAGIC: "tmpfs", unix.OVERLAYFS_SUPER_MAGIC: "overlay", unix.F2FS_SUPER_MAGIC: "f2fs",
	unix.NFS_SUPER_MAGIC: "nfs", 0xff534d42: "cifs", unix.SMB_SUPER_MAGIC: "smb", 0xfe534d42: "smb2",
	unix.NCP_SUPER_MAGIC: "ncp", unix.AFS_SUPER_MAGIC: "afs", 0x6b414653: "afs", unix.CODA_SUPER_MAGIC: "coda",
	unix.FUSE_SUPER_MAGIC: "fuse", unix.V9FS_MAGIC: "9p", 0x00c36400: "ceph", 0x0bd00bd0: "lustre",
}

func systemName(st *unix.Statfs_t) string {
	magic := int64(st.Type) & 0xffffffff // some machines sign it
	if name, ok := systems[magic]; ok {
		return name
	}
	return fmt.Sprintf("file system 0x%x", magic)
}
