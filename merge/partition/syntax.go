package partition

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// written is a field as a configuration says it.
type written struct {
	transform Transform
	n         int
	property  string
}

// parse reads one field: a column, or a transform and in parentheses its N, if
// it has one, and a column.
func parse(text string) (written, error) {
	text = strings.TrimSpace(text)
	name, args, called := strings.Cut(text, "(")
	if !called || strings.HasPrefix(text, `"`) {
		property, err := column(text)
		return written{Identity, 0, property}, err
	}
	args, closed := strings.CutSuffix(args, ")")
	if !closed {
		return written{}, errors.New(`want ")" at the end`)
	}
	r, known := Transform(strings.TrimSpace(name)).rule()
	if !known {
		return written{}, fmt.Errorf("no transform %q; want %s", strings.TrimSpace(name), or(names()))
	}
	return arguments(r, args)
}

func arguments(r rule, args string) (written, error) {
	w := written{transform: r.Transform}
	var err error
	if r.sized {
		number, rest, _ := strings.Cut(args, ",")
		if w.n, err = size(strings.TrimSpace(number)); err != nil {
			return w, fmt.Errorf("%s(N, column): %w", r.Transform, err)
		}
		args = rest
	}
	w.property, err = column(strings.TrimSpace(args))
	return w, err
}

// size reads an N: an int in Iceberg.
func size(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > math.MaxInt32 {
		return 0, fmt.Errorf("%q is not a number from 1 to %d", text, math.MaxInt32)
	}
	return n, nil
}

// column reads the name of one, in double quotes or without.
func column(text string) (string, error) {
	if quoted, ok := strings.CutPrefix(text, `"`); ok {
		return unquote(quoted)
	}
	switch {
	case text == "":
		return "", errors.New("want a column")
	case strings.ContainsAny(text, `(),"`):
		return "", fmt.Errorf(`%q is no column's name; one with ( ) , or " in it stands in double quotes`, text)
	}
	return text, nil
}

// unquote reads a name up to the quote that ends it, with nothing behind; two
// quotes are one of the name's.
func unquote(text string) (string, error) {
	body, ended := strings.CutSuffix(text, `"`)
	name := strings.ReplaceAll(body, `""`, `"`)
	if quotes := len(body) - len(name); !ended || strings.Count(body, `"`) != 2*quotes {
		return "", fmt.Errorf(`%s is no name in double quotes; a quote in one is written twice`, `"`+text)
	}
	return name, nil
}

func names() []Transform {
	out := make([]Transform, len(rules))
	for i, r := range rules {
		out[i] = r.Transform
	}
	return out
}
