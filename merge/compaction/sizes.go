package compaction

import (
	"cmp"
	"slices"

	"target-filelake/lake"
	"target-filelake/merge/partition"
)

// sizes are what files are held against. All that is a share of them is so many
// bytes or rows of those measured.
type sizes struct {
	target int64 // bytes of a file
	group  int64 // rows of a row group
	sorted int64 // rows that memory is said to suffice for; 0: DuckDB says so
}

// measured are the sizes of real lakes; tests have smaller ones. See
// docs/compaction.md. DuckDB's own row groups are of as many rows; it reads a row
// group a thread.
var measured = sizes{target: 256 << 20, group: 122_880}

func (s sizes) or() sizes { return cmp.Or(s, measured) }

func (p Policy) size() sizes { return p.sizes.or() }

func (c Compactor) size() sizes { return c.sizes.or() }

// full is the live bytes from which a file is not joined with others any more.
func (s sizes) full() int64 { return s.target / 2 }

// direct is the live bytes up to which rows are sorted and written by one statement:
// 16 MiB. Two million rows of 54 MB ended such a one out of memory at 614 MiB, and
// are sorted into a table, and written from there, in the same memory.
func (s sizes) direct() int64 { return s.target / 16 }

// small is the live bytes up to which a table is all written anew at a run's
// end: 4 MiB.
func (s sizes) small() int64 { return s.target / 64 }

// isCrumb reports whether a file makes row groups of no use when they are
// copied: below half of one as we write it, and 4 MiB.
func (s sizes) isCrumb(f *lake.DataFile) bool { return f.Rows < s.group/2 && f.Bytes < s.target/64 }

// isWorn reports whether a file has lost so many rows that it is written anew.
func (s sizes) isWorn(f *lake.DataFile) bool {
	return f.Superseded*wornShare >= f.Rows && f.Live() > 0 && !s.isCrumb(f)
}

// tiers of files: below 1 MiB, 16 MiB, full, and full.
const tiers = 4

// tier goes by all bytes of a file, for as many are copied, until so many rows are
// gone that they will not be.
func (s sizes) tier(f *lake.DataFile) int {
	n := f.Bytes
	if f.Superseded*wornShare >= f.Rows {
		n = f.LiveBytes()
	}
	switch {
	case n < s.full()/128:
		return 0
	case n < s.full()/8:
		return 1
	case n < s.full():
		return 2
	}
	return 3
}

// crowds reports whether loads and queries feel the files.
func (s sizes) crowds(files []lake.DataFile) bool {
	n := 0
	for i := range files {
		if s.tier(&files[i]) < tiers-1 {
			n++
		}
	}
	return n > crowd
}

// crowdedTier are the files of the lowest tier that has enough of them, and of
// those below it.
func (s sizes) crowdedTier(files []lake.DataFile) []lake.DataFile {
	var count [tiers]int
	for i := range files {
		count[s.tier(&files[i])]++
	}
	for at := range tiers - 1 { // full files stay
		if count[at] >= fanIn {
			return slices.DeleteFunc(slices.Clone(files), func(f lake.DataFile) bool { return s.tier(&f) > at })
		}
	}
	return nil
}

// most is how many rows of that many bytes a file holds, at least a row group.
func (s sizes) most(rows, bytes int64) int64 {
	each := float64(max(bytes, 1)) / float64(rows)
	return max(s.group, int64(float64(s.target)/each))
}

// cut is how many of so many rows each of their files holds, of about most: the
// only one may be a quarter larger.
func cut(rows, most int64) int64 {
	n := max(1, (rows+most-1-most/4)/most)
	return (rows + n - 1) / n
}

// Large reports whether jobs of one table gain nothing by those of others beside
// them, or may lack their memory.
func Large(jobs []Job, spec partition.Spec) bool {
	var rows, bytes int64
	for _, j := range jobs {
		r, b := liveOf(j.Files)
		rows, bytes = rows+r, bytes+b
	}
	return rows > measured.group || bytes > measured.small() || hashes(spec) // whose function is made once
}
