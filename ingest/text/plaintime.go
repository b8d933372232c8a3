package text

import "encoding/binary"

// PlainTimestamp parses the string at b[i] as most taps write a date-time,
// "2026-11-26T09:36:51.042771Z": with seconds, up to six digits after them, and
// UTC as Z or +00:00. micros are as Timestamp's; end is behind the closing quote,
// or -1 for any other value. BenchmarkTimes.
func PlainTimestamp(b []byte, i int) (micros int64, end int) {
	const shortest = len(`"2026-11-26T09:36:51Z"`)
	if len(b)-i < shortest || b[i] != '"' || b[i+11]|0x20 != 't' {
		return 0, -1
	}
	date, dated := digitsIn(binary.LittleEndian.Uint64(b[i+1:]), dateShape, dateDigits)
	time, timed := digitsIn(binary.LittleEndian.Uint64(b[i+12:]), timeShape, timeDigits)
	day := two(b[i+9:])
	if !dated || !timed || day >= notTwo {
		return 0, -1
	}
	y, month := uint(date&0xff)*100+uint(date>>16&0xff), uint(date>>40&0xff)
	h, m, s := time&0xff, time>>24&0xff, time>>48&0xff
	if y == 0 || month-1 > 11 || day-1 >= monthDays(y, month) || h > 23 || m > 59 || s > 59 {
		return 0, -1
	}
	fraction, at := plainFraction(b, i+20)
	switch {
	case at < 0:
		return 0, -1
	case b[at] == 'Z':
		at++
	case Has(b, at, "+00:00"):
		at += len("+00:00")
	default:
		return 0, -1
	}
	if b[at] != '"' {
		return 0, -1
	}
	days := civilDays(int64(y), int64(month), int64(day))
	return days*dayMicros + int64(h*3600+m*60+s)*1_000_000 + fraction, at + 1
}

// Eight bytes of a date and of a time, and what may be added to each byte, once
// its zero or separator is taken from it, before its highest bit is set: a digit
// may be up to nine, a separator nothing else.
var (
	dateShape, dateDigits = shapeOf("0000-00-")
	timeShape, timeDigits = shapeOf("00:00:00")
	sixShape, sixDigits   = shapeOf("000000\x00\x00")
)

const sixBytes = 1<<48 - 1

func shapeOf(s string) (shape, digits uint64) {
	var d [8]byte
	for i, c := range []byte(s) {
		if d[i] = 0x7f; c == '0' {
			d[i] -= 9
		}
	}
	return binary.LittleEndian.Uint64([]byte(s)), binary.LittleEndian.Uint64(d[:])
}

// digitsIn checks eight bytes w against a shape. Where two digits stand, the byte
// of the first becomes their value.
func digitsIn(w, shape, digits uint64) (pairs uint64, ok bool) {
	x := w ^ shape
	if (x|(x+digits))&highs != 0 {
		return 0, false
	}
	return x*10 + x>>8, true
}

// plainFraction reads a point and up to six digits at b[i], if there are any, in
// microseconds; next is -1 if there are none behind a point, or too many.
func plainFraction(b []byte, i int) (micros int64, next int) {
	if b[i] != '.' {
		return 0, i
	}
	start := i + 1
	if start+8 <= len(b) {
		if p, six := digitsIn(binary.LittleEndian.Uint64(b[start:])&sixBytes, sixShape, sixDigits); six && b[start+6]-'0' > 9 {
			return int64(p&0xff)*10_000 + int64(p>>16&0xff)*100 + int64(p>>32&0xff), start + 6
		}
	}
	for i = start; b[i]-'0' <= 9; i++ {
		micros = micros*10 + int64(b[i]-'0')
	}
	switch i - start {
	case 6:
		return micros, i
	case 3:
		return micros * 1000, i
	case 1, 2, 4, 5:
		for n := i - start; n < 6; n++ {
			micros *= 10
		}
		return micros, i
	}
	return 0, -1
}
