package answer

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"target-filelake/lake"
	"target-filelake/merge/duck"
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

// checkFiles refuses files of a stream that are not those their version names: what
// is a link, leads out of the lake or has another size; DuckDB would take them. Of
// those that are missing not all need be wanted; they come back.
func checkFiles(root, stream string, files []lake.Named) (missing []suspect, err error) {
	disk, err := lake.OpenDisk(root)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, disk.Close()) }()
	for _, f := range files {
		switch err := lake.CheckFile(disk, stream, f); {
		case errors.Is(err, fs.ErrNotExist):
			missing = append(missing, suspect{root + "/" + f.Path, err})
		case err != nil:
			return nil, err
		}
	}
	return missing, nil
}

// suspect is a fault of the lake's that a query may meet: then DuckDB's error holds
// its sign.
type suspect struct {
	sign  string
	fault error
}

// culprit is the fault behind an error of DuckDB's; the error itself if there is none.
func (r *Rows) culprit(err error) error {
	if err == nil {
		return nil
	}
	for _, s := range r.suspects {
		if strings.Contains(err.Error(), s.sign) {
			return s.fault
		}
	}
	return err
}

// shelf is the tables of a version, and which of them cannot be read.
type shelf struct {
	tables []*lake.Table
	broken map[*lake.Table]error
	files  []string // full paths of those of the others: all that a query may open
}

// newShelf looks at every file of a version, also of tables that no query names: it
// can name a file itself. That takes 14 us a file.
func newShelf(root string, m *lake.Manifest) (s *shelf, err error) {
	disk, err := lake.OpenDisk(root)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, disk.Close()) }()
	s = &shelf{tables: sorted(m), broken: map[*lake.Table]error{}}
	for _, t := range s.tables {
		files := named(t.Files, t.Deletes)
		for i := range files {
			if fault := lake.CheckFile(disk, t.Stream, files[i]); fault != nil {
				s.broken[t], files = fault, nil
				break
			}
		}
		s.files = append(s.files, pathsOf(root, files)...)
	}
	return s, nil
}

// view makes the views of tables; those of broken ones say why they are.
func (s *shelf) view(ctx context.Context, r *Rows, root string, tables []*lake.Table) error {
	return createViews(ctx, r.conn, tables, func(t *lake.Table) string {
		if fault := s.broken[t]; fault != nil {
			return duck.BrokenView(t, fault.Error())
		}
		return duck.CreateView(t, duck.Under(root), duck.Lit(root))
	})
}

// suspects are the faults of its tables.
func (s *shelf) suspects() []suspect {
	var out []suspect
	for _, fault := range s.broken {
		out = append(out, suspect{fault.Error(), fault})
	}
	return out
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
