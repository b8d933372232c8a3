package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"target-filelake/lake"
	"target-filelake/lake/columns"
)

// ShowCmd shows what is in the lake.
type ShowCmd struct {
	LakeFlag `embed:""`
	AtFlag   `embed:""`
	Stream   string `arg:"" optional:"" help:"Show this stream's columns and files."`
	History  bool   `help:"Show the stream's schemas: when each came in, and what it changed."`
	Rejects  bool   `help:"Show why records of the stream were refused, never their values."`
	Records  bool   `help:"With --rejects: the records too."`
	JSON     bool   `name:"json" help:"Print as JSON."`
}

// Help is shown by --help.
func (ShowCmd) Help() string {
	return `Examples:

  target-filelake show
  target-filelake show orders
  target-filelake show --json orders
  target-filelake show --history orders`
}

// Run prints one version.
func (c *ShowCmd) Run(_ context.Context, std *stdio) error {
	root, m, err := readLakeAt(c.Lake, c.At)
	if err != nil {
		return err
	}
	if c.Stream == "" && (c.History || c.Rejects) {
		return usageError{fmt.Errorf("--history and --rejects want a stream; %s has %q", root, m.Streams())}
	}
	if c.Records && !c.Rejects {
		return usageError{errors.New("--records goes with --rejects")}
	}
	if c.JSON && c.Rejects {
		return usageError{errors.New("--json does not go with --rejects, whose records are JSON already")}
	}
	if c.Stream == "" {
		if c.JSON {
			return printShown(std.out, shownLakeOf(root, m))
		}
		return showLake(std.out, root, m)
	}
	t := m.Tables[c.Stream]
	if t == nil {
		return usageError{fmt.Errorf("no stream %q in %s; it has %q", c.Stream, root, m.Streams())}
	}
	if c.History {
		return showHistory(std.out, t, c.JSON)
	}
	if c.Rejects {
		return showRejects(std.out, root, t, c.Records)
	}
	if c.JSON {
		return printShown(std.out, shownStreamOf(t).whole(t, m))
	}
	return showTable(std.out, t, m)
}

func showLake(w io.Writer, root string, m *lake.Manifest) error {
	if m.Version == 0 {
		_, err := fmt.Fprintf(w, "%s: nothing committed yet\n", root)
		return err
	}
	fmt.Fprintf(w, "%s: version %d, committed %s by pipeline %s\n", root, uint64(m.Version), stamp(m.Committed), printable(m.Pipeline))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	named := slices.ContainsFunc(m.Streams(), func(s string) bool { return m.Tables[s].View() != lake.View{Name: s} })
	table := func(name string) string {
		if !named {
			return ""
		}
		return "\t" + printable(name)
	}
	fmt.Fprintf(t, "stream%s\tkey\trows\tsuperseded\trejected\tfiles\tbytes\tpipeline\t\n", table("table"))
	for _, stream := range m.Streams() {
		s := m.Tables[stream]
		dead, files, bytes := totals(s)
		fmt.Fprintf(t, "%s%s\t%s\t%d\t%d\t%d\t%d\t%s\t%s\t\n", printable(stream), table(s.View().String()), keyText(s), s.Rows(), dead, s.Rejected(), files, size(bytes), printable(s.Owner))
	}
	return t.Flush()
}

// totals are the superseded rows, and the files with their bytes, of a table.
func totals(t *lake.Table) (dead int64, files int, bytes int64) {
	for _, f := range t.Files {
		bytes += f.Bytes
	}
	for _, f := range t.Deletes {
		dead, bytes = dead+f.Rows, bytes+f.Bytes
	}
	return dead, len(t.Files) + len(t.Deletes), bytes
}

func keyText(t *lake.Table) string {
	if len(t.Key) == 0 {
		return "(none)"
	}
	return printable(strings.Join(t.Key, ", "))
}

func showTable(w io.Writer, s *lake.Table, m *lake.Manifest) error {
	dead, files, bytes := totals(s)
	fmt.Fprintf(w, "%s: table %s, %d rows, %d superseded, %d files, %s\n", printable(s.Stream), printable(s.View().String()), s.Rows(), dead, files, size(bytes))
	fmt.Fprintf(w, "directory %s, pipeline %s, key %s, %s\n", s.Dir, printable(s.Owner), keyText(s), printable(partitionWords(s.PartitionBy)))
	if p, ok := m.Pipelines[s.Owner]; ok && p.State != nil {
		fmt.Fprintf(w, "last STATE %s\n", cutTo(printable(*p.State), 200))
	}
	if n := s.Rejected(); n > 0 {
		fmt.Fprintf(w, "%d records rejected: show --rejects says why, replay tries them again\n", n)
	}
	if len(s.Bookmarks) > 0 || s.Replication != "" {
		fmt.Fprintf(w, "replication %s, bookmarks %s\n", cmp.Or(printable(s.Replication), "(not said)"), cmp.Or(printable(strings.Join(s.Bookmarks, ", ")), "(none)"))
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "column\ttype\tfield id\tproperty")
	for i := range s.Schema().Columns {
		c := &s.Schema().Columns[i]
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\n", printable(c.Name), typeText(c), c.ID, printable(c.Property))
	}
	return errors.Join(t.Flush(), showFiles(w, s))
}

func showFiles(w io.Writer, s *lake.Table) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "file\trows\tbytes\tschema")
	for _, f := range s.Files {
		fmt.Fprintf(t, "%s\t%d\t%s\t%d\n", f.Path, f.Rows, size(f.Bytes), f.Schema)
	}
	for _, f := range s.Deletes {
		fmt.Fprintf(t, "%s\t%d\t%s\tpositions\n", f.Path, f.Rows, size(f.Bytes))
	}
	for _, f := range s.Rejects {
		fmt.Fprintf(t, "%s\t%d\t%s\trejects\n", f.Path, f.Records, size(f.Bytes))
	}
	return t.Flush()
}

// typeText words a column's type as DuckDB would.
func typeText(c *columns.Column) string {
	switch c.Kind {
	case columns.List:
		return typeText(&c.Fields[0]) + "[]"
	case columns.Struct:
		fields := slices.Collect(func(yield func(string) bool) {
			for i := range c.Fields {
				if !yield(printable(c.Fields[i].Name) + " " + typeText(&c.Fields[i])) {
					return
				}
			}
		})
		return "struct(" + strings.Join(fields, ", ") + ")"
	case columns.Int64:
		return "bigint"
	case columns.String:
		return "varchar"
	case columns.Timestamp:
		return "timestamp with time zone"
	case columns.Decimal:
		return fmt.Sprintf("decimal(%d,%d)", c.Precision, c.Scale)
	default:
		return string(c.Kind)
	}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
