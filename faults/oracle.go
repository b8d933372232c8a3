package main

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"maps"
	"strconv"
)

// content is what a lake must hold: by stream, rows by key. The key of an
// appended row is its line, so that a line counts once, however often it came.
type content map[string]map[string]string

func (c content) clone() content {
	out := content{}
	for name, rows := range c {
		out[name] = maps.Clone(rows)
	}
	return out
}

// apply is c after the lines [from, to) of t, of keyed streams alone if keyed.
func (c content) apply(t *tap, from, to int, keyed bool) content {
	out := c.clone()
	for i := from; i < to; i++ {
		l := &t.lines[i]
		if l.stream == nil || keyed && !l.stream.keyed {
			continue
		}
		if out[l.stream.name] == nil {
			out[l.stream.name] = map[string]string{}
		}
		key := l.key
		if !l.stream.keyed {
			key = strconv.Itoa(i)
		}
		out[l.stream.name][key] = l.row
	}
	return out
}

// digest is what a stream's rows come to: how many, how many that differ, and
// a sum of hashes that no order changes.
type digest struct{ rows, distinct, sum int64 }

func (c content) digest(stream string) digest {
	d := digest{rows: int64(len(c[stream])), distinct: int64(len(c[stream]))}
	for _, row := range c[stream] {
		d.sum += hash(row)
	}
	return d
}

// hash is 40 bits of a row's MD5, as hashSQL has it.
func hash(row string) int64 {
	sum := md5.Sum([]byte(row))
	n, err := strconv.ParseInt(hex.EncodeToString(sum[:5]), 16, 64)
	if err != nil {
		panic(err)
	}
	return n
}

// hashSQL is hash of a text in SQL.
func hashSQL(text string) string {
	return fmt.Sprintf("('0x' || substr(md5(%s), 1, 10))::BIGINT", text)
}

// fault is a promise that does not hold.
type fault struct{ kind, text string } // kind: lost, doubled, torn, wrong

func (f *fault) Error() string { return f.kind + ": " + f.text }

func faulty(kind, format string, args ...any) *fault {
	return &fault{kind, fmt.Sprintf(format, args...)}
}

// compare says what is wrong with a stream, nil if nothing.
func compare(stream string, got, want digest) error {
	at := fmt.Sprintf("%s has %d rows, %d different; want %d", stream, got.rows, got.distinct, want.rows)
	switch {
	case got == want:
		return nil
	case got.rows > got.distinct || got.distinct > want.distinct:
		return faulty("doubled", "%s", at)
	case got.distinct < want.distinct:
		return faulty("lost", "%s", at)
	default:
		return faulty("torn", "%s, with other values", at)
	}
}
