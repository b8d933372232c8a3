// Package laketest makes lakes for tests, of files that DuckDB itself writes,
// under names that break every careless way to quote.
//
// It knows no more of merges and answers than their files: what it makes, their
// tests can hold them to.
package laketest
