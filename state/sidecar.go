package state

import (
	"fmt"

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
func WriteSidecar(fs lake.FS, pipeline string, value []byte) error {
	name := SidecarPath(pipeline)
	if err := lake.WriteAtomic(fs, name, value); err != nil {
		return fmt.Errorf("write sidecar %s: %w", name, err)
	}
	return nil
}
