package partition

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"target-filelake/lake/columns"
)

// Transform makes a partition's value of a column's.
type Transform string

// The transforms, by the names Iceberg gives them.
const (
	Identity Transform = "identity"
	Year     Transform = "year"
	Month    Transform = "month"
	Day      Transform = "day"
	Hour     Transform = "hour"
	Bucket   Transform = "bucket"
	Truncate Transform = "truncate"
)

// rule is what Iceberg says of a transform.
type rule struct {
	Transform
	sized  bool   // it has an N
	suffix string // of the field's name, after the column's
	kinds  []columns.Kind
}

// rules are Iceberg's table of transforms. A JSON column has none, though it is
// stored as a string: one value can be written in many ways.
var rules = []rule{
	{Identity, false, "", []columns.Kind{columns.Boolean, columns.Int64, columns.Double, columns.Decimal, columns.String,
		columns.UUID, columns.Date, columns.Time, columns.Timestamp}},
	{Year, false, "_year", []columns.Kind{columns.Date, columns.Timestamp}},
	{Month, false, "_month", []columns.Kind{columns.Date, columns.Timestamp}},
	{Day, false, "_day", []columns.Kind{columns.Date, columns.Timestamp}},
	{Hour, false, "_hour", []columns.Kind{columns.Timestamp}},
	{Bucket, true, "_bucket", []columns.Kind{columns.Int64, columns.Decimal, columns.String, columns.UUID, columns.Date,
		columns.Time, columns.Timestamp}},
	{Truncate, true, "_trunc", []columns.Kind{columns.Int64, columns.Decimal, columns.String}},
}

func (t Transform) rule() (rule, bool) {
	i := slices.IndexFunc(rules, func(r rule) bool { return r.Transform == t })
	if i < 0 {
		return rule{}, false
	}
	return rules[i], true
}

// Field is one field of a partition: a transform of a top-level column.
type Field struct {
	Column    columns.Column
	Transform Transform
	N         int // buckets of Bucket, width of Truncate; else 0
}

// Spec is how a table is divided: by each of its fields, the first outermost.
type Spec []Field

// Name is the field's name in directories, which Iceberg too gives it unless
// told another.
func (f Field) Name() string {
	r, _ := f.Transform.rule()
	return f.Column.Name + r.suffix
}

// Check says what is wrong with texts before any schema is known.
func Check(texts []string) error {
	var errs []error
	for _, text := range texts {
		if _, err := parse(text); err != nil {
			errs = append(errs, fmt.Errorf("%q: %w", text, err))
		}
	}
	return errors.Join(errs...)
}

// Parse reads fields such as country, year(created_at), bucket(16, id) or
// truncate(4, "odd, name"), whose columns are named by their properties, and
// holds them against the table's schema.
func Parse(texts []string, s *columns.Schema) (Spec, error) {
	var spec Spec
	var errs []error
	for _, text := range texts {
		f, err := spec.field(text, s)
		if err != nil {
			errs = append(errs, fmt.Errorf("%q: %w", text, err))
			continue
		}
		spec = append(spec, f)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return spec, nil
}

// field reads the field that comes after those of s.
func (s Spec) field(text string, schema *columns.Schema) (Field, error) {
	w, err := parse(text)
	if err != nil {
		return Field{}, err
	}
	c := schema.Column(w.property)
	if c == nil {
		return Field{}, unknown(w.property, schema.Columns)
	}
	r, _ := w.transform.rule()
	if !slices.Contains(r.kinds, c.Kind) {
		return Field{}, fmt.Errorf("%s is of %s, and %q is a %s", r.Transform, or(r.kinds), w.property, c.Kind)
	}
	f := Field{Column: *c, Transform: w.transform, N: w.n}
	return f, s.clash(f)
}

// clash says whether a field has the name of f already. A column may: no reader
// of ours looks at directories, and a tap may add any column later.
func (s Spec) clash(f Field) error {
	name := f.Name()
	if slices.ContainsFunc(s, func(o Field) bool { return strings.EqualFold(o.Name(), name) }) {
		return fmt.Errorf("a field before it is named %q too", name)
	}
	return nil
}

// listed bounds how many columns a message names.
const listed = 10

func unknown(property string, cols []columns.Column) error {
	names := make([]string, len(cols))
	for i := range cols {
		names[i] = fmt.Sprintf("%q", cols[i].Property)
		if strings.EqualFold(cols[i].Property, property) || strings.EqualFold(cols[i].Name, property) {
			return fmt.Errorf("no column %q; did you mean %s?", property, names[i])
		}
	}
	if more := len(names) - listed; more > 0 {
		names = append(names[:listed], fmt.Sprintf("%d more", more))
	}
	return fmt.Errorf("no column %q; there are %s", property, strings.Join(names, ", "))
}

// or lists words as alternatives.
func or[T ~string](words []T) string {
	var b strings.Builder
	for i, w := range words {
		switch {
		case i > 0 && i == len(words)-1:
			b.WriteString(" or ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(string(w))
	}
	return b.String()
}
