package python

import (
	"strings"
	"testing"
	"time"

	"target-filelake/ingest/mapping/python/object"
)

const sampleRecord = `{"id":7,"owner_email":"jo@example.com","price":12.5,"name":"ann Lee","tags":["a","b","c"],
	"address":{"city":"Rome","no":3},"created":"2024-02-28T10:20:30","fields":[{"key":"age","v":1},{"key":"sex","v":2}],"nothing":null}` + "\n"

// evaluate evaluates an expression for a record.
func evaluate(src, record string) (any, error) {
	e, err := Parse(src)
	if err != nil {
		return nil, err
	}
	config := &object.Dict{}
	config.Set("hash_seed", "01AWZ")
	p, err := e.Compile(Scope{Self: "name", Config: config, Texts: map[string]string{"__stream_name__": "s"}}, time.Date(2024, 5, 6, 7, 8, 9, 10_000, time.UTC))
	if err != nil {
		return nil, err
	}
	m, err := p.Machine()
	if err != nil {
		return nil, err
	}
	v, err := object.FromJSON([]byte(record), 0)
	if err != nil {
		return nil, err
	}
	for i, name := range p.Inputs {
		input, there := v.(*object.Dict).Get(name)
		m.Set(i, input, there)
	}
	m.SetRecord(v)
	return m.Run(len(record))
}

