package object

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"target-filelake/ingest/mapping/python/fault"
)

// IsTime is whether a value is a date or a moment.
func IsTime(v any) bool {
	switch v.(type) {
	case Date, Datetime:
		return true
	}
	return false
}

// ranged refuses what lies beyond the years 1 to 9999.
func ranged(t time.Time) error {
	if t.Year() < 1 || t.Year() > 9999 {
		return fault.New("a date beyond the years 1 to 9999")
	}
	return nil
}

// shifted is a date or time moved by d.
func shifted(v any, d time.Duration) (any, error) {
	switch x := v.(type) {
	case Date:
		days := d / (24 * time.Hour)
		if d%(24*time.Hour) < 0 {
			days--
		}
		t := x.t.AddDate(0, 0, int(days))
		return Date{t}, ranged(t)
	case Datetime:
		t := x.t.Add(d)
		return Datetime{t, x.aware}, ranged(t)
	case Timedelta:
		sum := time.Duration(x) + d
		if (sum > time.Duration(x)) != (d > 0) && d != 0 {
			return nil, fault.New("a timedelta of more than 292 years")
		}
		return Timedelta(sum), nil
	}
	panic("BUG: shifted of no time")
}

// iso is .isoformat().
func (d Datetime) iso(between string) string {
	s := d.t.Format(time.DateOnly) + between + d.t.Format("15:04:05")
	if us := d.t.Nanosecond() / 1000; us > 0 {
		s += fmt.Sprintf(".%06d", us)
	}
	if d.aware {
		s += d.t.Format("-07:00")
	}
	return s
}

func (d Timedelta) text() string {
	us := int64(d) / 1000
	const day = 24 * 3600 * 1_000_000
	days := us / day
	if us %= day; us < 0 {
		days, us = days-1, us+day
	}
	s := fmt.Sprintf("%d:%02d:%02d", us/3_600_000_000, us/60_000_000%60, us/1_000_000%60)
	if us%1_000_000 > 0 {
		s += fmt.Sprintf(".%06d", us%1_000_000)
	}
	switch days {
	case 0:
		return s
	case 1, -1:
		return fmt.Sprintf("%d day, %s", days, s)
	}
	return fmt.Sprintf("%d days, %s", days, s)
}

// timePart is an attribute of a date or time.
func timePart(v any, name string) (any, bool) {
	var t time.Time
	switch x := v.(type) {
	case Timedelta:
		d := time.Duration(x)
		days := int(d / (24 * time.Hour))
		if d%(24*time.Hour) < 0 {
			days--
		}
		rest := d - time.Duration(days)*24*time.Hour
		n, ok := map[string]int{"days": days, "seconds": int(rest / time.Second), "microseconds": int(rest % time.Second / 1000)}[name]
		return n, ok
	case Date:
		t = x.t
	case Datetime:
		t = x.t
		if n, ok := map[string]int{"hour": t.Hour(), "minute": t.Minute(), "second": t.Second(), "microsecond": t.Nanosecond() / 1000}[name]; ok {
			return n, true
		}
	}
	n, ok := map[string]int{"year": t.Year(), "month": int(t.Month()), "day": t.Day()}[name]
	return n, ok
}

// onTime is a method of dates and times.
func onTime(name string, do func(t time.Time, v any) (any, error)) method {
	return func(_ *Evaluation, args []any) (any, error) {
		switch x := args[0].(type) {
		case Date:
			return do(x.t, x)
		case Datetime:
			return do(x.t, x)
		}
		return nil, noMethod(args[0], name)
	}
}

func weekday(first time.Weekday, base int) func(t time.Time, _ any) (any, error) {
	return func(t time.Time, _ any) (any, error) { return (int(t.Weekday()-first)+7)%7 + base, nil }
}

func dateOf(t time.Time, v any) (any, error) {
	if _, ok := v.(Date); ok {
		return nil, noMethod(v, "date")
	}
	return Date{time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)}, nil
}

func timestamp(t time.Time, v any) (any, error) {
	if _, ok := v.(Date); ok {
		return nil, noMethod(v, "timestamp")
	}
	return float64(t.UnixMicro()) / 1e6, nil
}

