package lake

import "slices"

// Named is a file that a manifest names.
type Named struct {
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Retired is a file that a version before Version names, and none from it on.
// It stays on disk for readers of those versions until Vacuum takes them.
type Retired struct {
	Named
	Stream  string  `json:"stream"`
	Version Version `json:"version"`
}

// Named are all files of the table, those of pending generations too.
func (t *Table) Named() []Named { return slices.Concat(t.named()...) }

// named are they by kind, in their order.
func (t *Table) named() [][]Named {
	if t == nil {
		return make([][]Named, 4)
	}
	var waiting []Named
	for i := range t.Pending {
		g := &t.Pending[i]
		waiting = append(append(waiting, dataNamed(g.Files)...), deletesNamed(g.Deletes)...)
	}
	rejects := make([]Named, len(t.Rejects))
	for i := range t.Rejects {
		f := &t.Rejects[i]
		rejects[i] = Named{f.Path, f.Bytes, f.SHA256}
	}
	return [][]Named{dataNamed(t.Files), deletesNamed(t.Deletes), waiting, rejects}
}

func dataNamed(files []DataFile) []Named {
	out := make([]Named, len(files))
	for i := range files {
		f := &files[i]
		out[i] = Named{f.Path, f.Bytes, f.SHA256}
	}
	return out
}

func deletesNamed(files []DeleteFile) []Named {
	out := make([]Named, len(files))
	for i := range files {
		f := &files[i]
		out[i] = Named{f.Path, f.Bytes, f.SHA256}
	}
	return out
}

// compare tells which files only next names, and which only t.
func (t *Table) compare(next *Table) (added, removed []Named) {
	before, after := t.named(), next.named()
	for i := range before { // a load only appends
		if len(after[i]) < len(before[i]) || !slices.Equal(after[i][:len(before[i])], before[i]) {
			all, now := slices.Concat(before...), slices.Concat(after...)
			return missing(now, all), missing(all, now)
		}
		added = append(added, after[i][len(before[i]):]...)
	}
	return added, nil
}

// missing are the files of a that b has not.
func missing(a, b []Named) []Named {
	in := make(map[string]bool, len(b))
	for i := range b {
		in[b[i].Path] = true
	}
	return slices.DeleteFunc(slices.Clone(a), func(f Named) bool { return in[f.Path] })
}

// settle completes m, which follows before: what it changes, stream by stream,
// and which files it retires. Files of before that vacuum is done with are
// forgotten.
func (m *Manifest) settle(before *Manifest) {
	back := map[string]bool{}
	var gone []Retired
	for _, stream := range m.changed(before) {
		old, now := before.Tables[stream], m.Tables[stream]
		added, removed := old.compare(now)
		c := StreamChange{Stream: stream, Files: len(added), Retired: len(removed)}
		for _, f := range added {
			c.Bytes += f.Bytes
			back[f.Path] = true
		}
		for _, f := range removed {
			gone = append(gone, Retired{f, stream, m.Version})
		}
		c.count(old, now)
		m.Changes = append(m.Changes, c)
	}
	m.Retired, m.retiredRef = before.Retired, before.retiredRef
	keep := func(r Retired) bool { return r.Version > before.horizon.Swept && !back[r.Path] }
	if len(gone) > 0 || !all(before.Retired, keep) {
		m.retiredRef = tableRef{}
		m.Retired = slices.DeleteFunc(slices.Clone(before.Retired), func(r Retired) bool { return !keep(r) })
		m.Retired = append(m.Retired, gone...)
	}
}

func all(rs []Retired, keep func(Retired) bool) bool {
	return !slices.ContainsFunc(rs, func(r Retired) bool { return !keep(r) })
}

// count fills in the rows; either table may be missing. Where rows were taken
// back, as in a rollback, none came in.
func (c *StreamChange) count(old, now *Table) {
	var none Table
	if old == nil {
		old = &none
	}
	if now == nil {
		return
	}
	c.Live = now.Rows()
	c.Rows, c.Superseded = max(0, now.RowsIn-old.RowsIn), max(0, now.Superseded-old.Superseded)
}

// changed are the streams whose tables are not those of before, sorted.
func (m *Manifest) changed(before *Manifest) []string {
	var out []string
	for stream := range m.Tables {
		if _, same := m.refs[stream]; !same {
			out = append(out, stream)
		}
	}
	for stream := range before.Tables {
		if m.Tables[stream] == nil {
			out = append(out, stream)
		}
	}
	slices.Sort(out)
	return out
}
