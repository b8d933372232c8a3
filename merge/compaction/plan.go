package compaction

import (
	"cmp"
	"slices"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
	"target-filelake/merge/partition"
)

// When says how much is worth writing anew.
type When byte

const (
	Crowded When = iota // between commits: only if the files are so many that loads and queries feel them
	Ended               // after a run's last commit: what pays for itself
	Asked               // whatever is not as a compaction leaves it
	Full                // everything, into one order
)

// Sizes of files. See docs/compaction.md for what they were measured against.
const (
	targetBytes = 256 << 20
	fullBytes   = targetBytes / 2 // a file of so many live bytes is not joined with others any more
	fanIn       = 16              // files of a tier that are joined, and delete files
	crowd       = 48              // files below fullBytes that a run may leave until its end
	smallTable  = 4 << 20         // live bytes up to which a table is all written anew at a run's end
	wornShare   = 2               // one row in so many superseded: the file is written anew
	copiedShare = 5               // fewer than one row in so many superseded: row groups may be copied
)

// Files that make row groups of no use when they are copied: both bounds are half
// of a row group as we write it.
const (
	crumbRows  = rowGroupRows / 2
	crumbBytes = 4 << 20
)

// Job is files that become others. They are of one generation.
type Job struct {
	Files []lake.DataFile
	Copy  bool // row groups as they stand, superseded rows too
}

// Policy is how a table's files are to be.
type Policy struct {
	When When
	Spec partition.Spec
	Busy map[string]bool // paths of files that must stay
}

// group is files that may become one.
type group struct {
	generation int64
	partition  string
	files      []lake.DataFile
}

// Plan decides which files of the table are to be written anew.
func (p Policy) Plan(t *lake.Table) []Job {
	var jobs []Job
	for _, g := range p.groups(t) {
		files := p.choose(t, &g)
		if len(files) == 0 {
			continue
		}
		j := Job{Files: files}
		j.Copy = p.mayCopy(t, files)
		jobs = append(jobs, j)
	}
	return jobs
}

// groups are the table's files that may move, by generation and partition; by
// generation alone where everything is written anew.
func (p Policy) groups(t *lake.Table) []group {
	var out []group
	for _, f := range t.Files {
		if p.Busy[f.Path] {
			continue
		}
		part := p.partitionOf(&f)
		if p.When == Full {
			part = ""
		}
		at := slices.IndexFunc(out, func(g group) bool { return g.generation == f.Generation && g.partition == part })
		if at < 0 {
			at, out = len(out), append(out, group{generation: f.Generation, partition: part})
		}
		out[at].files = append(out[at].files, f)
	}
	return out
}

// partitionOf is the file's partition by the spec there is now.
func (p Policy) partitionOf(f *lake.DataFile) string {
	if f.Partition != "" && len(p.Spec) > 0 && p.Spec.Matches(f.Partition) {
		return f.Partition
	}
	return ""
}

// choose are the files of a group to be written anew; none if all may stay.
func (p Policy) choose(t *lake.Table, g *group) []lake.DataFile {
	switch p.When {
	case Full:
		if p.inOrder(t, g.files) {
			return nil
		}
		return g.files
	case Asked:
		return p.unsettled(t, g.files)
	case Ended:
		if liveBytes(t.Files) <= smallTable {
			return p.unsettledSmall(t, g.files)
		}
		if worn := p.worn(g.files); len(worn) > 0 {
			return worn
		}
	case Crowded:
		if countBelow(t.Files, fullBytes) <= crowd {
			return nil
		}
	}
	return crowdedTier(g.files)
}

// settled reports whether a compaction would write the file as it is.
func (p Policy) settled(t *lake.Table, f *lake.DataFile) bool {
	return f.Superseded == 0 && f.Schema == t.Schema().ID && t.IsCompacted(f) && f.Partition == p.partitionOf(f) &&
		(f.Partition != "" || len(p.Spec) == 0) && (f.Sorted || len(t.Key) == 0)
}

// unsettled are the files that are not settled, with small ones to join them to.
func (p Policy) unsettled(t *lake.Table, files []lake.DataFile) []lake.DataFile {
	var out []lake.DataFile
	for i := range files {
		if f := &files[i]; !p.settled(t, f) || f.LiveBytes() < fullBytes {
			out = append(out, *f)
		}
	}
	if len(out) == 1 && p.settled(t, &out[0]) {
		return nil
	}
	return out
}

// unsettledSmall is unsettled of a small table: a file that readers can take as it
// is may stay, wherever it is.
func (p Policy) unsettledSmall(t *lake.Table, files []lake.DataFile) []lake.DataFile {
	if len(files) == 1 && files[0].Superseded == 0 && files[0].Schema == t.Schema().ID && len(p.Spec) == 0 {
		return nil
	}
	return p.unsettled(t, files)
}

