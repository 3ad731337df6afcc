//go:build unix

package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/imtest"
)

// size is that of the figures with IM_TORTURE=1, and a small one otherwise.
func size(whole, small int) int {
	if os.Getenv("IM_TORTURE") != "" {
		return whole
	}
	return small
}

// One row in a hundred is bad: half of those are no names, half are taken.
func isBad(i int) bool   { return i%200 == 17 }
func isTaken(i int) bool { return i%200 == 117 }
func named(i int) string { return fmt.Sprintf("user-%07d", i) }

// usersFile is a CSV file, and makes those users that are taken.
func usersFile(t *testing.T, srv *imtest.Server, n int) string {
	var b strings.Builder
	b.WriteString("username,password,nickname\n")
	for i := range n {
		name := named(i)
		if isBad(i) {
			name = fmt.Sprintf("no name %d", i)
		}
		if isTaken(i) {
			srv.AddUsers(name)
		}
		fmt.Fprintf(&b, "%s,S3cret.pass,用户%d\n", name, i)
	}
	path := filepath.Join(t.TempDir(), "users.csv")
	require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o600))
	return path
}

// process is imctl, in a pipe.
type process struct {
	*exec.Cmd
	stdout, stderr bytes.Buffer
	most           chan int64
	memory         int64 // in MiB, at the end
}

func begin(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.CommandContext(t.Context(), imctl(t), args...), most: make(chan int64, 1)}
	p.Env, p.Stdout, p.Stderr = env, &p.stdout, &p.stderr
	require.NoError(t, p.Start())
	go p.watch()
	return p
}

