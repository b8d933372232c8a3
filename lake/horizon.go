package lake

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
)

// horizonPath holds the horizon.
const horizonPath = "_lake/vacuumed.json"

// horizon is how far Vacuum has come. It is written before the first root
// manifest is removed: removals may reach the disk in any order, and who lists
// the log meanwhile may see any of them.
type horizon struct {
	Oldest Version `json:"oldest"` // versions below it are gone, whatever still stands in the log
	Swept  Version `json:"swept"`  // so are the files that only versions below it named
}

// readHorizon reads it; a lake that was never vacuumed has none.
func readHorizon(fsys FS) (horizon, error) {
	h := horizon{1, 1}
	data, err := ReadFile(fsys, horizonPath)
	if errors.Is(err, fs.ErrNotExist) {
		return h, nil
	}
	if err != nil {
		return h, fmt.Errorf("read %s: %w", horizonPath, err)
	}
	if err := json.Unmarshal(data, &h); err != nil || h.Swept < 1 || h.Oldest < h.Swept {
		return h, fmt.Errorf("%w: %s: %q", ErrCorrupt, horizonPath, data)
	}
	return h, nil
}

func (h horizon) write(fsys FS) error {
	data, err := encodeLine(h)
	if err != nil {
		return err
	}
	return WriteAtomic(fsys, horizonPath, data)
}
