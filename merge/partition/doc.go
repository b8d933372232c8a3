// Package partition knows how a table's rows are divided among hive directories
// by the partition transforms of Iceberg's specification.
//
// A row's partition is a function of one column each of its fields, and every
// value is the one that Iceberg's own writers find: years before 1970, numbers
// below zero, the buckets' hash and texts cut by code points too. Two
// partitions never share a directory, whatever their values hold, and no
// directory's name needs more of a file system than 255 bytes of ASCII.
package partition
