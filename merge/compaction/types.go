package compaction

import (
	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/duck"
	"target-filelake/merge/partition"
)

// typed is the id of the newest schema that stores the values of files of schema
// id as they are, whatever columns it adds. Files are written anew in that one: a
// value is cast once, from what came to what its column is when it is read, so
// that neither the number of SCHEMAs between nor a compaction can change it.
func typed(t *lake.Table, id int) int {
	for id+1 < len(t.Schemas) && holds(t.Schemas[id+1].Columns, t.Schemas[id].Columns) {
		id++
	}
	return id
}

// holds reports whether columns now store all that older ones do in the same types.
func holds(now, old []columns.Column) bool {
	for i := range old {
		a := &old[i]
		b := duck.ByID(now, a.ID)
		if b == nil || a.Name != b.Name || a.Kind != b.Kind || a.Precision != b.Precision || a.Scale != b.Scale || !holds(b.Fields, a.Fields) {
			return false
		}
	}
	return true
}

// specIn is how rows that are written in schema id are divided, where those of the
// schema now are by spec. A column that was not there, or of another type, may not
// be what divides them: their files are of any partition.
func specIn(t *lake.Table, spec partition.Spec, id int) partition.Spec {
	if id == t.Schema().ID || len(spec) == 0 {
		return spec
	}
	old, err := partition.Parse(t.PartitionBy, t.Schemas[id])
	if err != nil {
		return nil
	}
	return old
}

// asOf is the table as it was when its schema was the one of id.
func asOf(t *lake.Table, id int) *lake.Table {
	out := *t
	out.Schemas = t.Schemas[:id+1]
	return &out
}
