// Package columns keeps rows column by column: what a table's columns are
// (Schema, Evolver), rows in memory as Parquet will store them (Batch), and
// files of them (FileWriter).
//
// Field ids never change and are never given twice. A column only widens, and
// to a type that keeps what is stored (Widened names the one exception); a key
// widens only from numbers to decimals with room for them. What a FileWriter has
// written is a whole Parquet file, or the writer said an error. A Batch owns
// its bytes; nothing here reads or writes a disk, or starts a goroutine.
package columns
