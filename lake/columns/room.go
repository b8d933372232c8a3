package columns

// Room is what the rows of a batch took, from which room is made for others of
// their schema. Its zero value knows of none, and makes none.
type Room struct {
	Rows    int
	vectors []extent
}

// extent is the lengths of a vector's slices.
type extent struct{ entries, values, bytes int }

// Note takes b's rows, if it has any, for what others will be like.
func (r *Room) Note(b *Batch) {
	if b.Rows == 0 {
		return
	}
	r.Rows, r.vectors = b.Rows, r.vectors[:0]
	for i := range b.Vectors {
		v := &b.Vectors[i]
		r.vectors = append(r.vectors, extent{len(v.Def), len(v.Ints) + len(v.Floats) + len(v.Bools) + len(v.Ends), len(v.Data)})
	}
}

// Make sees to it that b, which is empty, has room for about so many rows of at most
// so many bytes of JSON. Vectors that grew by themselves would each ask for memory
// many times.
func (r *Room) Make(b *Batch, rows, size int) {
	if r.Rows == 0 {
		return
	}
	of := func(n int) int {
		if n == 0 {
			return 0
		}
		n = n * rows / r.Rows
		return min(n+n/8+1, max(size, rows))
	}
	var s slabs
	for range 2 { // count, then cut
		for i := range b.Vectors {
			v, x := &b.Vectors[i], &r.vectors[i]
			entries := of(x.entries)
			s.bytes.cut(&v.Def, entries)
			if v.MaxRep > 0 {
				s.bytes.cut(&v.Rep, entries)
				s.places.cut(&v.Starts, rows)
			}
			s.bytes.cut(&v.Data, of(x.bytes))
			switch values := of(x.values); v.layout() {
			case inInts:
				s.ints.cut(&v.Ints, values)
			case inFloats:
				s.floats.cut(&v.Floats, values)
			case inBools:
				s.bools.cut(&v.Bools, values)
			case withEnds:
				s.places.cut(&v.Ends, values)
			}
		}
		s.bytes.allot()
		s.places.allot()
		s.ints.allot()
		s.floats.allot()
		s.bools.allot()
	}
}

// slabs are memory that a batch's vectors share.
type slabs struct {
	bytes  slab[byte]
	places slab[uint32]
	ints   slab[int64]
	floats slab[float64]
	bools  slab[bool]
}

// slab is first counted, then allotted, then cut.
type slab[T any] struct {
	want int
	left []T
}

// cut gives a vector's slice room for n, if it has less.
func (s *slab[T]) cut(to *[]T, n int) {
	if cap(*to) >= n {
		return
	}
	if s.left == nil {
		s.want += n
		return
	}
	*to, s.left = s.left[:0:n], s.left[n:]
}

func (s *slab[T]) allot() {
	if s.left == nil && s.want > 0 {
		s.left = make([]T, s.want)
	}
}
