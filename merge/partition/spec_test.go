package partition_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"target-filelake/lake/columns"
	"target-filelake/merge/partition"
)

func TestParse(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		spec, err := partition.Parse([]string{text}, table)
		must(t, err)
		must(t, partition.Check([]string{text}))
		got := fmt.Sprintf("%s %d %s as %s", spec[0].Transform, spec[0].N, spec[0].Column.Property, spec[0].Name())
		if got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
	f("name", "identity 0 name as name")
	f(" identity( name ) ", "identity 0 name as name")
	f("createdAt", "identity 0 createdAt as created_at")
	f("year(createdAt)", "year 0 createdAt as created_at_year")
	f("month(date)", "month 0 date as date_month")
	f("day(date)", "day 0 date as date_day")
	f("hour (createdAt)", "hour 0 createdAt as created_at_hour")
	f("bucket(16, id)", "bucket 16 id as id_bucket")
	f("bucket( 2147483647 ,\"uuid\" )", "bucket 2147483647 uuid as uuid_bucket")
	f("truncate(1,name)", "truncate 1 name as name_trunc")
	quoted := `"` + strings.ReplaceAll(odd, `"`, `""`) + `"`
	f(quoted, "identity 0 "+odd+" as "+odd)
	f("truncate(4, "+quoted+")", "truncate 4 "+odd+" as "+odd+"_trunc")
}

// TestKinds holds every transform to the kinds that Iceberg gives it.
func TestKinds(t *testing.T) {
	f := func(transform string, kinds ...string) {
		t.Helper()
		for _, c := range table.Columns[:13] {
			_, err := partition.Parse([]string{fmt.Sprintf(transform, `"`+strings.ReplaceAll(c.Property, `"`, `""`)+`"`)}, table)
			if taken := err == nil; taken != slices.Contains(kinds, string(c.Kind)) {
				t.Errorf(transform+" is taken: %v, %v", c.Property, taken, err)
			}
		}
	}
	f("%s", "boolean", "int64", "double", "decimal", "string", "uuid", "date", "time", "timestamp")
	f("year(%s)", "date", "timestamp")
	f("month(%s)", "date", "timestamp")
	f("day(%s)", "date", "timestamp")
	f("hour(%s)", "timestamp")
	f("bucket(3, %s)", "int64", "decimal", "string", "uuid", "date", "time", "timestamp")
	f("truncate(3, %s)", "int64", "decimal", "string")
}

func TestSyntaxFaults(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		want = fmt.Sprintf("%q: %s", text, want)
		if err := partition.Check([]string{text}); err == nil || err.Error() != want {
			t.Errorf("Check: %v, want %s", err, want)
		}
		if _, err := partition.Parse([]string{text}, table); err == nil || err.Error() != want {
			t.Errorf("Parse: %v, want %s", err, want)
		}
	}
	f("", "want a column")
	f("year()", "want a column")
	f("bucket(3)", "want a column")
	f("year(date", `want ")" at the end`)
	f("year(date) ascending", `want ")" at the end`)
	f("years(date)", `no transform "years"; want identity, year, month, day, hour, bucket or truncate`)
	f("(date)", `no transform ""; want identity, year, month, day, hour, bucket or truncate`)
	f("bucket(id)", `bucket(N, column): "id" is not a number from 1 to 2147483647`)
	f("bucket(0, id)", `bucket(N, column): "0" is not a number from 1 to 2147483647`)
	f("truncate(-1, id)", `truncate(N, column): "-1" is not a number from 1 to 2147483647`)
	f("truncate(2147483648, id)", `truncate(N, column): "2147483648" is not a number from 1 to 2147483647`)
	f("day(1, date)", `"1, date" is no column's name; one with ( ) , or " in it stands in double quotes`)
	f("date)", `"date)" is no column's name; one with ( ) , or " in it stands in double quotes`)
	f(`"`, `" is no name in double quotes; a quote in one is written twice`)
	f(`"""`, `""" is no name in double quotes; a quote in one is written twice`)
	f(`"a"b"`, `"a"b" is no name in double quotes; a quote in one is written twice`)
	f(`day("date" )x)`, `"date" )x is no name in double quotes; a quote in one is written twice`)
}

func TestSchemaFaults(t *testing.T) {
	f := func(want string, texts ...string) {
		t.Helper()
		must(t, partition.Check(texts))
		_, err := partition.Parse(texts, table)
		if err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	f(`"CreatedAt": no column "CreatedAt"; did you mean "createdAt"?`, "CreatedAt")
	f(`"created_at": no column "created_at"; did you mean "createdAt"?`, "created_at")
	f(`"x": no column "x"; there are "boolean", "id", "double", "decimal", "name", "json", "uuid", "date", "time", "createdAt", 7 more`, "x")
	f(`"hour(date)": hour is of timestamp, and "date" is a date`, "hour(date)")
	f(`"year(name)": year is of date or timestamp, and "name" is a string`, "year(name)")
	f(`"bucket(8, id)": a field before it is named "id_bucket" too`, "bucket(4, id)", "bucket(8, id)")
	f("\"truncate(1, json)\": truncate is of int64, decimal or string, and \"json\" is a json\n"+
		"\"name\": a field before it is named \"name\" too", "truncate(1, json)", "name", "id", "name")
	if _, err := partition.Parse(nil, table); err != nil {
		t.Error(err)
	}
}

// FuzzParse reads any text, and any property in double quotes.
func FuzzParse(f *testing.F) {
	f.Add("bucket(16, id)")
	f.Add(odd)
	f.Add(`"a"")`)
	f.Fuzz(func(t *testing.T, text string) {
		s := &columns.Schema{Columns: []columns.Column{{ID: 1, Name: "c", Property: text, Kind: columns.String}}}
		quoted := `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
		for _, q := range []string{quoted, "identity(" + quoted + ")", "truncate(3, " + quoted + ")"} {
			spec, err := partition.Parse([]string{q}, s)
			if err != nil || spec[0].Column.Property != text {
				t.Errorf("%s: %v, %v", q, spec, err)
			}
		}
		if err := partition.Check([]string{text}); err == nil {
			return
		}
		if _, err := partition.Parse([]string{text}, s); err == nil {
			t.Errorf("%s is taken, though its syntax is not", text)
		}
	})
}
