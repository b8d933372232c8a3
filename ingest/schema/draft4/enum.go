package draft4

import (
	"encoding/binary"
	"encoding/json"
	"hash/maphash"
	"unicode/utf8"

	"target-filelake/ingest/text"
)

// seed keeps who writes records from making names or values collide.
var seed = maphash.MakeSeed()

// set is an enum's values.
type set struct {
	count   int
	types   Types // with a value in the enum
	yes, no bool
	strings map[string]struct{}
	numbers map[string]struct{} // by appendNumber
	nested  map[uint64]struct{} // by hash
}

func setOf(values []*Node) *set {
	s := &set{strings: map[string]struct{}{}, numbers: map[string]struct{}{}, nested: map[uint64]struct{}{}}
	seen := map[string]bool{}
	for _, v := range values {
		if c := canonical(v); !seen[c] {
			seen[c] = true
			s.count++
		}
		s.add(v)
	}
	return s
}

func (s *set) add(v *Node) {
	s.types |= enumTypes(&Node{kind: '[', items: []*Node{v}})
	switch v.kind {
	case '"':
		s.strings[v.text] = struct{}{}
	case '0':
		s.numbers[string(appendNumber(nil, []byte(v.text)))] = struct{}{}
	case 't':
		s.yes, s.no = s.yes || v.IsTrue(), s.no || v.IsFalse()
	case '{', '[':
		doc, err := json.Marshal(v.plain())
		if err != nil {
			panic("BUG: a parsed schema cannot be written: " + err.Error())
		}
		var k Checker
		k.Begin(len(doc))
		hash, _ := k.hash(append(doc, '\n'), 0)
		s.nested[hash] = struct{}{}
	}
}

// listed checks that the value in b[i:end] is in an enum.
func (k *Checker) listed(s *set, b []byte, i, end int) bool {
	if k.isIn(s, b, i, end) {
		return true
	}
	if k.words == nil {
		return false
	}
	if t := TypesAt(b, i, end); s.types.Has(t) && t != Null {
		k.say("enum, want one of %d values, got another %s", s.count, t)
	} else {
		k.say("enum, want one of %d values, got %s", s.count, kindOf(t))
	}
	return true
}

func (k *Checker) isIn(s *set, b []byte, i, end int) bool {
	var found bool
	switch b[i] {
	case '"':
		_, found = s.strings[string(k.content(b[i+1:end-1]))]
	case 't':
		found = s.yes
	case 'f':
		found = s.no
	case 'n':
		found = s.types.Has(Null)
	case '{', '[':
		if len(s.nested) > 0 {
			hash, _ := k.hash(b, i)
			_, found = s.nested[hash]
		}
	default:
		k.buf = appendNumber(k.buf[:0], b[i:end])
		_, found = s.numbers[string(k.buf)]
	}
	return found
}

// content is a string's text. It is good until the next call.
func (k *Checker) content(raw []byte) []byte {
	if !escaped(raw) {
		return raw
	}
	k.buf = text.Unescape(k.buf[:0], raw)
	return k.buf
}

// hash is the same for values that are equal, and in all likelihood for no
// others: numbers by value, objects in any order.
func (k *Checker) hash(b []byte, i int) (hash uint64, end int) {
	switch b[i] {
	case '{':
		return k.hashObject(b, i)
	case '[':
		return k.hashArray(b, i)
	}
	end = k.scan.Value(b, i)
	k.left -= 1 + (end-i)>>6
	switch c := b[i]; {
	case c == '"':
		return mixed('"', maphash.Bytes(seed, k.content(b[i+1:end-1]))), end
	case c == '-' || c-'0' <= 9:
		k.buf = appendNumber(k.buf[:0], b[i:end])
		return mixed('0', maphash.Bytes(seed, k.buf)), end
	}
	return mixed('n', uint64(b[i])), end
}

func (k *Checker) hashArray(b []byte, i int) (uint64, int) {
	sum := uint64('[')
	for i = k.scan.Space(b, i+1); b[i] != ']'; {
		hash, end := k.hash(b, i)
		sum = mixed(sum, hash)
		if i = k.scan.Space(b, end); b[i] == ',' {
			i = k.scan.Space(b, i+1)
		}
	}
	return mixed(sum, ']'), i + 1
}

func (k *Checker) hashObject(b []byte, i int) (uint64, int) {
	sum, mark := uint64(0), len(k.hashes)
	for i = k.scan.Space(b, i+1); b[i] != '}'; {
		raw, _, next := k.scan.Key(b, i)
		name := maphash.Bytes(seed, k.content(raw))
		k.hashes = append(k.hashes, name)
		hash, end := k.hash(b, next)
		sum += mixed(name, hash)
		if i = k.scan.Space(b, end); b[i] == ',' {
			i = k.scan.Space(b, i+1)
		}
	}
	k.complete(&members{max: -1}, k.hashes[mark:], b, i)
	k.hashes = k.hashes[:mark]
	return mixed('{', sum), i + 1
}

func mixed(a, b uint64) uint64 {
	var both [16]byte
	binary.LittleEndian.PutUint64(both[:8], a)
	binary.LittleEndian.PutUint64(both[8:], b)
	return maphash.Bytes(seed, both[:])
}

// widestRune is the longest a code point can be in a JSON string: two escapes.
const widestRune = 12

// string checks the string whose content, as received, is raw.
func (k *Checker) string(s *lengths, raw []byte) bool {
	if s.max >= 0 && len(raw) > s.max || s.min > 0 && len(raw) < widestRune*s.min {
		if n := k.length(raw); n < s.min || s.max >= 0 && n > s.max {
			if k.words == nil {
				return false
			}
			k.sayLimits("Length", s.min, s.max, n, "a string of %d characters")
		}
	}
	if s.pattern != nil && !k.matches(s.pattern, k.content(raw)) {
		if k.words == nil {
			return false
		}
		k.say("pattern %s, got a string that does not match", quoted(s.pattern.String()))
	}
	return true
}

func (k *Checker) length(raw []byte) int { return utf8.RuneCount(k.content(raw)) }