// watch follows the most that the process holds; the kernel's own figure after its end counts what the test held
// when it started the process. Linux only.
func (p *process) watch() {
	most := int64(0)
	for {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
		_, line, found := strings.Cut(string(status), "VmHWM:")
		if err != nil || !found {
			p.most <- most
			return
		}
		var kib int64
		if _, err := fmt.Sscan(line, &kib); err == nil {
			most = max(most, kib>>10)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// end waits, and returns the exit code; -1 after a kill.
func (p *process) end(t *testing.T) int {
	t.Helper()
	err := p.Wait()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		require.NoError(t, err)
	}
	p.memory = <-p.most
	return p.ProcessState.ExitCode()
}

// load is that of the machine, which says what a time is worth.
func load() string {
	raw, _ := os.ReadFile("/proc/loadavg")
	return strings.TrimSpace(string(raw))
}

// checkImport compares the journal, row by row, with what the server holds.
func checkImport(t *testing.T, srv *imtest.Server, path string, rows int) map[batch.State]int {
	t.Helper()
	states, n := map[batch.State]int{}, 0
	for row, err := range batch.ReadJournal(path + ".journal") {
		require.NoError(t, err)
		i := n
		n++
		require.Equal(t, n, row.Number, "each row once, in order")
		states[row.State]++
		switch {
		case isBad(i):
			require.Equal(t, batch.StateRefused, row.State)
		case isTaken(i) && row.State == batch.StateRefused:
			require.Equal(t, named(i), row.Key)
		default: // were a row registered twice, the second time would be refused
			require.Equal(t, batch.StateDone, row.State, "row %d: %v", row.Number, row.Err)
		}
	}
	assert.Equal(t, rows, n)
	there := map[string]bool{}
	for _, u := range srv.Users() {
		there[u.Username] = true
	}
	assert.Len(t, there, rows-rows/200)
	for i := range rows {
		require.Equal(t, !isBad(i), there[named(i)], named(i))
	}
	return states
}

// The import of 100,000 users uses the quota up, in little memory.
func TestBulkImport(t *testing.T) {
	rows := size(100_000, 6_000)
	var mu sync.Mutex
	var calls []time.Time
	srv := imtest.NewServer(t, imtest.WithEasemobQuotas(), imtest.WithRequestLog(func(r imtest.Request) {
		if r.ID == "users.register_batch" {
			mu.Lock()
			defer mu.Unlock()
			calls = append(calls, r.Time)
		}
	}))
	path := usersFile(t, srv, rows)
	before := load()
	p := begin(t, environ(t, srv), "users", "import", path, "--rejects", path+".rejects.csv", "-o", "jsonl")
	began := time.Now()
	require.Equal(t, 3, p.end(t), p.stderr.String())
	wall := time.Since(began)
	checkImport(t, srv, path, rows)
	rejects, err := os.ReadFile(path + ".rejects.csv")
	require.NoError(t, err)
	assert.Equal(t, rows/100+1, bytes.Count(rejects, []byte("\n")))
	assert.Equal(t, rows/100, bytes.Count(p.stdout.Bytes(), []byte("\n")))

	slices.SortFunc(calls, time.Time.Compare)
	took := calls[len(calls)-1].Sub(calls[0])
	used := float64(len(calls)) / 100 / took.Seconds()
	t.Logf("%d rows, %d calls in %v: %.1f %% of the quota; the process %v, %d MiB; load %s, then %s",
		rows, len(calls), took.Round(time.Millisecond), 100*used, wall.Round(time.Millisecond), p.memory, before, load())
	assert.LessOrEqual(t, p.memory, int64(80))
	assert.Len(t, calls, (rows+59)/60, "bad rows cost no calls")
	if os.Getenv("IM_TORTURE") != "" {
		assert.GreaterOrEqual(t, used, 0.95)
	}
}

// The import is killed 50 times, and each row is done once or reported once.
func TestBulkImportKilled(t *testing.T) {
	rows, kills := size(100_000, 12_000), size(50, 6)
	const most = 30 // calls of a run that is killed: the file takes more, however late a machine that stalls comes to the kill
	var calls atomic.Int64
	enough := make(chan struct{}, kills)
	srv := imtest.NewServer(t, imtest.WithEasemobQuotas(), imtest.WithRequestLog(func(r imtest.Request) {
		if r.ID == "users.register_batch" && calls.Add(1)%most == 0 {
			select {
			case enough <- struct{}{}:
			default:
			}
		}
	}))
	path := usersFile(t, srv, rows)
	args := []string{"users", "import", path, "--rejects", path + ".rejects.csv", "-o", "jsonl", "--resume"}
	killed, memory := 0, int64(0)
	for range kills {
		p := begin(t, environ(t, srv), args...)
		select {
		case <-enough:
		case <-time.After(50*time.Millisecond + rand.N(400*time.Millisecond)):
		}
		require.NoError(t, p.Process.Kill())
		if p.end(t) == -1 {
			killed++
		}
		memory = max(memory, p.memory)
	}
	p := begin(t, environ(t, srv), args...)
	require.Equal(t, 3, p.end(t), p.stderr.String())
	states := checkImport(t, srv, path, rows)
	assert.Zero(t, states[batch.StateUnknown])
	assert.Equal(t, states[batch.StateRefused], bytes.Count(p.stdout.Bytes(), []byte("\n")), "each refused row is reported once")
	rejects, err := os.ReadFile(path + ".rejects.csv")
	require.NoError(t, err)
	assert.Equal(t, states[batch.StateRefused]+1, bytes.Count(rejects, []byte("\n")))
	assert.GreaterOrEqual(t, killed, kills/2)
	memory = max(memory, p.memory)
	assert.LessOrEqual(t, memory, int64(80))
	left, err := filepath.Glob(path + "*")
	require.NoError(t, err)
	assert.Len(t, left, 3, "the file, the journal, the rejects")
	t.Logf("%d rows, killed %d times: %v; %d MiB at most; load %s", rows, killed, states, memory, load())
}

// Exports that are stopped 20 times, killed or by Ctrl-C, are equal to what the server holds, without a row twice.
func TestBulkExportStopped(t *testing.T) {
	rows, circles, stops := size(100_000, 4_000), size(1_000, 60), size(20, 4)
	srv := imtest.NewServer(t, imtest.WithEasemobQuotas())
	want := map[string]bool{}
	for i := range rows {
		srv.AddUsers(named(i))
		want[named(i)] = true
	}
	members := map[string][]string{}
	for i := range circles {
		g := srv.AddGroup(imtest.Group{Name: fmt.Sprintf("徒步俱乐部 %d", i), Owner: named(i), Members: []string{named(i + 1), named(i + 2)}})
		members[g.ID] = []string{named(i), named(i + 1), named(i + 2)}
	}
	dir := t.TempDir()
	users := export(t, srv, rows, stops, "users", "export", filepath.Join(dir, "users.jsonl"))
	assert.Len(t, users, rows)
	for _, u := range users {
		name, _ := u["username"].(string)
		require.True(t, want[name], "%s is missing at the server, or twice", name)
		delete(want, name)
	}
	assert.Empty(t, want)
	groups := export(t, srv, circles, stops, "groups", "export", filepath.Join(dir, "groups.jsonl"), "--members")
	assert.Len(t, groups, circles)
	for _, g := range groups {
		id, _ := g["id"].(string)
		var names []string
		list, _ := g["members"].([]any)
		for _, m := range list {
			member, _ := m.(map[string]any)
			names = append(names, fmt.Sprint(member["username"]))
		}
		require.ElementsMatch(t, members[id], names, "group %s is missing at the server, or twice", id)
		delete(members, id)
	}
	assert.Empty(t, members)
}

// export runs an export of so many rows to its end, stopped now and then, and returns them.
func export(t *testing.T, srv *imtest.Server, rows, stops int, args ...string) []map[string]any {
	t.Helper()
	args = append(args, "--resume")
	path, stopped, most := args[2], 0, int64(0)
	for i := range stops {
		p := begin(t, environ(t, srv), args...)
		time.Sleep(30*time.Millisecond + rand.N(250*time.Millisecond))
		signal, exit := os.Kill, -1
		if i%2 == 1 {
			signal, exit = os.Interrupt, 130
		}
		require.NoError(t, p.Process.Signal(signal))
		if code := p.end(t); code == exit || code == -1 { // before the handler of signals is there, Ctrl-C is a kill
			stopped++
		} else {
			require.Zero(t, code, p.stderr.String())
		}
		most = max(most, p.memory)
		if _, err := os.Stat(path); err == nil { // it was through, though perhaps it was stopped when only the state was left to remove
			require.Len(t, exported(t, path), rows, "whole or not at all")
			break
		}
	}
	if _, err := os.Stat(path); err != nil || len(beside(t, path)) > 0 {
		p := begin(t, environ(t, srv), args...)
		require.Zero(t, p.end(t), p.stderr.String())
		most = max(most, p.memory)
	}
	assert.LessOrEqual(t, most, int64(80))
	assert.Empty(t, beside(t, path))
	all := exported(t, path)
	t.Logf("%v: %d rows, stopped %d times; %d MiB at most; load %s", args[:2], len(all), stopped, most, load())
	return all
}

// beside are the files of an export that is not whole.
func beside(t *testing.T, path string) []string {
	t.Helper()
	left, err := filepath.Glob(path + ".*")
	require.NoError(t, err)
	return left
}

// exported are the rows of a file.
func exported(t *testing.T, path string) (rows []map[string]any) {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	for line := range bytes.Lines(raw) {
		var row map[string]any
		require.NoError(t, json.Unmarshal(line, &row))
		rows = append(rows, row)
	}
	return rows
}
