// Package answer lets people ask what rows live, and lived, in the versions of
// a lake.
//
// Views and Query read the files of one version and no others, in the table's
// schema now. The reader's time zone, variables or settings do not change an
// answer, and whatever a query says, it reads nothing else and changes nothing.
//
// Changes and History compare which rows live in which versions, from data and
// delete files alone, whatever commits lie between; a row that comes back as it
// was has not changed.
package answer
