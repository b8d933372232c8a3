package columns

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// wanted reads "name kind" pairs, nested as "name struct(a int64, b list(string))".
func wanted(text string) []Column {
	cols, rest := parseColumns(text)
	if rest != "" {
		panic("left over: " + rest)
	}
	return cols
}

func parseColumns(s string) (cols []Column, rest string) {
	for s != "" && s[0] != ')' {
		s = strings.TrimLeft(s, ", ")
		property, after, _ := strings.Cut(s, " ")
		var c Column
		c, s = parseKind(after)
		c.Property = strings.Trim(property, "'")
		cols = append(cols, c)
	}
	return cols, s
}

func parseKind(s string) (c Column, rest string) {
	n := strings.IndexAny(s+",", "(,)")
	c.Kind, s = Kind(s[:n]), s[n:]
	if c.Kind == Decimal {
		end := strings.IndexByte(s, ')') + 1
		if _, err := fmt.Sscanf(s[:end], "(%d,%d)", &c.Precision, &c.Scale); err != nil {
			panic(err)
		}
		s = s[end:]
	} else if c.Kind == List {
		var element Column
		element, s = parseKind(s[1:])
		element.Property = ListElement
		c.Fields, s = []Column{element}, s[1:]
	} else if c.Kind == Struct {
		c.Fields, s = parseColumns(s[1:])
		s = s[1:]
	}
	return c, s
}

