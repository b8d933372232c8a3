package ingest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
)

// Where nested values go says nothing of which records are right.
func TestNestedVerdicts(t *testing.T) {
	taken, refused := 0, 0
	for seed := range uint64(250) {
		m := schemaMaker{rand.New(rand.NewPCG(seed, 21))}
		schema := fmt.Sprintf(`{"type":"SCHEMA","stream":"s","schema":{"properties":%s,"definitions":{"x":%s,"y":%s}}}`+"\n", m.properties(3), m.schema(2), m.schema(1))
		for range 3 {
			record := m.record(3)
			want := load(t, schema+recordOf(record), Options{}, Limits{}).err
			var bad *RecordError
			if want != nil && (!errors.As(want, &bad) || isOurs(bad.Reason)) {
				continue
			}
			for _, o := range []Options{{Nested: "json"}, {Nested: "flatten"}, {Nested: "flatten", FlattenDepth: 1}, {Types: map[string]string{"a": "json", "b": "varchar"}}} {
				if got := load(t, schema+recordOf(record), o, Limits{}).err; (got == nil) != (want == nil) {
					t.Fatalf("seed %d, %+v:\n got %v\nwant %v\nschema %s\nrecord %s", seed, o, got, want, schema, record)
				}
			}
			if want == nil {
				taken++
			} else {
				refused++
			}
		}
	}
	if taken < 100 || refused < 100 {
		t.Errorf("%d taken, %d refused: the cases prove little", taken, refused)
	}
}
