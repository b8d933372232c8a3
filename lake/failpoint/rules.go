//go:build failpoints

package failpoint

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Variable is the environment variable that holds the rules.
const Variable = "TARGET_FILELAKE_FAILPOINTS"

// rule is one action at one point.
type rule struct {
	point       string
	prefix      bool // point is the beginning of the names it stands for
	first, last int  // passings it acts at, counted from 1
	action, arg string

	passed int
	trace  *os.File
}

// rules are all of a process, and what late actions have put off.
type rules struct {
	mu   sync.Mutex
	all  []*rule
	late []func() error
}

// active is read once: the environment does not change.
var active = sync.OnceValue(func() *rules {
	r, err := parse(os.Getenv(Variable))
	if err != nil {
		panic(fmt.Sprintf("%s: %v", Variable, err))
	}
	return r
})

const everPassing = 1 << 60

func parse(text string) (*rules, error) {
	out := &rules{}
	for _, part := range strings.Split(text, ";") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		r, err := parseRule(part)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", part, err)
		}
		out.all = append(out.all, r)
	}
	return out, nil
}

func parseRule(text string) (*rule, error) {
	where, what, ok := strings.Cut(text, "=")
	if !ok {
		return nil, errors.New("no =")
	}
	r := &rule{first: 1, last: everPassing}
	r.action, r.arg, _ = strings.Cut(what, ":")
	if !slices.Contains([]string{"kill", "pause", "EIO", "ENOSPC", "EAGAIN", "trace", "short", "skip", "late", "rename"}, r.action) {
		return nil, errors.New("unknown action")
	}
	where, number, counted := strings.Cut(where, "#")
	if counted {
		digits, open := strings.CutSuffix(number, "+")
		n, err := strconv.Atoi(digits)
		if err != nil {
			return nil, err
		}
		r.first, r.last = n, n
		if open {
			r.last = everPassing
		}
	}
	r.point, r.prefix = strings.CutSuffix(where, "*")
	if r.action != "trace" {
		return r, nil
	}
	var err error
	r.trace, err = os.OpenFile(r.arg, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666)
	return r, err
}

// take counts a passing of point and returns the rules that act at it.
func (r *rules) take(point string) []*rule {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []*rule
	for _, u := range r.all {
		if u.point != point && !(u.prefix && strings.HasPrefix(point, u.point)) {
			continue
		}
		if u.passed++; u.passed >= u.first && u.passed <= u.last {
			out = append(out, u)
		}
	}
	return out
}

// Hit passes a point. An error is the injected one.
func Hit(point string) error {
	var err error
	for _, u := range active().take(point) {
		err = errors.Join(err, u.act(point))
	}
	if point == "stdout/state/after" {
		err = errors.Join(err, active().catchUp())
	}
	return err
}

func (u *rule) act(point string) error {
	switch u.action {
	case "kill":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	case "pause":
		return wait(u.arg)
	case "EIO":
		return syscall.EIO
	case "ENOSPC":
		return syscall.ENOSPC
	case "EAGAIN":
		return syscall.EAGAIN
	case "trace":
		_, err := u.trace.WriteString(point + "\n")
		return err
	}
	return nil
}

// wait makes a file that says we are there, and returns once it is gone.
func wait(ready string) error {
	if err := os.WriteFile(ready, nil, 0o666); err != nil {
		return err
	}
	for {
		if _, err := os.Stat(ready); err != nil {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
}

// instead is the action that takes a call's place; "" if none does.
func (r *rules) instead(call string) string {
	for _, u := range r.take(call) {
		if slices.Contains([]string{"skip", "late", "short", "rename"}, u.action) {
			return u.action
		}
	}
	return ""
}

func (r *rules) putOff(do func() error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.late = append(r.late, do)
}

func (r *rules) catchUp() error {
	r.mu.Lock()
	todo := r.late
	r.late = nil
	r.mu.Unlock()
	var err error
	for _, do := range todo {
		err = errors.Join(err, do())
	}
	return err
}
