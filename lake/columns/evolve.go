package columns

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// reserved are column names that our readers add, DuckDB's Parquet reader
// claims, or that appear with records; DeletedName is its own property's.
var reserved = []string{"__lake_file", "file_row_number", "filename", ExtraName, DeletedName}

// ErrSchema marks a SCHEMA the table cannot take.
var ErrSchema = errors.New("schema refused")

// KeyError is that a SCHEMA changes a key, which only a table that is begun anew can take.
type KeyError struct{ What string }

func (e *KeyError) Error() string { return ErrSchema.Error() + ": " + e.What }
func (e *KeyError) Unwrap() error { return ErrSchema }

// Evolver turns the columns a SCHEMA asks for into the schema of its table.
// It hands out field ids and names and widens kinds; it is pure.
type Evolver struct {
	NextID int32    // next free field id; ids below it were given
	Key    []string // properties whose type must not change: a key would no longer equal itself

	// Beyond are the columns, by id, that hold an integer beyond 2^53: with a
	// double they become text, which alone keeps both.
	Beyond map[int32]bool
}

// Evolve returns the schema that holds both cur (nil: a new table) and want.
// want's columns need only Property, Kind and Fields, and Name where that is not
// to be made of Property.
// Columns that want lacks stay; new ones come after. If nothing changes the
// result is cur itself.
func (e *Evolver) Evolve(cur *Schema, want []Column) (*Schema, error) {
	var have []Column
	extra := false
	if cur != nil {
		if have, extra = cur.Columns, cur.HasExtra(); extra {
			have = have[:len(have)-1]
		}
	}
	cols, err := e.merge(have, want, "", false)
	if err != nil {
		return nil, err
	}
	next := &Schema{ID: -1, Columns: cols}
	if extra {
		next = next.WithExtra()
	}
	if cur != nil && cur.Equal(next) {
		return cur, nil
	}
	return next, nil
}

// merge evolves siblings, those at the top where path is empty, those below a
// key column where key says so.
func (e *Evolver) merge(have, want []Column, path string, key bool) ([]Column, error) {
	out := slices.Clone(have)
	taken := map[string]bool{}
	if path == "" {
		for _, r := range reserved {
			taken[Fold(r)] = true
		}
	}
	at := make(map[string]int, len(out)+len(want)) // by property, its place in out
	for i := range out {
		taken[Fold(out[i].Name)] = true
		at[out[i].Property] = i
	}
	for i := range want {
		w := &want[i]
		where := path + "/" + w.Property
		if err := w.check(where); err != nil {
			return nil, err
		}
		if old, ok := at[w.Property]; ok {
			next, err := e.widen(&out[old], w, where, key || path == "" && slices.Contains(e.Key, w.Property))
			if err != nil {
				return nil, err
			}
			out[old] = next
			continue
		}
		if key {
			return nil, &KeyError{fmt.Sprintf("key %s gains %s", path, where)}
		}
		c, err := e.fresh(w, where, path == "", taken)
		if err != nil {
			return nil, err
		}
		at[w.Property] = len(out)
		out = append(out, c)
	}
	return out, nil
}

// fresh gives a new column, and those below it, an id and a name of its own.
func (e *Evolver) fresh(w *Column, at string, top bool, taken map[string]bool) (Column, error) {
	c := Column{Property: w.Property, Kind: w.Kind, Precision: w.Precision, Scale: w.Scale}
	if top && w.Property == DeletedName {
		c.ID, c.Name = DeletedID, DeletedName
	} else {
		c.ID, c.Name = e.NextID, FreeName(cmp.Or(w.Name, w.Property), taken)
		e.NextID++
	}
	var err error
	c.Fields, err = e.merge(nil, w.Fields, at, false)
	return c, err
}

// widen returns the narrowest column that holds both, keeping old's id and
// name. A key widens only to a Decimal: exactly, so that the keys that are
// stored still equal the same numbers.
func (e *Evolver) widen(old, want *Column, at string, key bool) (Column, error) {
	c := *old
	if old.Kind == want.Kind && (old.Kind == Struct || old.Kind == List) {
		var err error
		c.Fields, err = e.merge(old.Fields, want.Fields, at, key)
		return c, err
	}
	next := Common(*old, *want)
	if old.Kind == Int64 && next.Kind == Double && e.Beyond[old.ID] {
		next.Kind = String
	}
	if sameType(old, &next) {
		return c, nil
	}
	if key && next.Kind != Decimal {
		return c, &KeyError{fmt.Sprintf("key %s changes from %s to %s", at, old.typeText(), want.typeText())}
	}
	c.Kind, c.Precision, c.Scale, c.Fields = next.Kind, next.Precision, next.Scale, nil
	return c, nil
}

// Widened is the narrowest kind that keeps every value of both; Common is for
// decimals, whose kind does not say how many digits they have.
//
// All of it is exact but one: a double rounds integers beyond 2^53. An Evolver
// that knows of such an integer makes text of the column instead.
func Widened(a, b Kind) Kind {
	switch {
	case a == b:
		return a
	case pair(a, b, Int64, Double):
		return Double
	case pair(a, b, Date, Timestamp):
		return Timestamp
	case nested(a) || nested(b):
		return JSON
	default:
		return String
	}
}

func pair(a, b, x, y Kind) bool { return a == x && b == y || a == y && b == x }

func nested(k Kind) bool { return k == Struct || k == List || k == JSON }

// FreeName returns name, or name with _2, _3 … behind it, the least that is not
// taken, and takes it. Past the twentieth it need not be the least: ten thousand
// columns that differ only in case would look at fifty million names.
func FreeName(name string, taken map[string]bool) string {
	numbered := func(n int) string { return fmt.Sprintf("%s_%d", name, n) }
	has := func(n int) bool { return taken[Fold(numbered(n))] }
	free := name
	if free == "" || taken[Fold(free)] {
		n := 2
		for n < 20 && has(n) {
			n++
		}
		if n == 20 {
			n = beyond(n, has)
		}
		free = numbered(n)
	}
	taken[Fold(free)] = true
	return free
}

// beyond is a number from n on that is not had, though the one before it is, or n.
func beyond(n int, has func(int) bool) int {
	had := n - 1
	for step := 1; has(n); step *= 2 {
		had, n = n, n+step
	}
	for n-had > 1 {
		if mid := had + (n-had)/2; has(mid) {
			had = mid
		} else {
			n = mid
		}
	}
	return n
}

// Fold maps names that DuckDB or a case-folding file system takes for one.
func Fold(s string) string { return strings.ToLower(s) }
