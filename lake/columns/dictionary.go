package columns

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
)

// dictionary numbers the distinct values of a column chunk.
type dictionary struct {
	seed   maphash.Seed
	slots  []uint32 // index+1, by hash; a power of two, at most half full
	hashes []uint64
	values Vector // of a layout in Data: the distinct values, by index
	last   int32  // the value before, often the next too
	seen   []bool // by index: on the page being made
}

const firstSlots = 1 << 10

func (d *dictionary) reset(l *Leaf) {
	if d.slots == nil {
		d.seed, d.slots = maphash.MakeSeed(), make([]uint32, firstSlots)
	}
	d.slots = d.slots[:firstSlots]
	clear(d.slots)
	d.hashes, d.seen, d.last = d.hashes[:0], d.seen[:0], -1
	d.values.Kind, d.values.Precision = l.Kind, l.Precision
	d.values.Data, d.values.Ends = d.values.Data[:0], d.values.Ends[:0]
}

func (d *dictionary) len() int { return len(d.hashes) }

// index returns x's number, a new one if x is new.
func (d *dictionary) index(x []byte) int32 {
	if d.last >= 0 && bytes.Equal(d.values.Value(int(d.last)), x) {
		return d.last
	}
	h := maphash.Bytes(d.seed, x)
	mask := uint64(len(d.slots) - 1)
	at := h & mask
	for ; d.slots[at] != 0; at = (at + 1) & mask {
		i := int(d.slots[at] - 1)
		if d.hashes[i] == h && bytes.Equal(d.values.Value(i), x) {
			d.last = int32(i)
			return d.last
		}
	}
	return d.add(x, h, at)
}

func (d *dictionary) add(x []byte, h, at uint64) int32 {
	d.last = int32(len(d.hashes))
	d.slots[at] = uint32(d.last) + 1
	d.hashes = append(d.hashes, h)
	d.seen = append(d.seen, false)
	d.values.Data = append(d.values.Data, x...)
	if d.values.layout() == withEnds {
		d.values.Ends = append(d.values.Ends, uint32(len(d.values.Data)))
	}
	if 2*len(d.hashes) > len(d.slots) {
		d.grow()
	}
	return d.last
}

func (d *dictionary) grow() {
	d.slots = moreSlots(d.slots)
	mask := uint64(len(d.slots) - 1)
	for i, h := range d.hashes {
		at := h & mask
		for d.slots[at] != 0 {
			at = (at + 1) & mask
		}
		d.slots[at] = uint32(i) + 1
	}
}

// moreSlots is four times as many, empty, where there is room in those of an
// earlier chunk.
func moreSlots(slots []uint32) []uint32 {
	n := 4 * len(slots)
	if cap(slots) < n {
		return make([]uint32, n)
	}
	slots = slots[:n]
	clear(slots)
	return slots
}

// pageBounds returns the bounds of the values seen, and unsees them.
func (d *dictionary) pageBounds() bounds {
	var b bounds
	for i, s := range d.seen {
		if !s {
			continue
		}
		d.seen[i] = false
		if d.values.Kind == Decimal {
			b.addDecimal(d.values.Value(i))
			continue
		}
		b.addBytes(d.values.Value(i))
	}
	return b
}

// appendPlain appends v's values, which are in Data, in PLAIN encoding.
func appendPlain(dst []byte, v *Vector) []byte {
	if v.layout() == inData {
		return append(dst, v.Data...)
	}
	start := uint32(0)
	for _, end := range v.Ends {
		dst = binary.LittleEndian.AppendUint32(dst, end-start)
		dst = append(dst, v.Data[start:end]...)
		start = end
	}
	return dst
}
