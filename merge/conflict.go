package merge

import (
	"context"
	"fmt"
)

// Conflict says which row of a key stays.
type Conflict byte

const (
	Update Conflict = iota // the last to come; a live row of the lake is superseded
	Ignore                 // the first to come; a live row of the lake stays
	Fill                   // a live row of the lake, unless Order says it is older; where there is none, the last to come
)

// keepsLive reports whether rows of the batch lose to live ones of the lake.
func (c Conflict) keepsLive() bool { return c != Update }

// pick aggregates the ordinals of a key's rows to that of the row that stays.
func (c Conflict) pick() string {
	if c == Ignore {
		return "min"
	}
	return "max"
}

// dropKeys takes the keys out of the batch whose live rows stay.
func dropKeys(j Job) string {
	matched := "temp." + matchedTable
	if j.ordered() {
		matched = "(SELECT stays FROM " + matched + " WHERE newer)"
	}
	return "CREATE OR REPLACE TEMP TABLE " + batchTable + " AS\nSELECT * FROM temp." + batchTable +
		"\nANTI JOIN " + matched + " AS live USING (stays)"
}

// yield takes the keys that live in the lake out of the batch's and counts them.
func (m *merging) yield(ctx context.Context, keys int64, bs []bounds) (int64, error) {
	n, err := m.match(ctx, bs)
	if err != nil || n == 0 {
		return 0, err
	}
	left, err := m.create(ctx, "leave out keys of the lake", batchTable, dropKeys(m.Job))
	if err == nil && m.ordered() {
		err = m.exec(ctx, "leave out newer rows of the lake", keepMatched())
	}
	if err == nil && left > keys {
		err = fmt.Errorf("merge: %d of %d keys left", left, keys)
	}
	return keys - left, err
}