func isoformat(_ *Evaluation, args []any) (any, error) {
	switch x := args[0].(type) {
	case Date:
		return Repr(x), nil
	case Datetime:
		between := "T"
		if s, ok := args[1].(string); ok {
			between = s
		}
		return x.iso(between), nil
	}
	return nil, noMethod(args[0], "isoformat")
}

func totalSeconds(_ *Evaluation, args []any) (any, error) {
	d, ok := args[0].(Timedelta)
	if !ok {
		return nil, noMethod(args[0], "total_seconds")
	}
	return float64(int64(d)/1000) / 1e6, nil
}

// now is the moment the run began: the same for all its rows.
func now(e *Evaluation, args []any) (any, error) {
	return Datetime{e.Started, len(args) > 0 && args[0] != nil}, nil
}

func today(e *Evaluation, _ []any) (any, error) { return dateOf(e.Started, Datetime{}) }

// ints are arguments that are integers; those left out are as given.
func ints(what string, args []any, otherwise ...int) ([]int, error) {
	out := append(make([]int, 0, len(args)), otherwise...)
	for i, a := range args {
		n, ok := a.(int)
		switch {
		case ok:
			out[i] = n
		case a != nil:
			return nil, fault.New("%s takes ints, not %s", what, TypeName(a))
		}
	}
	return out, nil
}

// newDatetime is datetime.datetime(year, month, day, …).
func newDatetime(_ *Evaluation, args []any) (any, error) {
	p, err := ints("datetime.datetime()", args, 0, 0, 0, 0, 0, 0, 0)
	if err != nil {
		return nil, err
	}
	t := time.Date(p[0], time.Month(p[1]), p[2], p[3], p[4], p[5], p[6]*1000, time.UTC)
	if p[0] < 1 || p[0] > 9999 || int(t.Month()) != p[1] || t.Day() != p[2] || t.Hour() != p[3] || t.Minute() != p[4] || t.Second() != p[5] || p[6] < 0 || p[6] > 999_999 {
		return nil, fault.New("datetime.datetime() of a moment that the calendar lacks")
	}
	return Datetime{t, false}, nil
}

// newDate is datetime.date(year, month, day).
func newDate(_ *Evaluation, args []any) (any, error) {
	p, err := ints("datetime.date()", args, 0, 0, 0)
	if err != nil {
		return nil, err
	}
	t := time.Date(p[0], time.Month(p[1]), p[2], 0, 0, 0, 0, time.UTC)
	if p[0] < 1 || p[0] > 9999 || int(t.Month()) != p[1] || t.Day() != p[2] {
		return nil, fault.New("datetime.date() of a day that the calendar lacks")
	}
	return Date{t}, nil
}

// spans are the arguments of timedelta, in its order.
var spans = []time.Duration{24 * time.Hour, time.Second, time.Microsecond, time.Millisecond, time.Minute, time.Hour, 7 * 24 * time.Hour}

func newTimedelta(_ *Evaluation, args []any) (any, error) {
	total := 0.0
	for i, a := range args {
		if a == nil {
			continue
		}
		_, f, _, ok := number(a)
		if !ok {
			return nil, fault.New("datetime.timedelta() takes numbers, not %s", TypeName(a))
		}
		total += f * float64(spans[i])
	}
	if total != total || total > 1<<62 || total < -1<<62 {
		return nil, fault.New("a timedelta of more than 146 years")
	}
	return Timedelta(time.Duration(total).Round(time.Microsecond)), nil
}

// fromTimestamp is a moment by its seconds since 1970, in UTC.
func fromTimestamp(_ *Evaluation, args []any) (any, error) {
	_, f, _, ok := number(args[0])
	if !ok || f != f || f < -62135596800 || f >= 253402300800 {
		return nil, fault.New("fromtimestamp() takes seconds between the years 1 and 9999")
	}
	return Datetime{time.UnixMicro(int64(f * 1e6)).UTC(), len(args) > 1 && args[1] != nil}, nil
}

func dateFromTimestamp(e *Evaluation, args []any) (any, error) {
	v, err := fromTimestamp(e, args)
	if err != nil {
		return nil, err
	}
	return dateOf(v.(Datetime).t, v)
}

// isoLayouts are the forms of ISO 8601 that are read, but for their zone.
var isoLayouts = []string{"2006-01-02T15:04:05.999999999", "2006-01-02T15:04", time.DateOnly, "20060102T150405", "20060102"}

