package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// bomb runs the program on a small or large input made to cost much more than its
// like. go test -v -run Bombs prints a line for each: docs/benchmarks.md.
type bomb struct {
	name string
	args []string
	mib  int // most memory it may hold
}

// longest is how long any bomb may take: some take seconds of two busy cores, and
// what they were made for took minutes, or had no end.
const longest = 50 * time.Second

// run wants an exit code and a part of what is said, in good time and memory.
func (b bomb) run(t *testing.T, code int, says string, input ...string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "lake")
	start := time.Now()
	c := startProgram(t, append([]string{"--lake", dir}, b.args...)...)
	watch := watchMemory(c.Process.Pid)
	for _, part := range input {
		if _, err := io.WriteString(c.in, part); err != nil {
			break // it has seen enough
		}
	}
	r := c.end(t, code)
	took, peak := time.Since(start), watch()
	t.Logf("| %s | %.1f s | %d MiB | exit %d: %s |", b.name, took.Seconds(), peak, code, whatWasSaid(r.err))
	if !strings.Contains(r.err, says) || strings.Contains(r.err, "panic") {
		t.Errorf("%s: want %q in\n%.2000s", b.name, says, r.err)
	}
	if peak > b.mib || took > longest {
		t.Errorf("%s: took %.1f s and %d MiB, want at most %.0f and %d", b.name, took.Seconds(), peak, longest.Seconds(), b.mib)
	}
}

// whatWasSaid is the fault, or the closing line, of what a run said.
func whatWasSaid(said string) string {
	lines := strings.Split(strings.TrimSpace(said), "\n")
	for _, l := range slices.Backward(lines) {
		if rest, fault := strings.CutPrefix(l, "target-filelake: "); fault || strings.Contains(l, " commits, version ") {
			return fmt.Sprintf("%.160s", rest)
		}
	}
	return lines[len(lines)-1]
}

// watchMemory gives, once a process has ended, the most memory it held, in MiB.
// The kernel's own count for children, ru_maxrss, begins with what this process held
// as it started the other, so the process's own is asked for while it runs.
func watchMemory(pid int) func() int {
	peak, stop := 0, make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		for {
			status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
			if _, rest, found := strings.Cut(string(status), "VmHWM:"); err == nil && found {
				kib, _ := strconv.Atoi(strings.Fields(rest)[0])
				peak = max(peak, kib>>10)
			}
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	})
	return func() int {
		close(stop)
		watching.Wait()
		return peak
	}
}

// column is the SCHEMA of a stream with a column v; rest stands beside properties.
func columnV(property, rest string) string {
	return `{"type":"SCHEMA","stream":"s","key_properties":[],"schema":{"properties":{"v":` + property + `}` + rest + "}}\n"
}

func rowOfV(value string) string {
	return `{"type":"RECORD","stream":"s","record":{"v":` + value + "}}\n"
}

const stateV = `{"type":"STATE","value":1}` + "\n"

// twofold is n definitions, each of which holds the next twice.
func twofold(n int, keyword, leaf string) string {
	var b strings.Builder
	for i := range n {
		next := fmt.Sprintf(`{"$ref":"#/definitions/d%d"}`, i+1)
		twice := `[` + next + `,` + next + `]`
		if keyword == "properties" {
			twice = `{"a":` + next + `,"b":` + next + `}`
		}
		fmt.Fprintf(&b, `"d%d":{"%s":%s},`, i, keyword, twice)
	}
	fmt.Fprintf(&b, `"d%d":%s`, n, leaf)
	return `,"definitions":{` + b.String() + "}"
}

