package ingest

// Dropped is the plan for a stream that is not loaded: its records are passed
// over, and need only be well-formed.
func Dropped(stream string) *Plan {
	return &Plan{stream: stream, forked: true, slots: 1}
}

// fork hands the record at b[i] to the plans that its stream's records go to.
func (e *recordEnvelope) fork(b []byte, i int) int {
	e.d.scan.Depth = 1
	end := e.d.scan.Value(b, i)
	e.taken = end >= 0
	return end
}
