package text

// clock is a point in time as it was written.
type clock struct {
	days      int64 // since 1970-01-01, by the writer's calendar
	micros    int64 // since the writer's midnight
	offset    int64 // minutes east of UTC
	truncated bool  // digits beyond microseconds were not zero
}

const (
	dayMicros = 24 * 60 * 60 * 1_000_000
	firstDay  = -719162 // 0001-01-01
	lastDay   = 2932896 // 9999-12-31
)

// Timestamp parses a date-time, or a date as its midnight in UTC, into
// microseconds since 1970, UTC. truncated: finer digits were cut off. why is
// empty if it could.
func Timestamp(s []byte) (micros int64, truncated bool, why string) {
	c, why := dateTime(s)
	if why != "" {
		return 0, false, why
	}
	micros = c.days*dayMicros + c.micros - c.offset*60_000_000
	if micros < firstDay*dayMicros || micros >= (lastDay+1)*dayMicros {
		return 0, false, "date-time is outside the years 0001 to 9999"
	}
	return micros, c.truncated, ""
}

// Date parses a date, or a date-time at midnight, into days since 1970. why is
// empty if it could.
func Date(s []byte) (days int64, why string) {
	c, why := dateTime(s)
	if why == "" && c.micros != 0 {
		why = "date has a time of day other than 00:00"
	}
	return c.days, why
}

// TimeOfDay parses a time into microseconds since midnight, as Timestamp does.
// A zone other than UTC would be lost, so it is refused.
func TimeOfDay(s []byte) (micros int64, truncated bool, why string) {
	var c clock
	rest, why := c.time(s)
	if why == "" {
		why = c.zone(rest)
	}
	if why == "" && c.offset != 0 {
		why = "time has a zone other than UTC"
	}
	return c.micros, c.truncated, why
}

func dateTime(s []byte) (c clock, why string) {
	if len(s) < 10 {
		return c, notDate
	}
	if c.days, why = calendar(s); why != "" || len(s) == 10 {
		return c, why
	}
	if s[10] != 'T' && s[10] != ' ' && s[10] != 't' {
		return c, notDate
	}
	rest, why := c.time(s[11:])
	if why != "" {
		return c, why
	}
	return c, c.zone(rest)
}

const (
	notDate = "not a date or date-time"
	notTime = "not a time of day"
)

// calendar parses YYYY-MM-DD at the start of s, which has at least 10 bytes.
func calendar(s []byte) (days int64, why string) {
	century, year, month, day := two(s[0:]), two(s[2:]), two(s[5:]), two(s[8:])
	if century|year|month|day >= notTwo || s[4] != '-' || s[7] != '-' {
		return 0, notDate
	}
	y := century*100 + year
	if y == 0 {
		return 0, "year 0000"
	}
	if month < 1 || month > 12 || day < 1 || day > monthDays(y, month) {
		return 0, "no such day in the calendar"
	}
	return civilDays(int64(y), int64(month), int64(day)), ""
}

// notTwo is above any value of two digits, and has no bit in common with one.
const notTwo = 1 << 20

// two is the value of two digits, or notTwo.
func two(s []byte) uint {
	hi, lo := uint(s[0]-'0'), uint(s[1]-'0')
	if hi > 9 || lo > 9 {
		return notTwo
	}
	return hi*10 + lo
}

func monthDays(y, m uint) uint {
	switch m {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// civilDays counts days from 1970-01-01 to a date of the Gregorian calendar.
// Years are taken to start in March, so that the leap day comes last and the
// months before it follow one linear rule.
func civilDays(y, m, d int64) int64 {
	if m <= 2 {
		y, m = y-1, m+12
	}
	const toEpoch = 719468 // days from 0000-03-01 to 1970-01-01
	return 365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + d - 1 - toEpoch
}

// time parses HH:MM, seconds and their fraction if there are any.
func (c *clock) time(s []byte) (rest []byte, why string) {
	if len(s) < 5 || s[2] != ':' {
		return nil, notTime
	}
	h, m, sec := two(s), two(s[3:]), uint(0)
	if s = s[5:]; len(s) >= 3 && s[0] == ':' {
		sec, s = two(s[1:]), s[3:]
	}
	switch {
	case h|m|sec >= notTwo:
		return nil, notTime
	case h > 23 || m > 59:
		return nil, "no such time of day"
	case sec == 60:
		return nil, "leap second"
	case sec > 59:
		return nil, "no such time of day"
	}
	c.micros = int64(h*3600+m*60+sec) * 1_000_000
	return c.fraction(s)
}

func (c *clock) fraction(s []byte) (rest []byte, why string) {
	if len(s) == 0 || s[0] != '.' {
		return s, ""
	}
	i, unit := 1, int64(100_000)
	for ; i < len(s) && s[i]-'0' <= 9; i++ {
		c.micros += int64(s[i]-'0') * unit
		c.truncated = c.truncated || unit == 0 && s[i] != '0'
		unit /= 10
	}
	if i == 1 {
		return nil, notTime
	}
	return s[i:], ""
}

// zone parses Z, +05:30, +0530 or nothing, which is UTC.
func (c *clock) zone(s []byte) (why string) {
	if len(s) == 0 || len(s) == 1 && s[0]|0x20 == 'z' {
		return ""
	}
	colon := len(s) == 6 && s[3] == ':'
	if !colon && len(s) != 5 || s[0] != '+' && s[0] != '-' {
		return "unknown time zone"
	}
	h, m := two(s[1:]), two(s[len(s)-2:])
	if h > 23 || m > 59 {
		return "unknown time zone"
	}
	c.offset = int64(h*60 + m)
	if s[0] == '-' {
		c.offset = -c.offset
	}
	return ""
}

// UUID parses the 36-byte form, in either case, into 16 bytes.
func UUID(s []byte) (id [16]byte, ok bool) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return id, false
	}
	at := 0
	for i := range id {
		if s[at] == '-' {
			at++
		}
		hi, lo := unhex(s[at]), unhex(s[at+1])
		if hi|lo > 15 {
			return id, false
		}
		id[i] = hi<<4 | lo
		at += 2
	}
	return id, true
}
