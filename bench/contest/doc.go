// Package contest has programs compete for a piece of work.
//
// A contender is a whole process: target-filelake, or DuckDB in the measuring
// program started again. Contenders take turns within one run, so that what
// else the machine does meets them all; each repetition starts from the same
// files, put back and synced outside the time that is taken; and where the
// work leaves rows, they must be the same rows. A figure is the median of the
// repetitions, beside the want it is held to.
package contest
