// Package merge keeps one live row per key, by DuckDB, and lets people read
// the rows that are live.
//
// Nothing is rewritten: a batch's staged file itself becomes a data file, and
// what it supersedes becomes positions in one delete file. Positions only
// writes the file the caller made for it, never syncs it and never names it;
// a crash during it changes nothing. Of equal keys the last in stream order
// stays, unless a Conflict says otherwise: nulls equal nulls, 0.0 equals -0.0, numbers equal across the types a
// key has had, and composite keys are compared column by column. A position
// that an earlier delete file holds is not written again.
//
// A position is a file's path and a row number in it, never an index into a
// list of files: such an index shifts as soon as a filter prunes the list, and
// superseded rows come back.
//
// Changes and History compare which rows live in which versions, from data and
// delete files alone, whatever commits lie between; a row that comes back as it
// was has not changed.
//
// Views and Query read the files of one version and no others, in the types
// each file was written with, then cast explicitly and in UTC to the table's
// schema now; no digit of a decimal passes through a double. The reader's time
// zone, variables or settings do not change an answer.
package merge
