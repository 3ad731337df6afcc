package jobs

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/users"
)

// What the process that is killed finds in its environment.
const (
	envTask, envHost, envJournal, envRows = "JOBS_TASK", "JOBS_HOST", "JOBS_JOURNAL", "JOBS_ROWS"

	workers = 4
)

// TestMain is the process that is killed, if it is asked to be.
func TestMain(m *testing.M) {
	task := os.Getenv(envTask)
	if task == "" {
		os.Exit(m.Run())
	}
	if err := child(task); err != nil && !errors.Is(err, batch.ErrPartial) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func child(task string) error {
	rows, err := strconv.Atoi(os.Getenv(envRows))
	if err != nil {
		return err
	}
	client, err := im.New(im.Config{
		Host: os.Getenv(envHost), Org: "acme", App: "demo", Platform: im.Easemob,
		Token: im.ClientCredentials{ID: os.Getenv("JOBS_ID"), Secret: os.Getenv("JOBS_SECRET")},
	}, im.WithPlainHTTP(), im.WithoutQuotas())
	if err != nil {
		return err
	}
	fmt.Println("started")
	if task == "register" {
		return childRegisters(client, rows)
	}
	return childSends(client, rows)
}

func childRegisters(client *im.Client, rows int) error {
	_, err := batch.Run(context.Background(), someBad(rows), batch.Job[users.NewUser]{
		Name: "register", Max: 60, Workers: workers, Journal: os.Getenv(envJournal),
		Key: func(u users.NewUser) string { return u.Username },
		Call: func(ctx context.Context, chunk []users.NewUser) (batch.Result, error) {
			linger()
			return batch.WithoutValues(client.Users.RegisterBatch(ctx, chunk))
		},
		OnUnknown: batch.VerifyUnknown,
		Verify: func(ctx context.Context, u users.NewUser) (bool, error) {
			_, err := client.Users.Get(ctx, u.Username)
			if errors.Is(err, im.ErrNotFound) {
				return false, nil
			}
			return err == nil, err
		},
	})
	return err
}

func childSends(client *im.Client, rows int) error {
	names := func(yield func(string, error) bool) {
		for i := range rows {
			if !yield(newUser(i).Username, nil) {
				return
			}
		}
	}
	_, err := batch.Run(context.Background(), names, batch.Job[string]{
		Name: "send", Max: 10, Workers: workers, Journal: os.Getenv(envJournal),
		Key: func(name string) string { return name },
		Call: func(ctx context.Context, chunk []string) (batch.Result, error) {
			linger()
			return batch.WithoutValues(client.Messages.SendToUsers(ctx, chunk, messages.Message{From: "admin", Body: messages.Text("Hello")}))
		},
	})
	return err
}

// linger is part of a network, so that there is something to kill.
func linger() { time.Sleep(rand.N(8 * time.Millisecond)) }

// someBad has 1 % bad rows: half of them are no names, half have been taken.
func someBad(n int) iter.Seq2[users.NewUser, error] {
	return func(yield func(users.NewUser, error) bool) {
		for i := range n {
			u := newUser(i)
			if isBad(i) {
				u.Username = fmt.Sprintf("no name %d", i)
			}
			if !yield(u, nil) {
				return
			}
		}
	}
}

func isBad(i int) bool   { return i%200 == 17 }
func isTaken(i int) bool { return i%200 == 117 }

// torture are the processes of a task: killed again and again, and then left to end.
type torture struct {
	srv     *imtest.Server
	task    string
	journal string
	rows    int
	longest time.Duration // that one lives
	enough  chan struct{} // so many calls were made that it is killed before
}

// server is one that says so each time that the n-th call of an endpoint comes: a machine that stalls comes late to a
// kill, when the task may be through.
func server(t *testing.T, id string, n int) (srv *imtest.Server, enough chan struct{}) {
	enough = make(chan struct{}, 1)
	var calls atomic.Int64
	return imtest.NewServer(t, imtest.WithRequestLog(func(r imtest.Request) {
		if r.ID == id && calls.Add(1)%int64(n) == 0 {
			select {
			case enough <- struct{}{}:
			default:
			}
		}
	})), enough
}

func (k *torture) start(t *testing.T) (*exec.Cmd, *strings.Builder) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), envTask+"="+k.task, envHost+"="+k.srv.URL(), envJournal+"="+k.journal,
		envRows+"="+strconv.Itoa(k.rows), "JOBS_ID="+k.srv.ClientID(), "JOBS_SECRET="+k.srv.ClientSecret())
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err, stderr.String())
	require.Equal(t, "started\n", line)
	go io.Copy(io.Discard, out)
	return cmd, &stderr
}

// kill starts and kills processes, and returns how many were killed at work, and the
// most rows that one of them left unknown.
func (k *torture) kill(t *testing.T, times int) (killed, most int) {
	t.Helper()
	for range times {
		cmd, _ := k.start(t)
		select {
		case <-k.enough:
		case <-time.After(rand.N(k.longest)):
		}
		require.NoError(t, cmd.Process.Kill())
		if err := cmd.Wait(); err == nil {
			return killed, most // it was through
		}
		killed++
		if unknown := k.count(t)[batch.StateUnknown]; k.task == "register" { // each run settles those of the one before
			most = max(most, unknown)
		}
	}
	return killed, most
}

