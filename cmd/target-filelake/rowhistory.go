package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"target-filelake/lake"
	"target-filelake/lake/columns"
	"target-filelake/merge/answer"
	"target-filelake/merge/duck"
)

// HistoryCmd tells what the versions did to one row.
type HistoryCmd struct {
	LakeFlag `embed:""`
	Stream   string   `arg:"" help:"The stream; it has a key."`
	Values   []string `arg:"" optional:"" name:"key" help:"The key: a value for each of its properties, in their order."`
	Named    []string `name:"key" help:"A property of the key by name, in place of KEY; without = it is NULL." placeholder:"NAME=VALUE" sep:"none"`
	AnswerFlag
	MemoryFlag
}

// Help is what --help says about the command.
func (HistoryCmd) Help() string {
	return `Each row of the answer has _change: present (the oldest version that is still
there has the row), insert, update or delete; then _version and _committed, the
version that did it and when; then the row as it was left or, deleted, found.

Examples:

  target-filelake history orders 1042
  target-filelake history order_lines 1042 3
  target-filelake history order_lines --key order_id=1042 --key line=3
  target-filelake history shifts -- -7`
}

// Run prints the row's versions, oldest first.
func (c *HistoryCmd) Run(ctx context.Context, std *stdio) error {
	root, disk, err := openLake(c.Lake)
	if err != nil {
		return err
	}
	return errors.Join(atLake(root, c.run(ctx, std, root, disk)), disk.Close())
}

func (c *HistoryCmd) run(ctx context.Context, std *stdio, root string, fsys lake.FS) error {
	oldest, err := lake.Oldest(fsys)
	if err != nil {
		return err
	}
	newest, err := lake.Newest(fsys)
	if err != nil {
		return err
	}
	from := oldest
	if from == 1 {
		from = 0 // what version 1 has it inserted
	}
	t, err := answer.NewTimeline(lake.States(fsys, c.Stream, from, newest.Version))
	if err != nil {
		return gone(err)
	}
	if newest.Version == 0 {
		return usageError{fmt.Errorf("%s: nothing is committed yet", root)}
	}
	if !t.Known() {
		return usageError{fmt.Errorf("no stream %q in versions %d to %d, the newest of which has %q",
			c.Stream, uint64(oldest), uint64(newest.Version), newest.Streams())}
	}
	key, err := c.key(t.Key())
	if err != nil {
		return usageError{err}
	}
	if v := t.Anew(); v > 0 {
		fmt.Fprintf(std.err, "%s was loaded anew in version %d; its history starts there\n", printable(c.Stream), uint64(v))
	}
	err = c.answer(root, c.MemoryFlag, std.out, func(config duck.Config) (*answer.Rows, error) { return answer.History(ctx, config, t, key) })
	if errors.Is(err, answer.ErrKey) {
		return usageError{err}
	}
	return gone(toldWhy(root, stillThere(fsys, from, err)))
}

// key is the value of each key column, nil being NULL.
func (c *HistoryCmd) key(cols []columns.Column) ([]*string, error) {
	if len(cols) == 0 {
		return nil, fmt.Errorf("stream %q has no key: its rows have no history; changes tells what came", c.Stream)
	}
	var names []string
	for i := range cols {
		names = append(names, cols[i].Property)
	}
	if len(c.Named) > 0 && len(c.Values) > 0 {
		return nil, errors.New("the key is given twice: by its values and with --key")
	}
	if len(c.Named) > 0 {
		return namedKey(names, c.Named)
	}
	if len(c.Values) != len(cols) {
		return nil, fmt.Errorf("the key of %q is %q: want a value for each, in that order", c.Stream, names)
	}
	out := make([]*string, len(cols))
	for i := range c.Values {
		out[i] = &c.Values[i]
	}
	return out, nil
}

func namedKey(names, given []string) ([]*string, error) {
	out := make([]*string, len(names))
	seen := make([]bool, len(names))
	for _, text := range given {
		i, value := namedValue(names, text)
		if i < 0 {
			return nil, fmt.Errorf("--key %s: the key is %q", text, names)
		}
		if seen[i] {
			return nil, fmt.Errorf("--key %s: %q is given twice", text, names[i])
		}
		out[i], seen[i] = value, true
	}
	if i := slices.Index(seen, false); i >= 0 {
		return nil, fmt.Errorf("the key is %q: --key %s=… is missing", names, names[i])
	}
	return out, nil
}

// namedValue splits NAME=VALUE. Names may have a = too.
func namedValue(names []string, text string) (int, *string) {
	if i := slices.Index(names, text); i >= 0 {
		return i, nil
	}
	for i, name := range names {
		if value, ok := strings.CutPrefix(text, name+"="); ok {
			return i, &value
		}
	}
	return -1, nil
}
