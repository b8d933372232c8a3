package state

import (
	"errors"
	"fmt"
	"io/fs"

	"target-filelake/lake"
)

// DefaultPipeline is the pipeline whose sidecar bears no name.
const DefaultPipeline = "default"

// SidecarPath is the file in the lake that holds a pipeline's last committed STATE.
func SidecarPath(pipeline string) string {
	if pipeline == DefaultPipeline {
		return "state.json"
	}
	return "state-" + lake.EncodeName(pipeline) + ".json"
}

// WriteSidecar puts value, and nothing else, in a pipeline's sidecar.
func WriteSidecar(fsys lake.FS, pipeline string, value []byte) error {
	name := SidecarPath(pipeline)
	if err := lake.WriteAtomic(fsys, name, value); err != nil {
		return fmt.Errorf("write sidecar %s: %w", name, err)
	}
	return nil
}

// RemoveSidecar leaves a pipeline that has no STATE without a sidecar.
func RemoveSidecar(fsys lake.FS, pipeline string) error {
	name := SidecarPath(pipeline)
	err := fsys.Remove(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = fsys.SyncDir(".")
	}
	if err != nil {
		return fmt.Errorf("remove sidecar %s: %w", name, err)
	}
	return nil
}