// TestSchemaBombs: small SCHEMAs that unfold to large ones.
func TestSchemaBombs(t *testing.T) {
	t.Parallel()
	f := func(name string, mib, code int, says string, input ...string) {
		t.Helper()
		bomb{name: name, mib: mib}.run(t, code, says, input...)
	}
	const ref, first = `{"$ref":"#/definitions/d0"}`, `line 1, stream "s"`
	for _, keyword := range []string{"anyOf", "oneOf", "allOf", "properties"} {
		f(keyword+" of itself twice, 40 times over", 200, exitBadInput, first+": schema: more than 100000 schemas once references are followed",
			columnV(ref, twofold(40, keyword, "{}")))
	}
	f("anyOf, 14 times over, of a large pattern", 200, exitBadInput, `line 2, stream "s", /v: too long for regular expressions as large as the schema's`,
		columnV(ref, twofold(14, "anyOf", `{"pattern":"^(.{1,30}y){30}$"}`)), rowOfV(`"`+strings.Repeat("xy", 500)+`"`), stateV)
	tree := `{"type":"object","properties":{"k":` + ref + `},"additionalProperties":false}`
	f("a tree that may be two trees, 400 deep", 200, exitBadInput, `line 2, stream "s": nested too deeply for a schema that looks at its values so often`,
		columnV(ref, `,"definitions":{"d0":{"anyOf":[`+tree+`,`+tree+`]}}`), rowOfV(strings.Repeat(`{"k":`, 400)+"1"+strings.Repeat("}", 400)), stateV)
	f("allOf of itself", 200, exitBadInput, first+": schema: a $ref leads to itself", columnV(ref, `,"definitions":{"d0":{"allOf":[`+ref+`]}}`))
	var chain strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&chain, `"d%d":{"$ref":"#/definitions/d%d"},`, i, i+1)
	}
	f("50,000 references in a chain", 250, exitBadInput, "schemas nested deeper than 1000", columnV(ref, `,"definitions":{`+chain.String()+`"d50000":{}}`))
	f("2,000,000 values in a schema", 400, exitBadInput, first+": schema: schema has more than 1000000 values", columnV(`{"enum":[`+strings.Repeat("1,", 2_000_000)+`1]}`, ""))
	f("a description of 50 MB", 700, 0, "1 records", columnV(`{"type":"integer","description":"`+strings.Repeat("x", 50_000_000)+`"}`, ""), rowOfV("1"), stateV)
	f("an array of 3,000,000, none of which is one of 100 kinds", 400, exitBadInput, `line 2, stream "s", /v/0: anyOf, none of its 100 schemas takes an integer`,
		columnV(`{"items":{"anyOf":[`+strings.Repeat(`{"maximum":0},`, 99)+`{"maximum":0}]}}`, ""), rowOfV("["+strings.Repeat("1,", 3_000_000)+"1]"), stateV)
}

// TestNumberBombs: exponents and digits of which arithmetic would take all day.
func TestNumberBombs(t *testing.T) {
	t.Parallel()
	refuses := func(name, property, value, says string) {
		t.Helper()
		bomb{name: name, mib: 300}.run(t, exitBadInput, `line 2, stream "s", /v: `+says, columnV(property, ""), rowOfV(value), stateV)
	}
	const huge, tiny = "1e1000000000", "1e-1000000000"
	refuses("1e1000000000 as a number", `{"type":"number"}`, huge, "number is beyond the range of a double")
	refuses("as an integer", `{"type":"integer"}`, huge, "integer is beyond 64 bits")
	refuses("as a wide integer", `{"type":"integer","maximum":1e30}`, huge, "number is beyond the digits of a decimal(38,0) column")
	refuses("as a decimal", `{"type":"number","multipleOf":0.01}`, huge, "number is beyond the digits of a decimal(38,2) column")
	refuses("1e-1000000000 as a decimal", `{"type":"number","multipleOf":0.01}`, tiny, "number is beyond the digits of a decimal(38,2) column")
	refuses("as a multiple of 3", `{"multipleOf":3}`, huge, "number has an exponent or digits out of all measure")
	refuses("as one of two values", `{"enum":[1,2]}`, huge, "enum, want one of 2 values")
	refuses("20 MB of digits", `{"type":"integer"}`, strings.Repeat("9", 20_000_000), "integer is beyond 64 bits")
	refuses("20 MB of digits as a multiple of 3", `{"type":"number","multipleOf":3}`, "1."+strings.Repeat("3", 20_000_000), "number has an exponent or digits out of all measure")
	bomb{name: "as JSON", mib: 300}.run(t, 0, "1 records", columnV("{}", ""), rowOfV(huge), stateV)
	for _, keyword := range []string{"minimum", "multipleOf", "maxLength"} {
		bomb{name: keyword + " of 1e1000000000", mib: 300}.run(t, exitBadInput, `line 1, stream "s", /properties/v: schema: `+keyword+" has an exponent or digits out of all measure",
			columnV(`{"`+keyword+`":`+huge+"}", ""))
	}
}

