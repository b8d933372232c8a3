package lake

import "slices"

// Recurring is which rejects of a pipeline's tables its tap may send again:
// those of files that From and later versions named, while the pipeline's last
// load is in doubt (see Lake.InDoubt) and, as far as Open goes, after that.
type Recurring struct {
	From Version `json:"from"`
	Open Reach   `json:"open,omitempty"`
}

// Reach is which tables' rejects may come again although the STATE of the
// commit that named them is out: it does not cover them.
type Reach string

const (
	NoTable     Reach = ""
	KeyedTables Reach = "keyed" // of those whose rows may be loaded twice and leave the same table
	AllTables   Reach = "all"
)

// Or is the wider of both.
func (r Reach) Or(o Reach) Reach {
	if r == NoTable || o == AllTables {
		return o
	}
	return r
}

// Recur is what a load's commit says of the rejects that may come again after it.
type Recur struct {
	Keep bool // those of earlier versions still may; else the STATE before this commit's covers them, and is out
	Open Reach
}

// after is r once version v is committed.
func (r Recurring) after(c Recur, v Version) Recurring {
	if r.From == 0 || r.Open == NoTable && !c.Keep {
		r.From = v
	}
	r.Open = c.Open
	return r
}

// RecurringRejects are the table's files of rejects that may come again.
func (t *Table) RecurringRejects(r Recurring) []RejectFile {
	var out []RejectFile
	for _, f := range t.Rejects {
		if r.From > 0 && f.Version >= r.From {
			out = append(out, f)
		}
	}
	return out
}

// reject takes the change's emptied files from the table's rejects, and adds
// new ones, which version v names. What a replay leaves is as old as the newest
// that it read: that may come again, or not, as it might before.
func (t *Table) reject(c *Change, v Version) {
	var keep []RejectFile
	var newest Version
	for _, f := range t.Rejects {
		if slices.Contains(c.Replayed, f) {
			newest = max(newest, f.Version)
		} else {
			keep = append(keep, f)
		}
	}
	for _, f := range c.Rejects {
		f.Version = v
		if len(c.Replayed) > 0 {
			f.Version = newest
		}
		keep = append(keep, f)
	}
	t.Rejects = keep
}

// disowned is the table for another pipeline, whose tap never sent its rejects.
func (t *Table) disowned() *Table {
	next := *t
	next.Rejects = slices.Clone(t.Rejects)
	for i := range next.Rejects {
		next.Rejects[i].Version = 0
	}
	return &next
}
