// Package merge keeps one live row per key, by DuckDB.
//
// Nothing is rewritten: a batch's staged file itself becomes a data file, and
// what it supersedes becomes positions in one delete file. Positions writes
// nothing but what DuckDB spills; a crash during it changes nothing. Of equal
// keys the last in stream order stays, unless a Conflict says otherwise: nulls
// equal nulls, 0.0 equals -0.0, numbers equal across the types a key has had,
// and composite keys are compared column by column. A position that an earlier
// delete file holds is not written again.
package merge
