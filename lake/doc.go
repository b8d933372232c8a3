// Package lake keeps tables as Parquet files that a manifest names.
//
// A file that no manifest names does not exist. A batch is invisible until one
// link makes it true, and its STATE may be said only after that. Commit makes
// things durable in one order, each before the next is begun:
//
//  1. data and delete files, rejects: written under a name no reader looks for, synced,
//     renamed, their directories synced; a new directory's parent too
//  2. the manifests of the tables that change, in one file; its directory
//  3. the root manifest, with the STATE, under a temporary name
//  4. its link to the next version's name: the commit
//  5. the log directory
//
// What is on disk after a crash or a power cut, and what the next Open does:
//
//	before 4                 the previous version; files of 1 to 3 are swept
//	between 4 and 5, crash   the new version; Open syncs the log before it reads
//	between 4 and 5, power   either version, whole
//	after 5                  the new version, though its STATE may not be said yet
//
// A directory that is there may not be durable: who made it may have died
// before the sync. So Open and Stage sync every name on the way to a file once,
// but for those under which the opened version has files. What is told of a
// version outside the log, views above all, is told of one that is durable
// (Published).
//
// A sync that fails leaves nobody knowing what is durable. It is never tried
// again: the Lake is dead, an error after 4 says that the outcome is unknown
// (UnsureError), and the next Open finds out.
//
// Two writers may race for a version: link lets one win, and the other reads
// what won, after a sync of the log, and applies its commit on top if the
// tables it changes are as they were. A pipeline's files bear its id, and only
// the holder of its lock sweeps them, so nobody removes what another stages.
// A table belongs to one pipeline. It changes hands in a commit of the one that
// adopts it, if the owner has not committed since; the owner is fenced then.
//
// Old versions are removed by Vacuum alone, behind a horizon that is durable
// before the first of them goes: what a crash leaves below it counts for
// nothing, and the next Vacuum takes it. A file goes only after every root
// manifest that names it. Rollback and Reset are commits like any other; they
// write no rows and remove no file.
//
// FORMAT.md specifies every name and field on disk.
package lake
