package ingest

import (
	"target-filelake/ingest/schema"
	"target-filelake/ingest/selection"
	"target-filelake/lake/columns"
)

// bindLate makes the place for an undeclared schema.DeletedAt: the column that
// the table has for it, or else the late one of batches.
func (p *Plan) bindLate(fields []schema.Field, t *columns.Schema) []schema.Field {
	for i := range fields {
		if fields[i].Column == schema.DeletedAt {
			return fields
		}
	}
	f := schema.AddedField(schema.Metadata[schema.DeletedPlace])
	switch c := t.Column(schema.DeletedAt); {
	case c == nil:
		late := t.WithDeleted().Column(schema.DeletedAt)
		p.late = &slot{vec: len(t.WithDeleted().Leaves()) - 1, leaves: 1, def: 1, name: late.Property}
		if t.HasExtra() {
			p.late.vec--
		}
		p.bind(p.late, &f, late)
	case c.Kind != columns.Struct && c.Kind != columns.List: // else an earlier SCHEMA had it so
		fields = append(fields[:len(fields):len(fields)], f)
	}
	return fields
}

// isLate reports whether an undeclared property goes into the late column.
func (d *Decoder) isLate(name []byte) bool {
	p := d.walk.plan
	return len(d.trail) == 0 && p.late != nil && string(name) == schema.DeletedAt &&
		(p.options.Selection == nil || p.options.Selection.Want([]string{schema.DeletedAt}) == selection.All)
}

// storeLate decodes the value at b[i] into the late column.
func (d *Decoder) storeLate(b []byte, i int) int {
	if !d.chunk().Batch.BeginLate() {
		d.fault.again = true
		return -1
	}
	depth := d.scan.Depth
	end := d.value(d.walk.plan.late, b, i, 0)
	if end < 0 {
		return d.goOn(b, i, depth, 0)
	}
	return end
}
