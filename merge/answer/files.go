package answer

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"target-filelake/lake"
)

// named are a version's files as it names them.
func named(data []lake.DataFile, deletes []lake.DeleteFile) []lake.Named {
	out := make([]lake.Named, 0, len(data)+len(deletes))
	for i := range data {
		out = append(out, lake.Named{Path: data[i].Path, Bytes: data[i].Bytes})
	}
	for i := range deletes {
		out = append(out, lake.Named{Path: deletes[i].Path, Bytes: deletes[i].Bytes})
	}
	return out
}

// checkFiles refuses files that are not those their version names: what is a
// link, leads out of the lake or has another size. Of one that is missing
// DuckDB tells, if it wants it.
func checkFiles(root string, files []lake.Named) (err error) {
	dir, err := os.OpenRoot(root)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	for _, f := range files {
		info, err := dir.Lstat(f.Path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return fmt.Errorf("%w: %w", lake.ErrCorrupt, err)
		case !info.Mode().IsRegular() || info.Size() != f.Bytes:
			return fmt.Errorf("%w: %s is %s of %d bytes, want a file of %d", lake.ErrCorrupt, f.Path, info.Mode(), info.Size(), f.Bytes)
		}
	}
	return nil
}

// pathsOf are the full paths of files, each once.
func pathsOf(root string, files []lake.Named) []string {
	slices.SortFunc(files, func(a, b lake.Named) int { return cmp.Compare(a.Path, b.Path) })
	out := make([]string, len(files))
	for i := range files {
		out[i] = root + "/" + files[i].Path
	}
	return slices.Compact(out)
}
