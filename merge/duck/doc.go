// Package duck opens DuckDB locked down and writes the SQL that every use of it
// shares.
//
// A DuckDB of this package's opens what its caller names, and files to spill
// to, and nothing else. It loads no extension, has bounded memory, threads and
// room to spill, keeps UTC, and takes no SET that would change any of it. It
// holds nothing that must survive: it may be closed, or die, at any moment.
//
// A table's files are read in the types each was written with, then cast
// explicitly to the table's schema now; no digit of a decimal passes through a
// double. A row's place is a file's path and a row number in it, never an index
// into a list of files: such an index shifts as soon as a filter prunes the
// list, and superseded rows come back.
//
// Names and values enter SQL through Ident and Lit alone.
package duck