// TestPatternBombs: regular expressions that back-track elsewhere, or are large.
func TestPatternBombs(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("a", 1_000_000) + "!"
	f := func(name, pattern, says string) {
		t.Helper()
		b := bomb{name: name, mib: 300}
		b.run(t, exitBadInput, says, columnV(`{"pattern":`+strconv.Quote(pattern)+`}`, ""), rowOfV(`"`+text+`"`), stateV)
		b.name += ", of names"
		b.run(t, exitBadInput, strings.Replace(says, "/v: pattern", "/v/aaa", 1),
			columnV(`{"patternProperties":{`+strconv.Quote(pattern)+`:{}},"additionalProperties":false}`, ""), rowOfV(`{"`+text+`":1}`), stateV)
	}
	const second, first = `line 2, stream "s", /v: pattern`, `line 1, stream "s", /properties/v: schema: pattern `
	f("(a+)+$ of 1 MB", "(a+)+$", second)
	f("(a|aa)+$ of 1 MB", "(a|aa)+$", second)
	f("(.*){9}[0-9]$ of 1 MB", "(.*){9}[0-9]$", second)
	f("[\\p{L}\\p{N}]{300}x of 1 MB", `[\p{L}\p{N}]{300}x`, "too long for regular expressions as large as the schema's")
	f("(a{1000}){1000}", "(a{1000}){1000}", first+`"(a{1000}){1000}": not a regular expression that RE2 takes`)
	f("a pattern of 10 MB", strings.Repeat("a", 10_000_000), first)
	patterns := make([]string, 10_000)
	for i := range patterns {
		patterns[i] = fmt.Sprintf(`"^(.{1,30}y){30}%d$":{}`, i)
	}
	bomb{name: "10,000 large patterns", mib: 300}.run(t, exitBadInput, "regular expressions of more than 1000000 instructions in all",
		columnV(`{"patternProperties":{`+strings.Join(patterns, ",")+`}}`, ""))
}

// TestSizeBombs: much of one thing.
func TestSizeBombs(t *testing.T) {
	t.Parallel()
	f := func(name string, mib, code int, says string, input ...string) {
		t.Helper()
		bomb{name: name, mib: mib}.run(t, code, says, input...)
	}
	columns, values := make([]string, 10_001), make([]string, 10_000)
	for i := range columns {
		columns[i] = fmt.Sprintf(`"c%d":{"type":"string"}`, i)
	}
	for i := range values {
		values[i] = fmt.Sprintf(`"c%d":"%[1]d"`, i)
	}
	schema := func(columns []string) string {
		return `{"type":"SCHEMA","stream":"s","key_properties":[],"schema":{"properties":{` + strings.Join(columns, ",") + "}}}\n"
	}
	row := `{"type":"RECORD","stream":"s","record":{` + strings.Join(values, ",") + "}}\n"
	f("10,000 columns, 100 rows", 600, 0, "100 records", schema(columns[:10_000]), strings.Repeat(row, 100), stateV)
	f("10,001 columns", 200, exitBadInput, `line 1, stream "s": schema: 10001 columns, want at most 10000`, schema(columns))
	for i := range columns {
		name := []byte("abcdefghijklmn")
		for b := range name {
			if i>>b&1 == 1 {
				name[b] -= 'a' - 'A'
			}
		}
		columns[i] = fmt.Sprintf(`"%s":{"type":"string"}`, name)
	}
	f("10,000 columns that differ only in case", 600, 0, "1 records", schema(columns[:10_000]), `{"type":"RECORD","stream":"s","record":{"abcdefghijklmn":"x"}}`+"\n", stateV)
	f("a STATE of 50 MB", 900, 0, "1 STATEs in, 1 out", `{"type":"STATE","value":"`+strings.Repeat("s", 50_000_000)+"\"}\n")
	json := columnV("{}", "")
	f("100,000 deep", 200, exitBadInput, "line 2: nested deeper than 512", json, rowOfV(strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000)))
	f("a million undeclared properties", 700, 0, "1 records", columnV(`{"type":"integer"}`, ""), manyProperties(1_000_000), stateV)
	text := strings.Repeat("x", 15<<20)
	line := append([]string{columnV(`{"type":"string"}`, ""), `{"type":"RECORD","stream":"s","record":{"v":"`}, repeated(text, 17)...)
	f("a line of 255 MiB", 1500, 0, "1 records", append(line, "\"}}\n", stateV)...)
	f("a line of 270 MiB", 900, exitBadInput, "line 2: longer than 268435456 bytes", append(line, text, "\"}}\n", stateV)...)
	ints := strings.Repeat("1,", 16<<20)
	f("a line of 32 MiB, a list of 16 million integers", 1100, 0, "1 records", columnV(`{"type":"array","items":{"type":"integer"}}`, ""), rowOfV("["+ints+"1]"), stateV)
	f("a line of 64 MiB that is broken at its end", 500, exitBadInput, "line 2: malformed JSON at byte", json, `{"type":"RECORD","stream":"s","record":{"v":[`, ints, ints, "}\n")
}

