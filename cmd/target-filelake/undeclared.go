package main

import "target-filelake/lake/columns"

// Columns of undeclared properties come with records, not with a SCHEMA: the
// sequencer adds them to a table's schema behind the reader's back, always with
// the same ids and names. Both of them seal.

// schemaFor is o's schema with the columns that rows of b need.
func (o *openBatch) schemaFor(b *columns.Batch) *columns.Schema {
	schema := o.schema
	if b.HasLate() {
		schema = schema.WithDeleted()
	}
	if b.HasExtra() {
		schema = schema.WithExtra()
	}
	return schema
}

// keepUndeclared is next with those columns that the schema before it has.
func keepUndeclared(before, next *columns.Schema) *columns.Schema {
	if before.HasDeleted() {
		next = next.WithDeleted()
	}
	if before.HasExtra() {
		next = next.WithExtra()
	}
	return next
}

// withDeleted is a table's schema with the column that rows of this run have
// brought, if a SCHEMA is about to declare it: the two must fit one column.
func (t *tables) withDeleted(stream string, have *columns.Schema, want []columns.Column) (*columns.Schema, error) {
	if have == nil || have.HasDeleted() || !(&columns.Schema{Columns: want}).HasDeleted() {
		return have, nil
	}
	came, err := t.deleted(stream)
	if came {
		have = have.WithDeleted()
	}
	return have, err
}
