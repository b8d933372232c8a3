// Package schema turns a JSON Schema into a Shape, which says what records must
// satisfy and what columns they fill, and holds records against it.
//
// A schema must describe objects with properties, in Draft 4, as package draft4
// takes it. Formats choose columns and check nothing else. References within
// the schema are followed; one that leads back to itself through a property
// makes a JSON column. More than 10,000 leaf columns are refused.
//
// A Shape's Root says which types stand where, which properties are required
// and whether others may stand beside them: enough to check most records as they
// are decoded. Where a schema says more of a field, the field has a Check. Reasons
// words all that is wrong with a record.
//
// Options choose columns where the schema leaves a choice: types by name,
// objects and arrays as JSON text or flattened, columns of metadata. They never
// change what a record must satisfy.
package schema
