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

// Numbers of files and rows. See docs/compaction.md for what they were measured against.
const (
	fanIn       = 16 // files of a tier that are joined, and delete files
	crowd       = 48 // files that are not full that a run may leave until its end
	wornShare   = 4  // one row in so many superseded: the file is written anew
	copiedShare = 5  // fewer than one row in so many superseded: row groups may be copied
)

// Job is files that become others. They are of one generation.
type Job struct {
	Files []lake.DataFile
	Copy  bool // into one file: row groups as they stand, in this order, superseded rows too
	// Settle makes the types of old values those of the table now. Without, all of
	// Files are of schemas that store them in the same types.
	Settle bool
}

// Policy is how a table's files are to be.
type Policy struct {
	When When
	Spec partition.Spec
	Busy map[string]bool // paths of files that must stay

	sizes sizes // none: measured
}

// kin is what files have in common that may become one.
type kin struct {
	generation int64
	partition  string
	schema     int // that they are written in
}

// Plan decides which files of the table are to be written anew.
func (p Policy) Plan(t *lake.Table) []Job {
	var jobs []Job
	for _, group := range p.groups(t) {
		files := p.choose(t, group)
		switch {
		case len(files) == 0:
		case p.mayCopy(t, files):
			jobs = append(jobs, p.copies(t, files)...)
		default:
			jobs = append(jobs, p.rewrites(files)...)
		}
	}
	return jobs
}

// rewrites are the jobs that decode files. At a run's end each full one is sorted
// alone: if all of a large table wear at once, DuckDB may not spill all of it.
func (p Policy) rewrites(files []lake.DataFile) []Job {
	if p.When != Ended {
		return []Job{{Files: files, Settle: p.When == Full}}
	}
	var jobs []Job
	var others []lake.DataFile
	for i, f := range files {
		if p.size().tier(&f) < tiers-1 {
			others = append(others, f)
		} else {
			jobs = append(jobs, Job{Files: files[i : i+1]})
		}
	}
	if len(others) > 0 {
		jobs = append(jobs, Job{Files: others})
	}
	return jobs
}

// copies are the jobs that join files by copying. One that would be alone stays,
// and those without live rows go.
func (p Policy) copies(t *lake.Table, files []lake.DataFile) []Job {
	var jobs []Job
	var dead []lake.DataFile
	live := byKey(t, files)
	live = slices.DeleteFunc(live, func(f lake.DataFile) bool {
		if f.Live() == 0 {
			dead = append(dead, f)
		}
		return f.Live() == 0
	})
	for len(live) > 0 {
		n, bytes := 0, int64(0)
		for n < len(live) && (n == 0 || bytes+live[n].Bytes <= p.size().target) {
			bytes += live[n].Bytes
			n++
		}
		if n > 1 {
			jobs = append(jobs, Job{Files: live[:n], Copy: true})
		}
		live = live[n:]
	}
	if len(dead) > 0 {
		jobs = append(jobs, Job{Files: dead})
	}
	return jobs
}

// groups are the table's files that may move, by generation and partition; by
// generation alone where everything is written anew, and some files hold rows of
// any partition.
func (p Policy) groups(t *lake.Table) [][]lake.DataFile {
	var out [][]lake.DataFile
	at, whole := map[kin]int{}, p.whole(t)
	for _, f := range t.Files {
		if p.Busy[f.Path] {
			continue
		}
		k := kin{f.Generation, p.partitionOf(&f), p.schemaOf(t, &f)}
		if whole[f.Generation] {
			k.partition = ""
		}
		i, known := at[k]
		if !known {
			i, out = len(out), append(out, nil)
			at[k] = i
		}
		out[i] = append(out[i], f)
	}
	return out
}

// whole are the generations that are written anew as one.
func (p Policy) whole(t *lake.Table) map[int64]bool {
	out := map[int64]bool{}
	for i := range t.Files {
		if f := &t.Files[i]; p.When == Full && !p.Busy[f.Path] && p.partitionOf(f) == "" {
			out[f.Generation] = true
		}
	}
	return out
}

// schemaOf is the schema that a file is written anew in.
func (p Policy) schemaOf(t *lake.Table, f *lake.DataFile) int {
	if p.When == Full {
		return t.Schema().ID
	}
	return typed(t, f.Schema)
}

// partitionOf is the file's partition by the spec there is now.
func (p Policy) partitionOf(f *lake.DataFile) string {
	if f.Partition != "" && len(p.Spec) > 0 && p.Spec.Matches(f.Partition) {
		return f.Partition
	}
	return ""
}