// fromISO reads a moment.
func fromISO(_ *Evaluation, args []any) (any, error) {
	s, ok := args[0].(string)
	if !ok {
		return nil, fault.New("fromisoformat() takes str, not %s", TypeName(args[0]))
	}
	if len(s) > 10 && s[10] == ' ' {
		s = s[:10] + "T" + s[11:]
	}
	for _, layout := range isoLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return Datetime{micros(t), false}, nil
		}
		for _, zone := range []string{"Z07:00", "Z0700"} {
			if t, err := time.Parse(layout+zone, s); err == nil {
				return Datetime{micros(t), true}, nil
			}
		}
	}
	return nil, fault.New("fromisoformat() of text that is no moment")
}

func micros(t time.Time) time.Time { return t.Truncate(time.Microsecond) }

func dateFromISO(e *Evaluation, args []any) (any, error) {
	v, err := fromISO(e, args)
	if s, ok := args[0].(string); err != nil || !ok || len(s) > 10 {
		return nil, fault.New("date.fromisoformat() of text that is no day")
	}
	return dateOf(v.(Datetime).t, v)
}

// layouts are the codes of strftime and strptime, in Go's words.
var layouts = map[byte]string{
	'Y': "2006", 'm': "01", 'd': "02", 'H': "15", 'I': "03", 'M': "04", 'S': "05", 'y': "06", 'p': "PM", 'b': "Jan", 'B': "January",
	'a': "Mon", 'A': "Monday", 'z': "-0700", 'Z': "MST", 'j': "002", 'F': "2006-01-02", 'T': "15:04:05", 'D': "01/02/06", 'R': "15:04",
	'c': "Mon Jan _2 15:04:05 2006", 'x': "01/02/06", 'X': "15:04:05",
}

// strftime writes a date or time by a format.
func strftime(e *Evaluation, args []any) (any, error) {
	form, ok := args[1].(string)
	if !ok {
		return nil, fault.New(".strftime() takes str, not %s", TypeName(args[1]))
	}
	return onTime("strftime", func(t time.Time, v any) (any, error) { return timeText(t, v, form) })(e, args)
}

func timeText(t time.Time, v any, form string) (string, error) {
	var out strings.Builder
	d, _ := v.(Datetime)
	for i := 0; i < len(form); i++ {
		if form[i] != '%' || i+1 == len(form) {
			out.WriteByte(form[i])
			continue
		}
		i++
		switch c := form[i]; c {
		case '%':
			out.WriteByte('%')
		case 'f':
			fmt.Fprintf(&out, "%06d", t.Nanosecond()/1000)
		case 's':
			out.WriteString(strconv.FormatInt(t.Unix(), 10))
		case 'u', 'w':
			day := int(t.Weekday())
			if c == 'u' && day == 0 {
				day = 7
			}
			out.WriteString(strconv.Itoa(day))
		case 'V', 'G':
			year, week := t.ISOWeek()
			out.WriteString(map[byte]string{'G': fmt.Sprintf("%04d", year), 'V': fmt.Sprintf("%02d", week)}[c])
		case 'z', 'Z':
			if d.aware {
				out.WriteString(t.Format(layouts[c]))
			}
		default:
			layout, ok := layouts[c]
			if !ok {
				return "", fault.New("strftime() has no %%%c here", c)
			}
			out.WriteString(t.Format(layout))
		}
	}
	return out.String(), nil
}

// strptime reads a moment by a format.
func strptime(_ *Evaluation, args []any) (any, error) {
	s, ok := args[0].(string)
	form, isText := args[1].(string)
	if !ok || !isText {
		return nil, fault.New("strptime() takes str and str, not %s and %s", TypeName(args[0]), TypeName(args[1]))
	}
	p := timeReader{text: s, month: 1, day: 1, year: 1900}
	if err := p.read(form); err != nil {
		return nil, err
	}
	v, err := newDatetime(nil, []any{p.year, p.month, p.day, p.clock(), p.minute, p.second, p.micro})
	if err != nil {
		return nil, fault.New("strptime() of a moment that the calendar lacks")
	}
	t := v.(Datetime).t
	if p.zoned {
		zone := time.FixedZone("", p.offset)
		t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone)
	}
	return Datetime{t, p.zoned}, nil
}