// TestValues: the answers are those of CPython's, by the evaluator that the
// Singer SDK uses.
func TestValues(t *testing.T) {
	f := func(src, want string) {
		t.Helper()
		v, err := evaluate(src, sampleRecord)
		if err != nil {
			t.Errorf("%s: %v", src, err)
		} else if got := object.Repr(v); got != want && object.Text(v) != want {
			t.Errorf("%s\n got %s\nwant %s", src, got, want)
		}
	}
	f(`owner_email.split('@')[-1]`, `'example.com'`)
	f(`md5(config['hash_seed'] + owner_email)`, `'3a3d55ebca0cc538fbe2a591a8cbe1a7'`)
	f(`record['id'] + 1`, `8`)
	f(`_['id'] * 2`, `14`)
	f(`_.get('nope', 'x')`, `'x'`)
	f(`record.get('missing')`, `None`)
	f(`'id' in record`, `True`)
	f(`'nope' not in record`, `True`)
	f(`id == 7 and owner_email or 'none'`, `'jo@example.com'`)
	f(`not id`, `False`)
	f(`id > 3 < 9`, `True`)
	f(`1 < id <= 7`, `True`)
	f(`id // 2`, `3`)
	f(`-id // 2`, `-4`)
	f(`-id % 5`, `3`)
	f(`id / 2`, `3.5`)
	f(`id ** 2`, `49`)
	f(`2 ** -1`, `0.5`)
	f(`7.5 // 2`, `3.0`)
	f(`-7.5 % 2`, `0.5`)
	f(`f'{id:05d}-{owner_email!r}'`, `"00007-'jo@example.com'"`)
	f(`f'{price:.2f} {price:>10.1f}| {price:,.3f} {id:x} {id:b} {id:+d}'`, `'12.50       12.5| 12.500 7 111 +7'`)
	f(`f"{name:<8}|{name:^9}|{name:*>7}|{name:.3}"`, `'ann Lee | ann Lee |ann Lee|ann'`)
	f(`f'{1234567:,} {0.256:.1%} {12345.678:e} {12345.678:g} {1e20} {1e-7}'`, `'1,234,567 25.6% 1.234568e+04 12345.7 1e+20 1e-07'`)
	f(`str(price) + str(None) + str(True) + str(tags) + str(address)`, `"12.5NoneTrue['a', 'b', 'c']{'city': 'Rome', 'no': 3}"`)
	f(`name.upper() + name.lower() + name.title() + name.capitalize() + name.swapcase()`, `'ANN LEEann leeAnn LeeAnn leeANN lEE'`)
	f(`'  x y '.strip() + '|' + 'xxabcxx'.strip('x') + '|' + 'xxabc'.lstrip('x')`, `'x y|abc|abc'`)
	f(`'a,b,,c'.split(',')`, `['a', 'b', '', 'c']`)
	f(`' a  b c '.split()`, `['a', 'b', 'c']`)
	f(`'a b c d'.split(' ', 1)`, `['a', 'b c d']`)
	f(`'a b c d'.rsplit(' ', 1)`, `['a b c', 'd']`)
	f(`' a  b   c '.split(None, 1)`, `['a', 'b   c ']`)
	f(`' a  b   c '.rsplit(None, 1)`, `[' a  b', 'c']`)
	f(`'a-b-c'.replace('-', '+')`, `'a+b+c'`)
	f(`'a-b-c'.replace('-', '+', 1)`, `'a+b-c'`)
	f(`'abc'.startswith(('x', 'ab'))`, `True`)
	f(`'abc'.find('c') + 'abc'.rfind('z')`, `1`)
	f(`'abcabc'.count('bc')`, `2`)
	f(`'-'.join(tags)`, `'a-b-c'`)
	f(`'-'.join([t.upper() for t in tags if t != 'b'])`, `'A-C'`)
	f(`[t + '!' for t in tags]`, `['a!', 'b!', 'c!']`)
	f(`'a.b.c'.partition('.')`, `['a', '.', 'b.c']`)
	f(`'a.b.c'.rpartition('.')`, `['a.b', '.', 'c']`)
	f(`'7'.zfill(3) + '-7'.zfill(4) + 'ab'.center(5,'*') + 'abc'.center(6,'*') + 'a'.ljust(3,'.') + 'a'.rjust(3)`, `'007-007**ab**abc**a..  a'`)
	f(`'abc'[0] + 'abc'[-1] + 'abcdef'[1:3] + 'abcdef'[::-1] + 'abcdef'[::2] + 'abcdef'[-3:] + 'abcdef'[:-2] + 'abc'[5:]`, `'acbcfedcbaacedefabcd'`)
	f(`tags[1:] + tags[:1]`, `['b', 'c', 'a']`)
	f(`address['city']`, `'Rome'`)
	f(`address.get('zip')`, `None`)
	f(`address.get('zip', 'none').lower()`, `'none'`)
	f(`address.city`, `'Rome'`)
	f(`int('12') + int(3.9) + int(-3.9) + int(True) + int('ff', 16)`, `268`)
	f(`float('1.5') + float(2)`, `3.5`)
	f(`bool('') or bool('x')`, `True`)
	f(`int(price)`, `12`)
	f(`price * 2`, `25.0`)
	f(`id + price`, `19.5`)
	f(`1 if id > 3 else 0`, `1`)
	f(`'big' if id > 100 else 'mid' if id > 5 else 'small'`, `'mid'`)
	f(`json.dumps({'a': [1, 2.5, None, True], 'b': 'é"'})`, `'{"a": [1, 2.5, null, true], "b": "\\u00e9\\""}'`)
	f(`json.dumps({'b': 1, 'a': 2}, sort_keys=True)`, `'{"a": 2, "b": 1}'`)
	f(`json.dumps('\n\r\t\b\f\v\x00\x1f\x7f/"')`, `'"\\n\\r\\t\\b\\f\\u000b\\u0000\\u001f\\u007f/\\""'`)
	f(`json.dumps(address)`, `'{"city": "Rome", "no": 3}'`)
	f(`json.loads('{"a": [1, 2.0]}')['a']`, `[1, 2.0]`)
	f(`datetime.datetime.strptime(created, '%Y-%m-%dT%H:%M:%S').strftime('%d/%m/%y %H')`, `'28/02/24 10'`)
	f(`datetime.datetime.fromisoformat(created).date()`, `2024-02-28`)
	f(`datetime.datetime.fromisoformat(created).isoformat()`, `'2024-02-28T10:20:30'`)
	f(`datetime.datetime.fromisoformat(created) + datetime.timedelta(days=1, hours=2)`, `2024-02-29 12:20:30`)
	f(`datetime.date(2024, 2, 28) + datetime.timedelta(days=2)`, `2024-03-01`)
	f(`(datetime.date(2024, 3, 1) - datetime.date(2024, 2, 1)).days`, `29`)
	f(`datetime.datetime.fromisoformat(created).year`, `2024`)
	f(`datetime.datetime.fromisoformat(created).weekday()`, `2`)
	f(`str(datetime.timedelta(days=-1, seconds=5))`, `'-1 day, 0:00:05'`)
	f(`str(datetime.datetime(2024,1,2,3,4,5,6))`, `'2024-01-02 03:04:05.000006'`)
	f(`datetime.datetime.strptime('05 Jan 2024 07:08 PM', '%d %b %Y %I:%M %p').isoformat()`, `'2024-01-05T19:08:00'`)
	f(`datetime.datetime(2024,1,1) < datetime.datetime(2024,1,2)`, `True`)
	f(`sha256(name)`, `'d176050b223fd218cc0006983e874b0c973e22663959e22bca80322480d85543'`)
	f(`None`, `None`)
	f(`True`, `True`)
	f(`'x' * 3 + 'y' * -1`, `'xxx'`)
	f(`[1] * 3`, `[1, 1, 1]`)
	f(`[1, 2] + [3]`, `[1, 2, 3]`)
	f(`{1: 'one', 7: 'seven'}[id]`, `'seven'`)
	f(`{'a': 1}.get('b', 5)`, `5`)
	f(`id in [1, 7]`, `True`)
	f(`id not in {1, 2}`, `True`)
	f(`name is None`, `False`)
	f(`name is not None`, `True`)
	f(`'é'.upper() + '\u00e9\x41\n\t\\'`, `'ÉéA\n\t\\'`)
	f(`"it's"`, `"it's"`)
	f(`'a' 'b'`, `'ab'`)
	f(`r'\n'`, `'\\n'`)
	f(`(1, 2)[1]`, `2`)
	f(`1_000 + 0x10`, `1016`)
	f(`1e3`, `1000.0`)
	f(`'%'`, `'%'`)
	f(`owner_email.endswith('@example.com')`, `True`)
	f(`[f for f in fields if f['key'] != 'age']`, `[{'key': 'sex', 'v': 2}]`)
	f(`[f['key'].upper() for f in fields]`, `['AGE', 'SEX']`)
	f(`[k for k in address]`, `['city', 'no']`)
	f(`address.keys()`, `['city', 'no']`)
	f(`'abc' < 'abd'`, `True`)
	f(`[1,2] < [1,3]`, `True`)
	f(`1 == 1.0 == True`, `True`)
	f(`None == 0`, `False`)
	f(`3 & 5 | 8 ^ 1`, `9`)
	f(`1 << 4 >> 2`, `4`)
	f(`~id`, `-8`)
	f(`'A1'.isalnum() and 'a'.isalpha() and '1'.isdigit() and ' '.isspace()`, `True`)
	f(`'line1\nline2\r\nline3'.splitlines()`, `['line1', 'line2', 'line3']`)
	f(`'abc'.index('c')`, `2`)
	f(`tags.index('b')`, `1`)
	f(`tags.count('a')`, `1`)
	f(`'TestHook'.removeprefix('Test').removesuffix('ok')`, `'Ho'`)
	f(`price > 10 or None`, `True`)
	f(`str(1e16) + ' ' + str(1e15) + ' ' + str(0.0001) + ' ' + str(0.00001) + ' ' + str(-0.0) + ' ' + str(100.0)`, `'1e+16 1000000000000000.0 0.0001 1e-05 -0.0 100.0'`)
	f(`__stream_name__ + '_x'`, `'s_x'`)
	f(`self`, `'ann Lee'`)
	f(`not (id == 7 and name == 'x')`, `True`)
	f(`"{}" if not address else 'has'`, `'has'`)
	f(`config['hash_seed'][0:2]`, `'01'`)
	f(`f"{id}" + f'{{}}' + f"{'a' if id else 'b'}" + f'{address["city"]}'`, `'7{}aRome'`)
	f(`' '.join(['a', str(1)])`, `'a 1'`)
	f(`int(' 12 ')`, `12`)
	f(`float('nan') == float('nan')`, `False`)
	f(`[] or {} or 0 or '' or None`, `None`)
	f(`'a' and 'b' and 0`, `0`)
	f(`1 if [] else 2`, `2`)
	f(`'-'.join(['x'])`, `'x'`)
	f(`address['no'] / 2`, `1.5`)
	f(`-7 // 2`, `-4`)
	f(`-7 % 3`, `2`)
	f(`7 % -3`, `-2`)
	f(`7.0 // -2`, `-4.0`)
	f(`2 ** 10`, `1024`)
	f(`2 ** 0.5`, `1.4142135623730951`)
	f(`0 ** 0`, `1`)
	f(`5 - 3 - 1`, `1`)
	f(`2 + 3 * 4`, `14`)
	f(`(2 + 3) * 4`, `20`)
	f(`not True or True`, `True`)
	f(`1 < 2 < 3 < 4`, `True`)
	f(`1 < 2 > 1`, `True`)
	f(`'abc'[10:]`, `''`)
	f(`'abc'[-10:2]`, `'ab'`)
	f(`[1,2,3,4][::-2]`, `[4, 2]`)
	f(`[1,2,3,4][3:0:-1]`, `[4, 3, 2]`)
	f(`'abc'[:]`, `'abc'`)
	f(`'naïve'[2]`, `'ï'`)
	f(`'a\tb'.split('\t')`, `['a', 'b']`)
	f(`'Ab'.swapcase() + 'é'.upper()`, `'aBÉ'`)
	f(`"they're bill's".title()`, `"They'Re Bill'S"`)
	f(`'hELLO wORLD'.capitalize()`, `'Hello world'`)
	f(`','.join([str(x) for x in [1, 2.0, None]])`, `'1,2.0,None'`)
	f(`[[y for y in x] for x in [[1, 2], [3]]]`, `[[1, 2], [3]]`)
	f(`[x for x in [1, 2, 3, 4] if x > 1 if x < 4]`, `[2, 3]`)
	f(`f'{7:>5}|{7:<5}|{7:^5}|{7:05}|{-7:05}|{7:,}|{-1234567:,}'`, `'    7|7    |  7  |00007|-0007|7|-1,234,567'`)
	f(`f'{3.14159:.3}|{1234.5:.2e}|{0.00001}|{1e22}|{12.0}|{12.0:g}|{12.0:.1f}|{5:.1f}'`, `'3.14|1.23e+03|1e-05|1e+22|12.0|12|12.0|5.0'`)
	f(`f'{255:X} {8:o} {True} {None} {[1]}'`, `'FF 10 True None [1]'`)
	f(`f'{"x":>3}{"y":_<3}{"z":^3}'`, `'  xy__ z '`)
	f(`json.dumps([1, 'é', '😀', 1.0, 1e16])`, `'[1, "\\u00e9", "\\ud83d\\ude00", 1.0, 1e+16]'`)
	f(`json.dumps({'a': 1}, separators=(',', ':'))`, `'{"a":1}'`)
	f(`json.dumps('é', ensure_ascii=False)`, `'"é"'`)
	f(`str([1.5, 'a', None, True, {'k': 'v'}, [2]])`, `"[1.5, 'a', None, True, {'k': 'v'}, [2]]"`)
	f(`str('quote \' and "')`, `'quote \' and "'`)
	f(`[str(x) for x in ["it's", 'a"b']]`, `["it's", 'a"b']`)
	f(`str(["it's", 'a\\b\n'])`, `'["it\'s", \'a\\\\b\\n\']'`)
	f(`datetime.datetime(2024, 2, 29, 23, 59, 59).isoformat()`, `'2024-02-29T23:59:59'`)
	f(`datetime.datetime(2024, 2, 29).strftime('%Y %m %d %H %M %S %f %y %b %B %a %A %j %p %I %%')`, `'2024 02 29 00 00 00 000000 24 Feb February Thu Thursday 060 AM 12 %'`)
	f(`datetime.datetime.fromisoformat('2024-01-02 03:04:05.123456').isoformat()`, `'2024-01-02T03:04:05.123456'`)
	f(`str(datetime.datetime.fromisoformat('2024-01-02T03:04:05+02:00'))`, `'2024-01-02 03:04:05+02:00'`)
	f(`datetime.datetime.fromisoformat('2024-01-02T03:04:05+02:00').isoformat()`, `'2024-01-02T03:04:05+02:00'`)
	f(`datetime.datetime.strptime('2024-01-02 03:04:05.5', '%Y-%m-%d %H:%M:%S.%f').microsecond`, `500000`)
	f(`str(datetime.datetime(2024,3,1) - datetime.datetime(2024,2,1,12))`, `'28 days, 12:00:00'`)
	f(`(datetime.datetime(2024,3,1) - datetime.datetime(2024,2,1,12)).total_seconds()`, `2462400.0`)
	f(`str(datetime.timedelta(days=2) + datetime.timedelta(hours=5))`, `'2 days, 5:00:00'`)
	f(`datetime.date(2024, 1, 31).isoformat()`, `'2024-01-31'`)
	f(`datetime.date.fromisoformat('2024-01-31').isoweekday()`, `3`)
	f(`str(datetime.datetime.utcfromtimestamp(1700000000))`, `'2023-11-14 22:13:20'`)
	f(`datetime.datetime(2024,1,1) == datetime.datetime(2024,1,1,0,0,0)`, `True`)
	f(`'x' in 'xyz' and 'q' not in 'xyz'`, `True`)
	f(`'a' in {'a': 1}`, `True`)
	f(`2 in [1, 2.0]`, `True`)
	f(`{'a': {'b': [1, {'c': 3}]}}['a']['b'][1]['c']`, `3`)
	f(`'a.b'.rsplit('.', 1)[0]`, `'a'`)
	f(`' x '.lstrip() + '|' + ' x '.rstrip() + '|'`, `'x | x|'`)
	f(`'aXbX'.rfind('X')`, `3`)
	f(`'éa'.find('a')`, `1`)
	f(`'ab\n'.splitlines()`, `['ab']`)
	f(`''.splitlines()`, `[]`)
	f(`'abc'.isupper() or 'ABC1'.isupper()`, `True`)
	f(`'12a'.isdigit()`, `False`)
	f(`bool([0]) and bool('0')`, `True`)
	f(`int(-0.5)`, `0`)
	f(`0.1 + 0.2`, `0.30000000000000004`)
	f(`1/3`, `0.3333333333333333`)
	f(`10 ** 15 * 1.0`, `1000000000000000.0`)
	f(`3 * 'ab'`, `'ababab'`)
	f(`5 ^ 3`, `6`)
	f(`-2 ** 2`, `-4`)
	f(`+5 - -5`, `10`)
	f(`'abc' 'def'[0]`, `'a'`)
	f(`'%s' if False else 'ok'`, `'ok'`)
	f(`'a' < 'B'`, `False`)
	f(`True + 1`, `2`)
	f(`False == 0`, `True`)
	f(`[1, [2]] == [1.0, [2]]`, `True`)
	f(`{'a': 1} == {'a': 1.0}`, `True`)
	f(`not None`, `True`)
}

