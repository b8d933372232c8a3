// Package failpoint lets a test choose where the program dies, waits or meets
// an error. Without the build tag failpoints it does nothing and costs nothing.
//
// With it the environment variable TARGET_FILELAKE_FAILPOINTS holds rules,
// separated by semicolons:
//
//	POINT[#N][+]=ACTION[:ARGUMENT]
//
// N counts the passings of the point: #3 is the third, #3+ that and all later
// ones; without it every passing. A * at the end of POINT stands for any rest.
//
// Each call of a lake.FS passes OPERATION/KIND/before and OPERATION/KIND/after,
// as in sync/manifest/before; kind.go says which file is of which kind. Other
// points are named where they stand:
//
//	read/block decode/block merge/query stdout/state   …/before and …/after
//	remove/spill-tree/before                           DuckDB's temporary directory at the end
//	compact/copy                                       DuckDB writes a compacted file: …/before and …/after
//	commit/begin commit/end                            a batch reaches the committer; its STATE is said
//
// Actions at a point:
//
//	kill           SIGKILL to itself
//	pause:FILE     make FILE, and wait until somebody removes it
//	EIO, ENOSPC    the call reports that error; before: without taking effect
//	EAGAIN         likewise; merges are tried again after it
//	trace:FILE     append the point's name to FILE, a line each
//
// and in place of a call:
//
//	skip           at syncdir/KIND or sync/KIND: do nothing, and say it was done
//	late           there too: say it was done, and do it once the next STATE is said
//	short          at write/KIND/half: write half of the bytes, then report ENOSPC
//	rename         at link: rename instead
//
// skip, late and rename are bugs, for tests that must notice them.
//
// TARGET_FILELAKE_CLOCK=60@1795719600 makes Now run sixty times as fast since that
// second, for tests that cannot wait an hour until a version is old.
package failpoint