// choose are the files of a group to be written anew; none if all may stay.
func (p Policy) choose(t *lake.Table, group []lake.DataFile) []lake.DataFile {
	switch p.When {
	case Full:
		if p.inOrder(t, group) {
			return nil
		}
		return group
	case Asked:
		return p.unsettled(t, group)
	case Ended:
		if p.isSmall(t) && !p.plain(t, group) {
			return p.unsettled(t, group)
		}
		if worn := p.worn(group); len(worn) > 0 {
			return worn
		}
	case Crowded:
		if !p.size().crowds(t.Files) {
			return nil
		}
	}
	return p.size().crowdedTier(group)
}

// settled reports whether a compaction would write the file as it is.
func (p Policy) settled(t *lake.Table, f *lake.DataFile) bool {
	schema := p.schemaOf(t, f)
	return f.Superseded == 0 && f.Schema == schema && t.IsCompacted(f) && f.Partition == p.partitionOf(f) &&
		(f.Partition != "" || len(specIn(t, p.Spec, schema)) == 0) && (f.Sorted || len(t.Key) == 0)
}

// unsettled are the files that are not settled, with small ones to join them to.
func (p Policy) unsettled(t *lake.Table, files []lake.DataFile) []lake.DataFile {
	var out []lake.DataFile
	for i := range files {
		if f := &files[i]; !p.settled(t, f) || f.LiveBytes() < p.size().full() {
			out = append(out, *f)
		}
	}
	if len(out) == 1 && p.settled(t, &out[0]) {
		return nil
	}
	return out
}

// plain reports whether readers can take the files as they are, wherever they are.
func (p Policy) plain(t *lake.Table, files []lake.DataFile) bool {
	return len(p.Spec) == 0 && !slices.ContainsFunc(files, func(f lake.DataFile) bool {
		return f.Superseded > 0 || f.Schema != p.schemaOf(t, &f)
	})
}

// isSmall reports whether all of a table is written anew at a run's end.
func (p Policy) isSmall(t *lake.Table) bool { return liveBytes(t.Files) <= p.size().small() }

// worn are the files that have lost a quarter of their rows, with all that are neither
// larger nor full: rows that replaced theirs are among them.
func (p Policy) worn(files []lake.DataFile) []lake.DataFile {
	s, most := p.size(), -1
	for i := range files {
		if f := &files[i]; s.isWorn(f) {
			most = max(most, min(s.tier(f), tiers-2))
		}
	}
	return slices.DeleteFunc(slices.Clone(files), func(f lake.DataFile) bool { return s.tier(&f) > most && !s.isWorn(&f) })
}

func liveBytes(files []lake.DataFile) (n int64) {
	for i := range files {
		n += files[i].LiveBytes()
	}
	return n
}

// mayCopy reports whether nothing asks for decoding the files' rows. What a run
// does by itself leaves some superseded rows in place, and an order of keys that
// is not there: both wait for what pays, or for somebody to ask.
func (p Policy) mayCopy(t *lake.Table, files []lake.DataFile) bool {
	s := p.size()
	live := slices.DeleteFunc(slices.Clone(files), func(f lake.DataFile) bool { return f.Live() == 0 })
	if len(live) == 0 || len(p.Spec) > 0 {
		return false
	}
	sorted := true
	var rows, dead int64
	for i := range live {
		f := &live[i]
		if s.isCrumb(f) || s.isWorn(f) || f.Schema != live[0].Schema || f.Partition != "" {
			return false
		}
		sorted = sorted && f.Sorted
		rows, dead = rows+f.Rows, dead+f.Superseded
	}
	clean := dead == 0 && live[0].Schema == t.Schema().ID
	switch {
	case p.When == Crowded, p.When == Ended && !p.isSmall(t):
		return dead*copiedShare < rows
	case p.When == Ended:
		return clean
	}
	return clean && (len(t.Key) == 0 || sorted && disjoint(t, live))
}

// inOrder reports whether all files of a group are settled, as few as may be, and
// no two hold keys of one range.
func (p Policy) inOrder(t *lake.Table, files []lake.DataFile) bool {
	small := 0
	for i := range files {
		if !p.settled(t, &files[i]) {
			return false
		}
		if files[i].Bytes < p.size().full() {
			small++
		}
	}
	return small <= 1 && (len(t.Key) == 0 || disjoint(t, files))
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
	if key == nil {
		return out
	}
	for i := range out {
		if r := out[i].KeyRange(key.ID); r == nil || r.Min == nil || !sameKind(t, &out[i], key) {
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