func TestLongExpressions(t *testing.T) {
	if v, err := evaluate(strings.Repeat("1+", 4000)+"1", sampleRecord); err != nil || v != 4001 {
		t.Errorf("%v, %v", v, err)
	}
}

// TestFixedMoments: the clock stands still while a run lasts.
func TestFixedMoments(t *testing.T) {
	f := func(src, want string) {
		t.Helper()
		if v, err := evaluate(src, sampleRecord); err != nil || object.Text(v) != want {
			t.Errorf("%s: %v, %v, want %s", src, v, err, want)
		}
	}
	f("datetime.datetime.now()", "2024-05-06 07:08:09.000010")
	f("datetime.datetime.utcnow().isoformat()", "2024-05-06T07:08:09.000010")
	f("datetime.datetime.now(datetime.timezone.utc)", "2024-05-06 07:08:09.000010+00:00")
	f("datetime.date.today()", "2024-05-06")
	f("datetime.datetime.now(tz=datetime.UTC).hour", "7")
}

// TestBudget: nothing runs away, in work or in memory.
func TestBudget(t *testing.T) {
	ten := "[1,2,3,4,5,6,7,8,9,0]"
	nested := ten
	for range 9 {
		nested = "[" + nested + " for x in " + ten + "]"
	}
	f := func(src string) {
		t.Helper()
		start := time.Now()
		_, err := evaluate(src, sampleRecord)
		if err == nil || !strings.Contains(err.Error(), "than an expression may") {
			t.Errorf("%s: %v", src[:min(len(src), 60)], err)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s: took %v", src[:min(len(src), 60)], took)
		}
	}
	f(nested)
	f("'x' * 1000000000")
	f("'x' * 9223372036854775807")
	f("[1] * 1000000000")
	f("('x' * 100000).replace('x', 'y' * 100000)")
	f("('x' * 100000).join([c for c in 'x' * 100000])")
	f("'x'.ljust(1000000000)")
	f("'7'.zfill(1000000000)")
	f("[name * 1000 for x in '1' * 1000]")
	f("[[x for x in '1' * 10000] for x in '1' * 10000]")
	f("[tags * 10000 == tags * 10000 for x in '1' * 10000]")
	f("['y' in 'x' * 100000 for x in '1' * 100000]")
	f("[str([tags] * 1000) for x in '1' * 10000]")
	f("[json.dumps([tags] * 1000) for x in '1' * 10000]")
}

