package draft4

import (
	"hash/maphash"
	"slices"
	"strconv"

	"target-filelake/ingest/text"
)

// object checks the object at b[i].
func (k *Checker) object(o *members, b []byte, i int) int {
	mark := len(k.hashes)
	end := k.members(o, b, i)
	if end >= 0 && !k.complete(o, k.hashes[mark:], b, i) {
		end = -1
	}
	k.hashes = k.hashes[:mark]
	return end
}

// members checks the properties of the object at b[i], and notes their names.
func (k *Checker) members(o *members, b []byte, i int) int {
	for i = k.scan.Space(b, i+1); b[i] != '}'; {
		name, plain, next := k.scan.Key(b, i)
		if !plain {
			name = text.Unescape(nil, name)
		}
		k.hashes = append(k.hashes, maphash.Bytes(seed, name))
		outer := k.path
		if k.words != nil {
			k.path = text.Pointer(outer, string(name))
		}
		i = k.member(o, name, b, next)
		k.path = outer
		if i < 0 {
			return -1
		}
		if i = k.scan.Space(b, i); b[i] == ',' {
			i = k.scan.Space(b, i+1)
		}
	}
	return i + 1
}

// member checks the value at b[i] of a property.
func (k *Checker) member(o *members, name, b []byte, i int) int {
	c, known := o.props[string(name)]
	end := k.run(c, b, i)
	for p := range o.patterns {
		if end < 0 {
			return -1
		}
		if k.matches(o.patterns[p].pattern, name) {
			known = true
			end = k.run(o.patterns[p].check, b, i)
		} else if k.Spent() {
			return -1
		}
	}
	switch {
	case known || end < 0:
		return end
	case o.closed:
		if k.words == nil {
			return -1
		}
		k.say("additionalProperties false, got a property beside those declared")
		return end
	case o.more != nil:
		return k.run(o.more, b, i)
	}
	return end
}

// fewNames is how many names are looked through faster than they are sorted.
const fewNames = 8

// complete checks which properties an object has. i is where it starts.
func (k *Checker) complete(o *members, names []uint64, b []byte, i int) bool {
	if len(names) > fewNames {
		slices.Sort(names)
	}
	if twice(names) {
		k.Unsure = true
	}
	if n := len(names); n < o.min || o.max >= 0 && n > o.max {
		if k.words == nil {
			return false
		}
		k.sayLimits("Properties", o.min, o.max, n, "an object of %d properties")
	}
	for r := range o.required {
		if !has(names, o.required[r].hash) {
			if k.words == nil {
				return false
			}
			k.sayMissing(o.required[r].name, Missing)
		}
	}
	for d := range o.depends {
		if has(names, o.depends[d].on.hash) && !k.depends(&o.depends[d], names, b, i) {
			return false
		}
	}
	return true
}

func (k *Checker) depends(d *dependency, names []uint64, b []byte, i int) bool {
	for r := range d.names {
		if !has(names, d.names[r].hash) {
			if k.words == nil {
				return false
			}
			k.sayMissing(d.names[r].name, MissingBeside+strconv.Quote(d.on.name)+", got nothing")
		}
	}
	return d.check == nil || k.run(d.check, b, i) >= 0
}

func has(names []uint64, hash uint64) bool {
	if len(names) <= fewNames {
		return slices.Contains(names, hash)
	}
	_, found := slices.BinarySearch(names, hash)
	return found
}

// twice reports whether a hash stands twice. Many must be sorted.
func twice(hashes []uint64) bool {
	for i := 1; i < len(hashes); i++ {
		if len(hashes) > fewNames && hashes[i] == hashes[i-1] ||
			len(hashes) <= fewNames && slices.Contains(hashes[:i], hashes[i]) {
			return true
		}
	}
	return false
}

// array checks the array at b[i].
func (k *Checker) array(a *elements, b []byte, i int) int {
	mark := len(k.hashes)
	end := k.elements(a, b, i)
	k.hashes = k.hashes[:mark]
	return end
}

func (k *Checker) elements(a *elements, b []byte, i int) int {
	mark, n, nested := len(k.hashes), 0, false
	for i = k.scan.Space(b, i+1); b[i] != ']'; n++ {
		start, outer := i, k.path
		if k.words != nil {
			k.path = outer + "/" + strconv.Itoa(n)
		}
		if n < len(a.tuple) {
			i = k.run(a.tuple[n], b, i)
		} else {
			i = k.run(a.items, b, i)
		}
		k.path = outer
		if i < 0 {
			return -1
		}
		if a.unique {
			hash, _ := k.hash(b, start)
			nested = nested || b[start] == '{' || b[start] == '['
			k.hashes = append(k.hashes, hash)
		}
		if i = k.scan.Space(b, i); b[i] == ',' {
			i = k.scan.Space(b, i+1)
		}
	}
	if !k.counted(a, n) || a.unique && !k.unique(k.hashes[mark:], nested) {
		return -1
	}
	return i + 1
}

// counted checks how many elements an array has.
func (k *Checker) counted(a *elements, n int) bool {
	if n < a.min || a.max >= 0 && n > a.max {
		if k.words == nil {
			return false
		}
		k.sayLimits("Items", a.min, a.max, n, "an array of %d items")
	}
	if a.closed && n > len(a.tuple) {
		if k.words == nil {
			return false
		}
		k.say("additionalItems false after %d, got an array of %d items", len(a.tuple), n)
	}
	return true
}

// unique checks that the hashes of an array's elements differ. Equal ones of
// objects and arrays are looked at again by who has a tree of them.
func (k *Checker) unique(hashes []uint64, nested bool) bool {
	if len(hashes) > fewNames {
		slices.Sort(hashes)
	}
	if !twice(hashes) {
		return true
	}
	if k.words != nil {
		k.say("uniqueItems, got an array with equal items")
		return true
	}
	k.Unsure = k.Unsure || nested
	return nested
}
