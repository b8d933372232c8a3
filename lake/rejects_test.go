package lake

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"
)

// stageRejects stages a file of two refused records: a third is cut off.
func stageRejects(l *Lake, stream string, n int64) (RejectFile, error) {
	st, err := l.StageRejects(stream)
	if err != nil {
		return RejectFile{}, err
	}
	line := fmt.Appendf(nil, "{\"n\":%d}\n", n)
	if err := errors.Join(st.Append(bytes.Repeat(line, 2), 2), st.Append(line, 1)); err != nil {
		return RejectFile{}, errors.Join(err, st.Abandon())
	}
	f, err := st.Close()
	if err != nil {
		return f, err
	}
	return l.CutRejects(stream, f, 2, 2*int64(len(line)))
}

func wrongRejects(fsys *memFS, m *Manifest) error {
	orders := m.Tables["orders"]
	retired := len(slices.DeleteFunc(slices.Clone(m.Retired), func(r Retired) bool { return r.Stream != "orders" }))
	if orders.Rejected() != 2 || retired != int(m.Version)-1 {
		return fmt.Errorf("%d records rejected, %d files retired in version %d", orders.Rejected(), retired, m.Version)
	}
	if message, err := orders.SchemaMessage(); err != nil || string(message) != fmt.Sprintf("SCHEMA %d", m.Version) {
		return fmt.Errorf("message %q, %v in version %d", message, err, m.Version)
	}
	if from := m.Pipelines["default"].Rejects.From; from != m.Version || orders.Rejects[0].Version != 1 {
		return fmt.Errorf("rejects of version %d, those from %d on may come again, in version %d", orders.Rejects[0].Version, from, m.Version)
	}
	return CheckRejects(fsys, orders.Rejects[0])
}

// TestRejectsAreChecked has one bit of committed rejects turn.
func TestRejectsAreChecked(t *testing.T) {
	fsys := newMemFS()
	if _, err := twoRuns(t, fsys); err != nil {
		t.Fatal(err)
	}
	m, err := Newest(fsys)
	if err != nil {
		t.Fatal(err)
	}
	f := m.Tables["orders"].Rejects[0]
	if err := CheckRejects(fsys, f); err != nil {
		t.Error(err)
	}
	_, node, _ := fsys.at("", f.Path)
	node.data[1] ^= 1
	if err := CheckRejects(fsys, f); !errors.Is(err, ErrCorrupt) {
		t.Errorf("one bit turned: %v", err)
	}
}