// TestLargeValues: the budget grows with the record.
func TestLargeValues(t *testing.T) {
	big := strings.Repeat("ab ", 5<<20)
	v, err := evaluate("a.upper().replace('B', 'C')[:4]", `{"a":"`+big+`"}`+"\n")
	if err != nil || v != "AC A" {
		t.Errorf("%v, %v", v, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"a.b[0:1] if c else 'd'", "f'{x!r:>5}' 'y'", "[x for x in y if z]", "{'a': 1, 'b': (2, 3)}['a']", "not a == -1 ** 2 in [b]", "a and (b or c.get('d', 1))",
		`r'\x' "\u00e9"`, "datetime.datetime.now(tz=datetime.UTC).strftime('%Y')", "record.get('a') is not None", "{1,2}", "x:=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		v, err := evaluate(src, sampleRecord)
		if err != nil {
			if strings.Contains(err.Error(), "bug") && !strings.Contains(src, "bug") || strings.Contains(err.Error(), "cannot be translated") {
				t.Errorf("%q: %v", src, err)
			}
			return
		}
		if _, err := object.AppendJSON(nil, v); err != nil && !strings.Contains(err.Error(), "no number") {
			t.Errorf("%q: %v", src, err)
		}
		_ = object.Repr(v)
	})
}
