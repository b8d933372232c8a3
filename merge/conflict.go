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
	Fill                   // a live row of the lake; where there is none, the last to come
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

// dropKeys takes the keys that matched out of the batch.
func dropKeys() string {
	return "CREATE OR REPLACE TEMP TABLE " + batchTable + " AS\nSELECT * FROM temp." + batchTable +
		"\nANTI JOIN temp." + matchedTable + " USING (stays)"
}

// yield takes the keys that live in the lake out of the batch's and counts them.
func (m *merging) yield(ctx context.Context, keys int64, bs []bounds) (int64, error) {
	n, err := m.match(ctx, bs)
	if err != nil || n == 0 {
		return 0, err
	}
	left, err := m.create(ctx, "leave out keys of the lake", batchTable, dropKeys())
	if err == nil && left > keys {
		err = fmt.Errorf("merge: %d of %d keys left", left, keys)
	}
	return keys - left, err
}
