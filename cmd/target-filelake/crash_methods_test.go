package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"
)

// schemaOf is a SCHEMA of a stream of ids and values.
func schemaOf(stream, key string) string {
	return fmt.Sprintf(`{'type':'SCHEMA','stream':'%s','schema':{'type':'object','properties':{'id':{'type':'integer'},'v':{'type':['string','null']}}},'key_properties':[%s]}`, stream, key)
}

// newMethodsTap sends streams that are loaded in different ways: full tables
// of two versions with and without a key, deletes, first rows, newest rows.
func newMethodsTap(n int, seed uint64) resumable {
	r := rand.New(rand.NewPCG(seed, 9))
	tap := resumable{seed: seed, schemas: singer(schemaOf("full", "'id'"), schemaOf("bare", ""), schemaOf("gone", "'id'"), schemaOf("first", "'id'"), schemaOf("newest", "'id'"))}
	add := func(lines ...string) { tap.lines = append(tap.lines, singer(lines...)) }
	row := func(stream, more string, id int, v string) string {
		return fmt.Sprintf(`{'type':'RECORD','stream':'%s','record':{'id':%d,'v':'%s'}%s}`, stream, id, v, more)
	}
	for i := range n {
		version := 1 + 2*i/n
		if i == n/2 {
			add(activate("full", 1), activate("bare", 1))
		}
		v := fmt.Sprintf("%05d %s", i, strings.Repeat("x", r.IntN(200)))
		switch i % 5 {
		case 0:
			add(row("full", fmt.Sprintf(",'version':%d", version), r.IntN(300), v))
		case 1:
			add(row("bare", fmt.Sprintf(",'version':%d", version), i, v))
		case 2:
			add(row("first", "", r.IntN(300), v))
		case 3:
			add(row("newest", "", r.IntN(300), fmt.Sprintf("%04d %s", r.IntN(1000), v)))
		case 4:
			id := r.IntN(300)
			if r.IntN(3) == 0 {
				add(fmt.Sprintf(`{'type':'RECORD','stream':'gone','record':{'id':%d,'_sdc_deleted_at':'2026-11-22T00:00:00Z'}}`, id))
			} else {
				add(row("gone", "", id, v))
			}
		}
		if i%50 == 49 {
			add(stateOf(strconv.Itoa(len(tap.lines) + 1)))
		}
	}
	add(activate("full", 2), activate("bare", 2))
	add(stateOf(strconv.Itoa(len(tap.lines) + 1)))
	return tap
}

// TestKillEveryMethod kills loads of every method at random moments and holds
// that the lake ends as it would have without.
func TestKillEveryMethod(t *testing.T) {
	t.Parallel()
	const seed = 13
	tap := newMethodsTap(12_000, seed)
	args := []string{"--batch-size-rows", "300", "--threads", "2", "--streams",
		`{"first":{"unique_conflict_method":"IGNORE"},"newest":{"order_by":"v"},"gone":{"hard_delete":true}}`}
	sql := "SELECT '%s' AS s, count(*) AS n, md5(string_agg(id || ' ' || v, ',' ORDER BY id, v)) AS h FROM \"%[1]s\""
	var parts []string
	for _, stream := range []string{"full", "bare", "gone", "first", "newest"} {
		parts = append(parts, fmt.Sprintf(sql, stream))
	}
	answer := strings.Join(parts, " UNION ALL ") + " ORDER BY s"
	whole := t.TempDir()
	load(t, whole, tap.schemas+strings.Join(tap.lines, ""), 0, args...)
	want := query(t, whole, answer)
	for i, resume := range []func(testing.TB, string, []byte, int) int{lakeState, stdoutState} {
		dir := t.TempDir()
		kills := killUntilDone(t, dir, tap, rand.New(rand.NewPCG(seed, uint64(i))), args, resume)
		wantQuery(t, dir, answer, want)
		if kills < 3 {
			t.Errorf("only %d kills: the test shows little", kills)
		}
		t.Logf("%d kills, seed %d", kills, seed)
	}
}

// TestKillOverwrite kills loads that replace a stream: until one gets to its
// end, the stream holds what it held.
func TestKillOverwrite(t *testing.T) {
	dir := t.TempDir()
	args := []string{"--load-method", "overwrite", "--threads", "2"}
	load(t, dir, singer(schemaA)+rowsA(1, 2, 3)+singer(stateOf("1")), 0, args...)
	var lines []string
	for i := range 6_000 {
		lines = append(lines, singer(rowA(strconv.Itoa(i))))
		if i%50 == 49 {
			lines = append(lines, singer(stateOf(strconv.Itoa(len(lines)+1))))
		}
	}
	input := singer(schemaA) + strings.Join(lines, "")
	r := rand.New(rand.NewPCG(17, 0))
	for range 5 {
		c := startProgram(t, append([]string{"--lake", dir}, args...)...)
		go func() { _, _ = io.WriteString(c.in, input) }() // the input never ends
		killer := time.AfterFunc(time.Duration(40+r.IntN(60))*time.Millisecond, func() { _ = c.Process.Kill() })
		err := c.Wait()
		killer.Stop()
		if err == nil {
			t.Error("it ended by itself")
		}
		if c.out.Len() > 0 {
			t.Errorf("stdout %q", c.out.String())
		}
		wantA(t, dir, "1 2 3")
	}
	load(t, dir, input, 0, args...)
	wantQuery(t, dir, "SELECT count(*) AS n, count(DISTINCT n) AS d FROM a", `[{"n":6000,"d":6000}]`)
}
