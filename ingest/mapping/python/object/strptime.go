package object

import (
	"strconv"
	"strings"
	"time"

	"target-filelake/ingest/mapping/python/fault"
)

// timeReader reads a moment from text, one code of a format after the other.
type timeReader struct {
	text                             string
	year, month, day                 int
	hour, minute, second, micro      int
	afternoon, halves, zoned, failed bool
	offset                           int // seconds
}

var errUnread = fault.New("strptime() of text that does not fit the format")

// clock is the hour of 24.
func (r *timeReader) clock() int {
	if !r.halves {
		return r.hour
	}
	hour := r.hour % 12
	if r.afternoon {
		hour += 12
	}
	return hour
}

func (r *timeReader) read(form string) error {
	for i := 0; i < len(form); i++ {
		switch c := form[i]; {
		case c == '%' && i+1 < len(form):
			i++
			if err := r.code(form[i]); err != nil {
				return err
			}
		case c == ' ':
			r.text = strings.TrimLeft(r.text, " \t\n")
		default:
			r.literal(string(c))
		}
		if r.failed {
			return errUnread
		}
	}
	if r.text != "" {
		return errUnread
	}
	return nil
}

func (r *timeReader) literal(s string) {
	rest, ok := strings.CutPrefix(r.text, s)
	r.text, r.failed = rest, r.failed || !ok
}

// number reads up to most digits.
func (r *timeReader) number(most int) int {
	n := 0
	for n < len(r.text) && n < most && r.text[n] >= '0' && r.text[n] <= '9' {
		n++
	}
	v, err := strconv.Atoi(r.text[:n])
	r.text, r.failed = r.text[n:], r.failed || err != nil
	return v
}

// code reads what one code of a format stands for.
func (r *timeReader) code(c byte) error {
	switch c {
	case 'Y':
		r.year = r.number(4)
	case 'y':
		if r.year = 1900 + r.number(2); r.year < 1969 {
			r.year += 100
		}
	case 'm':
		r.month = r.number(2)
	case 'd':
		r.day = r.number(2)
	case 'H', 'I':
		r.hour, r.halves = r.number(2), c == 'I'
	case 'M':
		r.minute = r.number(2)
	case 'S':
		r.second = r.number(2)
	case 'f':
		before := len(r.text)
		r.micro = r.number(6)
		for n := before - len(r.text); n < 6; n++ {
			r.micro *= 10
		}
	case 'p':
		r.half()
	case 'b', 'B':
		r.month = r.named(func(i int) string { return time.Month(i).String() }, 12, c == 'b')
	case 'a', 'A':
		r.named(func(i int) string { return time.Weekday(i % 7).String() }, 7, c == 'a')
	case 'z':
		r.zone()
	case '%':
		r.literal("%")
	default:
		return fault.New("strptime() has no %%%c here", c)
	}
	return nil
}

func (r *timeReader) half() {
	if len(r.text) < 2 {
		r.failed = true
		return
	}
	half := strings.ToUpper(r.text[:2])
	r.afternoon, r.failed = half == "PM", half != "AM" && half != "PM"
	r.text = r.text[2:]
}

// named reads one of n names, or its first three letters, and is its number.
func (r *timeReader) named(of func(int) string, n int, short bool) int {
	for i := 1; i <= n; i++ {
		name := of(i)
		if short {
			name = name[:3]
		}
		if len(r.text) >= len(name) && strings.EqualFold(r.text[:len(name)], name) {
			r.text = r.text[len(name):]
			return i
		}
	}
	r.failed = true
	return 1
}

// zone reads Z, +HHMM or +HH:MM.
func (r *timeReader) zone() {
	r.zoned = true
	if rest, ok := strings.CutPrefix(r.text, "Z"); ok {
		r.text = rest
		return
	}
	sign := 1
	switch {
	case strings.HasPrefix(r.text, "-"):
		sign = -1
	case !strings.HasPrefix(r.text, "+"):
		r.failed = true
		return
	}
	r.text = r.text[1:]
	hours := r.number(2)
	r.text = strings.TrimPrefix(r.text, ":")
	r.offset = sign * (hours*3600 + r.number(2)*60)
}