// worn are the files that have lost half of their rows, with all that are not
// larger: rows that replaced theirs are among them.
func (p Policy) worn(files []lake.DataFile) []lake.DataFile {
	most := -1
	for i := range files {
		if f := &files[i]; f.Rows > 0 && f.Superseded*wornShare >= f.Rows && f.Live() > 0 && !isCrumb(f) {
			most = max(most, tier(f))
		}
	}
	return upTo(files, most)
}

// crowdedTier are the files of the lowest tier that has enough of them, and of
// those below it.
func crowdedTier(files []lake.DataFile) []lake.DataFile {
	var count [tiers]int
	for i := range files {
		count[tier(&files[i])]++
	}
	for at := range tiers - 1 { // full files stay
		if count[at] >= fanIn {
			return upTo(files, at)
		}
	}
	return nil
}

func upTo(files []lake.DataFile, most int) []lake.DataFile {
	return slices.DeleteFunc(slices.Clone(files), func(f lake.DataFile) bool { return tier(&f) > most })
}

// tiers of files, by their live bytes: below 1 MiB, 16 MiB, fullBytes, and full.
const tiers = 4

func tier(f *lake.DataFile) int {
	n := f.LiveBytes()
	switch {
	case n < 1<<20:
		return 0
	case n < 16<<20:
		return 1
	case n < fullBytes:
		return 2
	}
	return 3
}

func isCrumb(f *lake.DataFile) bool { return f.Rows < crumbRows && f.Bytes < crumbBytes }

func liveBytes(files []lake.DataFile) (n int64) {
	for i := range files {
		n += files[i].LiveBytes()
	}
	return n
}

func countBelow(files []lake.DataFile, bytes int64) (n int) {
	for i := range files {
		if files[i].LiveBytes() < bytes {
			n++
		}
	}
	return n
}

// mayCopy reports whether nothing asks for decoding the files' rows. What a run
// does by itself leaves some superseded rows in place, and an order of keys that
// is not there: both wait for what pays, or for somebody to ask.
func (p Policy) mayCopy(t *lake.Table, files []lake.DataFile) bool {
	var rows, dead int64
	for i := range files {
		f := &files[i]
		if f.Live() == 0 {
			continue
		}
		if isCrumb(f) || f.Schema != files[0].Schema || f.Partition != "" {
			return false
		}
		rows, dead = rows+f.Rows, dead+f.Superseded
	}
	if rows == 0 || len(p.Spec) > 0 {
		return false
	}
	if p.When == Crowded || p.When == Ended {
		return dead*copiedShare < rows
	}
	return dead == 0 && files[0].Schema == t.Schema().ID && (len(t.Key) == 0 || disjoint(t, files))
}

// inOrder reports whether all files are settled, as few as may be, and no two
// hold keys of one range.
func (p Policy) inOrder(t *lake.Table, files []lake.DataFile) bool {
	parts := map[string]int{}
	for i := range files {
		if !p.settled(t, &files[i]) {
			return false
		}
		parts[files[i].Partition]++
	}
	if len(p.Spec) > 0 {
		return !slices.ContainsFunc(files, func(f lake.DataFile) bool { return parts[f.Partition] > 1 && f.LiveBytes() < fullBytes })
	}
	return countBelow(files, fullBytes) <= 1 && (len(t.Key) == 0 || disjoint(t, files))
}

// disjoint reports whether no two files share a value of the key's first column,
// as far as the manifest can tell.
func disjoint(t *lake.Table, files []lake.DataFile) bool {
	key := t.Schema().Column(t.Key[0])
	if key == nil || len(files) == 0 {
		return false
	}
	sorted := byKey(t, files)
	for i := range sorted[:len(sorted)-1] {
		a, b := sorted[i].KeyRange(key.ID), sorted[i+1].KeyRange(key.ID)
		if a == nil || b == nil || !a.Before(key, b) {
			return false
		}
	}
	return true
}

// byKey is the files in the order of their least keys, where all tell it; else
// in the order they came.
func byKey(t *lake.Table, files []lake.DataFile) []lake.DataFile {
	out := slices.Clone(files)
	if len(t.Key) == 0 {
		return out
	}
	key := t.Schema().Column(t.Key[0])
	now := duck.ByID(t.Schema().Columns, key.ID)
	for i := range out {
		if r := out[i].KeyRange(key.ID); r == nil || r.Min == nil || !sameKind(t, &out[i], now) {
			return out
		}
	}
	slices.SortStableFunc(out, func(a, b lake.DataFile) int {
		x, y := a.KeyRange(key.ID), b.KeyRange(key.ID)
		return cmp.Or(x.Compare(key, y), cmp.Compare(a.Path, b.Path))
	})
	return out
}

// sameKind reports whether a file stores a column as it is now.
func sameKind(t *lake.Table, f *lake.DataFile, c *columns.Column) bool {
	old := duck.ByID(t.Schemas[f.Schema].Columns, c.ID)
	return old != nil && duck.Same(old, c)
}