// written is the reverse, with the id and, where it differs, the name.
func written(cols []Column) string {
	var out []string
	for i := range cols {
		c := &cols[i]
		s := fmt.Sprintf("%d:%s %s", c.ID, c.Property, c.typeText())
		if c.Name != c.Property {
			s = fmt.Sprintf("%d:%s=%s %s", c.ID, c.Property, c.Name, c.typeText())
		}
		if len(c.Fields) > 0 {
			s += "(" + written(c.Fields) + ")"
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func evolve(t *testing.T, e *Evolver, cur *Schema, want string) *Schema {
	t.Helper()
	s, err := e.Evolve(cur, wanted(want))
	if err != nil {
		t.Fatalf("Evolve(%s): %v", want, err)
	}
	return s
}

func TestEvolve(t *testing.T) {
	f := func(first, then, want string) {
		t.Helper()
		e := &Evolver{NextID: 1}
		cur := evolve(t, e, nil, first)
		before := written(cur.Columns)
		next := evolve(t, e, cur, then)
		if got := written(next.Columns); got != want {
			t.Fatalf("%s, then %s:\n got %s\nwant %s", first, then, got, want)
		}
		if got := written(cur.Columns); got != before {
			t.Fatalf("the schema before was changed from %s to %s", before, got)
		}
		if again := evolve(t, e, next, then); again != next {
			t.Fatalf("the same SCHEMA again made %s of %s", written(again.Columns), want)
		}
	}

	// New columns stand last, whatever the order; removed ones stay.
	f("b int64, a string", "c boolean, a string, b int64", "1:b int64, 2:a string, 3:c boolean")
	f("a int64, b string", "b string", "1:a int64, 2:b string")

	// Widened, never narrowed.
	f("a int64", "a double", "1:a double")
	f("a double", "a int64", "1:a double")
	f("a date", "a timestamp", "1:a timestamp")
	f("a timestamp", "a date", "1:a timestamp")
	f("a int64", "a string", "1:a string")
	f("a boolean", "a int64", "1:a string")
	f("a uuid", "a string", "1:a string")
	f("a time", "a timestamp", "1:a string")
	f("a string", "a json", "1:a json")
	f("a json", "a int64", "1:a json")
	f("a struct(x int64)", "a list(int64)", "1:a json")
	f("a struct(x int64)", "a string", "1:a json")
	f("a int64", "a struct(x int64)", "1:a json")

	// Decimals keep every digit of both sides, or become text.
	f("a int64", "a decimal(38,0)", "1:a decimal(38,0)")
	f("a decimal(38,0)", "a int64", "1:a decimal(38,0)")
	f("a int64", "a decimal(9,2)", "1:a decimal(21,2)")
	f("a decimal(9,2)", "a int64", "1:a decimal(21,2)")
	f("a int64", "a decimal(19,19)", "1:a decimal(38,19)")
	f("a int64", "a decimal(20,20)", "1:a string")
	f("a decimal(10,2)", "a decimal(8,2)", "1:a decimal(10,2)")
	f("a decimal(10,2)", "a decimal(10,6)", "1:a decimal(14,6)")
	f("a decimal(38,8)", "a decimal(38,0)", "1:a string")
	f("a decimal(38,38)", "a decimal(1,0)", "1:a string")
	f("a decimal(37,37)", "a decimal(1,0)", "1:a decimal(38,37)")
	f("a decimal(18,4)", "a double", "1:a string")
	f("a double", "a decimal(18,4)", "1:a string")
	f("a decimal(18,4)", "a boolean", "1:a string")
	f("a decimal(18,4)", "a string", "1:a string")
	f("a string", "a decimal(18,4)", "1:a string")
	f("a decimal(18,4)", "a json", "1:a json")
	f("a decimal(18,4)", "a list(decimal(18,4))", "1:a json")
	f("a struct(x int64)", "a struct(x decimal(4,1), y decimal(2,0))", "1:a struct(2:x decimal(20,1), 3:y decimal(2,0))")
	f("a list(decimal(4,1))", "a list(decimal(4,3))", "1:a list(2:element decimal(6,3))")

	// Nested ones evolve in place.
	f("a struct(x int64), b string", "b string, a struct(y string, x double)",
		"1:a struct(2:x double, 4:y string), 3:b string")
	f("a list(int64)", "a list(double)", "1:a list(2:element double)")
	f("a list(struct(x int64))", "a list(struct(y list(string)))",
		"1:a list(2:element struct(3:x int64, 4:y list(5:element string)))")

	// Names that clash, in structs too, are given anew.
	f("id int64, ID string", "Id boolean", "1:id int64, 2:ID=ID_2 string, 3:Id=Id_3 boolean")
	f("a struct(x int64, X int64)", "a struct(x_2 int64)", "1:a struct(2:x int64, 3:X=X_2 int64, 4:x_2=x_2_2 int64)")
	f("'' int64", "'' int64", "1:=_2 int64")
	f("_extra json, filename string", "File_Row_Number int64, __lake_file string",
		"1:_extra=_extra_2 json, 2:filename=filename_2 string, "+
			"3:File_Row_Number=File_Row_Number_2 int64, 4:__lake_file=__lake_file_2 string")
	f("a struct(filename string)", "a struct(filename string)", "1:a struct(2:filename string)")
}

func TestEvolveGivesEachIDOnce(t *testing.T) {
	e := &Evolver{NextID: 1}
	s := evolve(t, e, nil, "a struct(x int64)")
	s = evolve(t, e, s, "a string")
	s = evolve(t, e, s, "b int64, c struct(x int64)")
	if got, want := written(s.Columns), "1:a json, 3:b int64, 4:c struct(5:x int64)"; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	if e.NextID != 6 {
		t.Fatalf("next id %d, want 6", e.NextID)
	}
}

func TestEvolveKeepsExtraLast(t *testing.T) {
	e := &Evolver{NextID: 1}
	s := evolve(t, e, nil, "a int64").WithExtra()
	if again := evolve(t, e, s, "a int64"); again != s {
		t.Fatalf("the same SCHEMA again made %s", written(again.Columns))
	}
	next := evolve(t, e, s, "a int64, b string")
	want := fmt.Sprintf("1:a int64, 2:b string, %d:_extra json", ExtraID)
	if got := written(next.Columns); got != want || !next.HasExtra() {
		t.Fatalf("got %s, want %s", got, want)
	}
}

func TestEvolveRefusesAnotherKey(t *testing.T) {
	f := func(first, then, message string) {
		t.Helper()
		e := &Evolver{NextID: 1, Key: []string{"id", "at"}}
		_, err := e.Evolve(evolve(t, e, nil, first), wanted(then))
		if message == "" {
			if err != nil {
				t.Fatal(err)
			}
			return
		}
		if !errors.Is(err, ErrSchema) || !strings.Contains(err.Error(), message) {
			t.Fatalf("%s, then %s: %v, want %s", first, then, err, message)
		}
	}
	f("id int64, x int64", "id int64, x string", "")
	f("id double", "id int64", "") // narrowed: stays
	f("id int64", "id double", "key /id changes from int64 to double")
	f("at date", "at timestamp", "key /at changes from date to timestamp")
	f("x struct(id int64)", "x struct(id string)", "") // of the same name, but no key

	// Numbers widen exactly, below a key too; nothing else does.
	f("id int64", "id decimal(38,0)", "")
	f("id int64", "id decimal(9,2)", "")
	f("id decimal(9,2)", "id decimal(9,4)", "")
	f("id decimal(38,0)", "id int64", "")
	f("id decimal(38,0)", "id decimal(9,4)", "key /id changes from decimal(38,0) to decimal(9,4)")
	f("id decimal(9,2)", "id double", "key /id changes from decimal(9,2) to double")
	f("id decimal(9,2)", "id string", "key /id changes from decimal(9,2) to string")
	f("id struct(a int64)", "id struct(a decimal(38,0))", "")
	f("id struct(a int64)", "id struct(a string)", "key /id/a changes from int64 to string")
	f("id struct(a int64)", "id struct(a int64, b int64)", "key /id gains /id/b")
	f("id struct(a int64, b int64)", "id struct(a int64)", "")
	f("id list(date)", "id list(timestamp)", "key /id/element changes from date to timestamp")
}

func TestEvolveRefusesDigits(t *testing.T) {
	f := func(want string) {
		t.Helper()
		e := &Evolver{NextID: 1}
		cur := evolve(t, e, nil, "x int64")
		for _, have := range []*Schema{nil, cur} {
			if _, err := e.Evolve(have, wanted(want)); !errors.Is(err, ErrSchema) {
				t.Fatalf("Evolve(%s): %v", want, err)
			}
		}
	}
	f("x decimal(0,0)")
	f("x decimal(39,0)")
	f("x decimal(5,6)")
	f("x decimal(5,-1)")
	f("y list(decimal(39,1))")
}

// TestCommonHoldsBoth draws numbers of two types and fits them into their common one.
func TestCommonHoldsBoth(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	column := func() Column {
		if r.IntN(4) == 0 {
			return Column{Kind: Int64}
		}
		p := 1 + r.IntN(MaxPrecision)
		return Column{Kind: Decimal, Precision: p, Scale: r.IntN(p + 1)}
	}
	for range 20_000 {
		a, b := column(), column()
		c := Common(a, b)
		if other := Common(b, a); !sameType(&c, &other) {
			t.Fatalf("%s, %s: %s one way, %s the other", a.typeText(), b.typeText(), c.typeText(), other.typeText())
		}
		wholeA, scaleA, _ := a.digits()
		wholeB, scaleB, _ := b.digits()
		whole, scale, _ := c.digits()
		fits := whole >= max(wholeA, wholeB) && scale >= max(scaleA, scaleB)
		tight := max(wholeA, wholeB)+max(scaleA, scaleB) > MaxPrecision
		if tight != (c.Kind == String) || !tight && !fits || c.check("x") != nil {
			t.Fatalf("%s, %s: %s", a.typeText(), b.typeText(), c.typeText())
		}
	}
}

func TestLeaves(t *testing.T) {
	e := &Evolver{NextID: 1}
	s := evolve(t, e, nil, "a int64, n decimal(9,2), l list(struct(x string, m list(list(boolean)))), s struct(t struct(u date))")
	var got []string
	for _, l := range s.Leaves() {
		got = append(got, fmt.Sprintf("%s %s(%d,%d) %d %d", strings.Join(l.Path, "."), l.Kind, l.Precision, l.Scale, l.MaxDef, l.MaxRep))
	}
	want := []string{
		"a int64(0,0) 1 0",
		"n decimal(9,2) 1 0",
		"l.list.element.x string(0,0) 4 1",
		"l.list.element.m.list.element.list.element boolean(0,0) 8 3",
		"s.t.u date(0,0) 3 0",
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	if n := s.Columns[2].LeafCount(); n != 2 {
		t.Fatalf("LeafCount() = %d, want 2", n)
	}
}

func TestWithExtraLeavesItsSchemaAlone(t *testing.T) {
	cols := make([]Column, 1, 8)
	cols[0] = Column{ID: 1, Name: "a", Property: "a", Kind: Int64}
	s := &Schema{Columns: cols}
	x := s.WithExtra()
	if s.HasExtra() || !x.HasExtra() || x.WithExtra() != x || cols[:2][1].ID != 0 {
		t.Fatal("WithExtra changed the schema it was called on, or was not idempotent")
	}
	if s.Column("a") == nil || s.Column("b") != nil || s.Equal(x) || !x.Equal(s.WithExtra()) {
		t.Fatal("Column or Equal is wrong")
	}
}

func TestChanges(t *testing.T) {
	f := func(first, then, want string) {
		t.Helper()
		e := &Evolver{NextID: 1}
		var cur *Schema
		if first != "" {
			cur = evolve(t, e, nil, first)
		}
		var got []string
		for _, c := range cur.Changes(evolve(t, e, cur, then)) {
			from := "new"
			if c.From != nil {
				from = c.From.typeText()
			}
			got = append(got, c.Path+" "+from+" "+c.To.typeText())
		}
		if s := strings.Join(got, ", "); s != want {
			t.Fatalf("%s, then %s:\n got %s\nwant %s", first, then, s, want)
		}
	}
	f("", "a int64, b struct(x date)", "/a new int64, /b new struct")
	f("a int64, b string", "b string", "")
	f("a int64", "a double, 'b/~c' boolean", "/a int64 double, /b~1~0c new boolean")
	f("a decimal(4,2)", "a decimal(4,1)", "/a decimal(4,2) decimal(5,2)")
	f("a struct(x date, y list(int64))", "a struct(z string, x timestamp, y list(struct(q int64)))",
		"/a/x date timestamp, /a/y/element int64 json, /a/z new string")
	f("a struct(x date)", "a int64", "/a struct json")
}

func TestEvolveKeepsWideIntegersExact(t *testing.T) {
	f := func(first, then string, beyond int32, want string) {
		t.Helper()
		e := &Evolver{NextID: 1}
		cur := evolve(t, e, nil, first)
		e.Beyond = map[int32]bool{beyond: true}
		if got := written(evolve(t, e, cur, then).Columns); got != want {
			t.Fatalf("%s, then %s: got %s, want %s", first, then, got, want)
		}
	}
	f("a int64, b int64", "a double, b double", 2, "1:a double, 2:b string")
	f("a struct(x list(int64))", "a struct(x list(double))", 3, "1:a struct(2:x list(3:element string))")
	f("a int64", "a int64", 1, "1:a int64")
	f("a int64", "a decimal(9,2)", 1, "1:a decimal(21,2)")
	f("a double", "a int64", 1, "1:a double")
}
