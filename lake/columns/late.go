package columns

// Late is the vector of DeletedName where Schema has no column for it, else nil.
// Most streams never send the property, so it costs their rows nothing: it has
// no entry until a row has the property, and rows after the last such row may
// lack theirs, until EndLate.
func (b *Batch) Late() *Vector {
	if !b.late {
		return nil
	}
	return &b.Vectors[len(b.Vectors)-2]
}

// HasLate reports whether a row has an undeclared DeletedName, be it null.
func (b *Batch) HasLate() bool { return b.lateFrom > 0 }

// BeginLate makes the late vector ready for the value of the row being appended;
// it reports false if the row has one.
func (b *Batch) BeginLate() bool {
	if len(b.Late().Def) > b.Rows {
		return false
	}
	b.EndLate()
	if b.lateFrom == 0 {
		b.lateFrom = b.Rows + 1
	}
	return true
}

// EndLate gives every row its entry in the late vector.
func (b *Batch) EndLate() {
	if v := b.Late(); v != nil {
		for len(v.Def) < b.Rows {
			v.Null(0, 0)
		}
	}
}

// dropLate forgets the late vector if the rows that had the property are gone.
func (b *Batch) dropLate() {
	if b.lateFrom > b.Rows {
		b.Late().Def, b.lateFrom = b.Late().Def[:0], 0
	}
}

// joinLate prepares the late vectors for rows of src that come after b's.
func (b *Batch) joinLate(src *Batch) {
	if !src.HasLate() && b.late == src.late {
		return
	}
	b.EndLate()
	src.EndLate()
	if src.HasLate() && b.late && b.lateFrom == 0 {
		b.lateFrom = b.Rows + 1
	}
}
