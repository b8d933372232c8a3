package ingest

// Notes counts what was taken with a change worth a warning.
type Notes struct {
	Surrogates  int            // surrogate escapes without their other half, now U+FFFD
	Duplicates  int            // records in which a property stood twice; the last one won
	Nanoseconds int            // times cut to microseconds
	NullDates   int            // dates and times that no column can hold, now null
	Rounded     int            // integers that a column of doubles does not hold exactly
	Filtered    map[string]int // records that a map's filter left out, by stream
	// Undeclared counts undeclared properties by stream, then by name (of
	// nested ones, their JSON pointer). A stream names a bounded set of them.
	Undeclared map[string]map[string]int
}

// mostNames is how many undeclared properties of a stream are named.
const mostNames = 100

func (n *Notes) undeclared(stream string, name []byte, count int) {
	names := n.Undeclared[stream]
	if names == nil {
		if n.Undeclared == nil {
			n.Undeclared = map[string]map[string]int{}
		}
		names = map[string]int{}
		n.Undeclared[stream] = names
	}
	if _, known := names[string(name)]; known || len(names) < mostNames {
		names[string(name)] += count
	}
}

func (n *Notes) filtered(stream string, count int) {
	if n.Filtered == nil {
		n.Filtered = map[string]int{}
	}
	n.Filtered[stream] += count
}

// Add counts what o has counted.
func (n *Notes) Add(o *Notes) {
	n.Surrogates += o.Surrogates
	n.Duplicates += o.Duplicates
	n.Nanoseconds += o.Nanoseconds
	n.NullDates += o.NullDates
	n.Rounded += o.Rounded
	for stream, count := range o.Filtered {
		n.filtered(stream, count)
	}
	for stream, names := range o.Undeclared {
		for name, count := range names {
			n.undeclared(stream, []byte(name), count)
		}
	}
}