func manyProperties(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"p%d":%[1]d`, i)
	}
	return `{"type":"RECORD","stream":"s","record":{` + b.String()[1:] + "}}\n"
}

func repeated(text string, n int) []string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = text
	}
	return parts
}

// packed makes a .gz of some text, then one piece of text n times over, at the cost
// of packing it once.
func packed(t *testing.T, head, piece string, n int) string {
	t.Helper()
	return gzipped(t, head) + strings.Repeat(gzipped(t, piece), n)
}

// TestZipBombs: compressed input, a thousand times smaller than what is in it.
func TestZipBombs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	head := columnV(`{"type":"integer"}`, "") + rowOfV("1") + stateV
	f := func(name, file string, mib, code int, says string) {
		t.Helper()
		path := filepath.Join(dir, "x.gz")
		if err := os.WriteFile(path, []byte(file), 0o644); err != nil {
			t.Fatal(err)
		}
		b := bomb{name: fmt.Sprintf("%s, %d kB of .gz", name, len(file)/1000), mib: mib, args: []string{"--input", path}}
		b.run(t, code, says)
	}
	x, blank, row := strings.Repeat("x", 10_000_000), strings.Repeat("\n", 10_000_000), strings.Repeat(rowOfV("1"), 100_000)
	f("a line of 2 GB", packed(t, head+`{"type":"RECORD","stream":"s","record":{"v":"`, x, 200), 1000, exitBadInput, "line 4: longer than 268435456 bytes")
	f("2 GB of NUL", packed(t, "", strings.Repeat("\x00", 10_000_000), 200), 1000, exitBadInput, "line 1: longer than 268435456 bytes")
	f("50 million blank lines", packed(t, head, blank, 5), 200, 0, "1 records")
	f("3 million equal rows", packed(t, head, row, 30)+gzipped(t, stateV), 400, 0, "3000001 records")
	f("a .gz in a .gz", gzipped(t, packed(t, "", x, 200)), 200, exitBadInput, "line 1: the input is truncated")
	f("200,000 empty parts", packed(t, head, "", 200_000), 200, 0, "1 records")
	f("a .gz header of 50 MB", "\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\xff"+strings.Repeat("n", 50_000_000), 200, exitBadInput, "not a whole gzip file")

	t.Run("batch", func(t *testing.T) {
		f := func(name, file, format string, mib, code int, says string) {
			t.Helper()
			path := strings.TrimPrefix(put(t, dir, "batch", file), "file://")
			b := bomb{name: fmt.Sprintf("BATCH: %s, %d kB", name, len(file)/1000), mib: mib, args: []string{"--batch-root", dir}}
			b.run(t, code, says, head, singer(`{'type':'BATCH','stream':'s','encoding':{'format':`+format+`},'manifest':['file://`+path+`']}`), stateV)
		}
		const gz, parquet, at = `'jsonl','compression':'gzip'`, `'parquet'`, "line 4: BATCH file "
		f("a line of 2 GB", packed(t, `{"v":"`, x, 200), gz, 1000, exitBadInput, "line 1: longer than 268435456 bytes")
		f("20 million blank lines", packed(t, "", blank, 2), gz, 200, 0, "1 records")
		f("a .gz header of 50 MB", "\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\xff"+strings.Repeat("n", 50_000_000), gz, 200, exitBadInput, at)
		f("a string of 100 MB as Parquet", parquetOf(t, "SELECT repeat('x', 100000000) AS v"), parquet, 400, exitBadInput, "raise --memory")
		small := parquetOf(t, "SELECT range AS v FROM range(3)")
		f("Parquet, a footer of 2 GB", footed(small, func(b []byte) []byte { return b }, 1<<31-1), parquet, 300, exitBadInput, at)
		f("Parquet, 2^60 rows", footed(small, func(b []byte) []byte { return swapped(b, "\x16\x06", "\x16", 1<<61) }, 0), parquet, 300, exitBadInput, at)
		f("Parquet, 2^31 columns", footed(small, func(b []byte) []byte {
			return append(binary.AppendUvarint([]byte{b[0], b[1], 0x19, 0xfc}, 1<<31-1), b[4:]...)
		}, 0), parquet, 300, exitBadInput, at)
		f("Parquet, a page of 1 GiB", small[:4]+string(swapped([]byte(small[4:]), small[6:8], "\x15", 1<<31)), parquet, 300, exitBadInput, "raise --memory")
	})
}

// parquetOf is a small Parquet file with a query's answer.
func parquetOf(t *testing.T, sql string) string {
	t.Helper()
	dir := t.TempDir()
	load(t, dir, singer(schemaT, rowT("1", "a"), stateOf("1")), 0)
	r := invoke(t, "", "query", "--lake", dir, "--format", "parquet", sql)
	if r.code != 0 {
		t.Fatal(r.err)
	}
	return r.out
}

// footed is a Parquet file with its footer changed, and a length of it that says
// what it is, or n.
func footed(file string, change func([]byte) []byte, n uint32) string {
	end := len(file) - 8
	size := binary.LittleEndian.Uint32([]byte(file[end:]))
	footer := change([]byte(file[end-int(size) : end]))
	if n == 0 {
		n = uint32(len(footer))
	}
	return file[:end-int(size)] + string(footer) + string(binary.LittleEndian.AppendUint32(nil, n)) + "PAR1"
}

// swapped puts a number, as Thrift writes it, behind a mark, in place of old.
func swapped(b []byte, old, mark string, n uint64) []byte {
	return bytes.ReplaceAll(b, []byte(old), binary.AppendUvarint([]byte(mark), n))
}

// TestBombIsStopped has SIGTERM end a load inside a file that goes on for hours.
func TestBombIsStopped(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	address := put(t, root, "endless.gz", packed(t, "", strings.Repeat("\n", 10_000_000), 20_000))
	dir := filepath.Join(t.TempDir(), "lake")
	c := startProgram(t, "--lake", dir, "--batch-root", root, "--batch-max-age", "100ms")
	c.write(t, columnV(`{"type":"integer"}`, "")+rowOfV("1")+stateV+singer(`{'type':'BATCH','stream':'s','encoding':{'format':'jsonl','compression':'gzip'},'manifest':['`+address+`']}`))
	awaitVersion(t, dir, 1)
	start := time.Now()
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	r := c.exit(t, 128+int(syscall.SIGTERM))
	if took := time.Since(start); took > 20*time.Second || r.out != "1\n" {
		t.Errorf("took %s, stdout %q\n%s", took, r.out, r.err)
	}
}