// count counts the rows of the journal by state.
func (k *torture) count(t *testing.T) map[batch.State]int {
	t.Helper()
	states := map[batch.State]int{}
	n := 0
	for row, err := range batch.ReadJournal(k.journal) {
		if errors.Is(err, os.ErrNotExist) {
			return states
		}
		require.NoError(t, err)
		n++
		require.Equal(t, n, row.Number, "each row once, in order")
		states[row.State]++
	}
	return states
}

func (k *torture) finish(t *testing.T) {
	t.Helper()
	cmd, stderr := k.start(t)
	require.NoError(t, cmd.Wait(), stderr.String())
}

// size is that of the figures, or of a quick run.
func size() (rows, kills int, longest time.Duration) {
	if os.Getenv("IM_TORTURE") != "" {
		return 100_000, 100, 300 * time.Millisecond
	}
	return 4_000, 8, 120 * time.Millisecond
}

func TestKilledRegistrations(t *testing.T) {
	rows, kills, longest := size()
	srv, enough := server(t, "users.register_batch", rows/60/(kills+1))
	for i := range rows {
		if isTaken(i) {
			srv.AddUsers(newUser(i).Username)
		}
	}
	k := &torture{srv: srv, task: "register", journal: filepath.Join(t.TempDir(), "journal"), rows: rows, longest: longest, enough: enough}
	killed, most := k.kill(t, kills)
	k.finish(t)

	there := map[string]bool{}
	for _, u := range srv.Users() {
		there[u.Username] = true
	}
	states, n := map[batch.State]int{}, 0
	for row, err := range batch.ReadJournal(k.journal) {
		require.NoError(t, err)
		i := n
		n++
		require.Equal(t, n, row.Number)
		states[row.State]++
		switch {
		case isBad(i):
			require.Equal(t, batch.StateRefused, row.State, row.Number)
			require.Equal(t, fmt.Sprintf("no name %d", i), row.Key)
			require.ErrorIs(t, row.Err, im.ErrInvalidArgument)
		case isTaken(i) && row.State == batch.StateRefused:
			require.Equal(t, newUser(i).Username, row.Key)
			require.ErrorIs(t, row.Err, im.ErrAlreadyExists)
		default: // were a row registered twice, the second time would be refused
			require.Equal(t, batch.StateDone, row.State, "row %d: %v", row.Number, row.Err)
			require.True(t, there[newUser(i).Username])
		}
	}
	assert.Equal(t, rows, n)
	assert.Len(t, there, rows-rows/200, "all but the bad ones")
	assert.LessOrEqual(t, most, workers*60)
	assert.GreaterOrEqual(t, killed, kills/2)
	t.Logf("%d rows, killed %d times: %v; a kill left %d rows unknown at most (bound: %d)", rows, killed, states, most, workers*60)
}

func TestKilledSends(t *testing.T) {
	rows, kills, longest := size()
	srv, enough := server(t, "messages.send_users", rows/10/(kills+1))
	names := make([]string, rows)
	for i := range names {
		names[i] = newUser(i).Username
	}
	srv.AddUsers(names...)
	cut := srv.Fault(imtest.OnEndpoint("messages.send_users"), imtest.Chance(0.05, 7), imtest.CutAfterProcessing())
	k := &torture{srv: srv, task: "send", journal: filepath.Join(t.TempDir(), "journal"), rows: rows, longest: longest, enough: enough}
	killed, _ := k.kill(t, kills)
	k.finish(t)

	got := map[string]int{}
	for _, m := range srv.AllMessages() {
		got[m.To]++
	}
	states, doubles, arrived, n := map[batch.State]int{}, 0, 0, 0
	for row, err := range batch.ReadJournal(k.journal) {
		require.NoError(t, err)
		name := names[n]
		n++
		require.Equal(t, n, row.Number)
		states[row.State]++
		if got[name] > 1 {
			doubles++
		}
		switch row.State {
		case batch.StateDone:
			require.Equal(t, 1, got[name])
		case batch.StateUnknown:
			require.Equal(t, name, row.Key)
			require.ErrorIs(t, row.Err, im.ErrOutcomeUnknown)
			arrived += got[name]
		default:
			require.Fail(t, "unexpected", "%+v", row)
		}
	}
	assert.Equal(t, rows, n)
	assert.Zero(t, doubles)
	assert.LessOrEqual(t, states[batch.StateUnknown], (cut()+killed*workers)*10)
	assert.GreaterOrEqual(t, killed, kills/2)
	t.Logf("%d sends, killed %d times, %d responses cut: %v, of the unknown %d have arrived; %d doubles (bound of the unknown: %d)",
		rows, killed, cut(), states, arrived, doubles, (cut()+killed*workers)*10)
}
