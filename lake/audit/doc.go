// Package audit says everything that is wrong with a lake, and writes nothing.
//
// It takes no lock, holds one version at a time and files only as it hashes
// them, so it may run beside loads and vacuums, on lakes of any size. A fault
// names the file, says what is wrong with it, and what to do. It never stops
// at the first one.
package audit
