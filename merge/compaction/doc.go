// Package compaction writes a table's rows anew: many files and the positions
// of superseded rows become few files, sorted by key and divided by partition.
//
// No row changes. Rows of two versions of a full table never come into one file,
// and every output is read back, held to the rows that were to be in it, and
// durable before anything names it; what it was made of is held to its hash
// first. A crash during it changes nothing: the table is what its manifest says
// until the commit of the compaction, and what was written is swept.
//
// What to write is decided by Plan, without I/O, from the manifest alone. A row
// is written again a bounded number of times: as files of a size come together
// by sixteen, once for each size that is sixteen times the one before, and as a
// quarter of a file's rows are superseded, which costs three rows written for each
// that went. What memory cannot sort at once is split by its keys.
package compaction
