package ingest

// skip passes a value that is not selected.
func (d *Decoder) skip(b []byte, i int) int {
	if i = d.scan.Value(b, i); i < 0 {
		return d.refuse("", d.scan.Why)
	}
	return i
}

// path is the names of the objects around a property, outermost first, and its
// own; without one it is that of the innermost container.
func (d *Decoder) path(own ...string) []string {
	names := make([]string, 0, len(d.trail)+1)
	for _, t := range d.trail {
		if !t.slot.element {
			names = append(names, t.slot.name)
		}
	}
	return append(names, own...)
}

// pruned is what is selected of the value of s, which d has just passed.
func (d *Decoder) pruned(s *slot, value []byte) (part []byte, kept bool) {
	path := d.path()
	if !s.element {
		path = append(path, s.name)
	}
	d.text, kept = d.walk.plan.options.Selection.Prune(d.text[:0], value, path)
	return d.text, kept
}

// undeclaredPart keeps what is selected of an undeclared property.
func (d *Decoder) undeclaredPart(name, b []byte, i int) int {
	s := d.walk.plan.options.Selection
	path := d.path(string(name))
	d.scan.Spaced = false
	end := d.skip(b, i)
	if end < 0 {
		return -1
	}
	if value, kept := s.Prune(nil, b[i:end], path); kept {
		return d.keepUndeclared(name, value, end)
	}
	return end
}
