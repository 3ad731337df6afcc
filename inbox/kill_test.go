package inbox_test

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/inbox"
)

// receive is the process that is killed: it keeps what comes, and handlers fail 5 % of the time.
func receive() {
	p := place{
		dialect: inbox.Dialect(os.Getenv("IM_INBOX_RECEIVER")), driver: os.Getenv("IM_INBOX_DRIVER"),
		dsn: os.Getenv("IM_INBOX_DSN"), prefix: os.Getenv("IM_INBOX_PREFIX"),
	}
	s, _, _, err := p.open(context.Background(), inbox.Options{Backoff: 20 * time.Millisecond, Poll: 50 * time.Millisecond, Batch: 32})
	if err != nil {
		log.Fatal(err)
	}
	h, err := callbacks.New(callbacks.Config{Secrets: []string{secret}, Store: s, StoreFailure: callbacks.StoreFailureReject})
	if err != nil {
		log.Fatal(err)
	}
	insert := p.insert(p.prefix + "effects")
	inbox.On(h, func(ctx context.Context, tx *sql.Tx, e callbacks.Event) error {
		n := strings.TrimPrefix(e.Head().CallID, "c")
		if os.Getenv("IM_INBOX_CHAIN") != "" {
			n = bodyName(e.Head().Raw)
		}
		_, err := tx.ExecContext(ctx, insert, n)
		if err == nil && rand.IntN(20) == 0 {
			return errors.New("one of twenty")
		}
		return err
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go func() { log.Fatal(h.Run(context.Background())) }()
	go func() { log.Fatal(http.Serve(l, h)) }()
	fmt.Println(l.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin) // until the test ends
}

// receiver is that process, seen from outside.
type receiver struct {
	t    *testing.T
	p    place
	env  []string
	mu   sync.Mutex
	addr string
	run  *exec.Cmd
	in   io.Closer
}

func (r *receiver) start() {
	r.run = exec.Command(os.Args[0])
	r.run.Env = append(os.Environ(), "IM_INBOX_RECEIVER="+string(r.p.dialect), "IM_INBOX_DRIVER="+r.p.driver,
		"IM_INBOX_DSN="+r.p.dsn, "IM_INBOX_PREFIX="+r.p.prefix)
	r.run.Env = append(r.run.Env, r.env...)
	r.run.Stderr = os.Stderr
	var err error
	r.in, err = r.run.StdinPipe()
	require.NoError(r.t, err)
	out, err := r.run.StdoutPipe()
	require.NoError(r.t, err)
	require.NoError(r.t, r.run.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(r.t, err)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.addr = strings.TrimSpace(line)
}

// address waits for a receiver that is starting.
func (r *receiver) address() string {
	for {
		r.mu.Lock()
		addr := r.addr
		r.mu.Unlock()
		if addr != "" {
			return addr
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// kill is a SIGKILL.
func (r *receiver) kill() {
	r.mu.Lock()
	r.addr = ""
	r.mu.Unlock()
	_ = r.run.Process.Kill()
	_ = r.run.Wait()
	_ = r.in.Close()
}

// sender plays an IM server that sends events out of order, some of them twice, and retries.
type sender struct {
	r       *receiver
	client  http.Client
	acked   []atomic.Bool
	sent    atomic.Int64 // that got a 200
	failed  atomic.Int64
	repeats atomic.Int64
}

// deliver sends an event at most twice, as the IM server does, and reports whether it got a 200.
func (s *sender) deliver(n int) bool {
	body := numbered(n).Sign(secret).JSON()
	for range 2 {
		resp, err := s.client.Post("http://"+s.r.address()+"/", "application/json", bytes.NewReader(body))
		if err != nil {
			s.failed.Add(1)
			continue
		}
		_ = resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return true
		}
		s.failed.Add(1)
	}
	return false
}

func (s *sender) deliverAll(order []int) {
	var next atomic.Int64
	var group sync.WaitGroup
	for range 48 {
		group.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(order) {
					return
				}
				n := order[i]
				if !s.deliver(n) {
					continue
				}
				if s.acked[n].Swap(true) {
					s.repeats.Add(1)
				} else {
					s.sent.Add(1)
				}
			}
		})
	}
	group.Wait()
}

// order is that of n events with duplicates, shuffled within reach.
func order(n int) []int {
	all := make([]int, 0, n+n/10)
	for i := range n {
		all = append(all, i)
		if i%10 == 0 {
			all = append(all, i, i)
		}
	}
	for i := range all {
		j := min(len(all)-1, i+rand.IntN(500))
		all[i], all[j] = all[j], all[i]
	}
	return all
}

// untilHandled waits until no event does, however many there are.
func untilHandled(t *testing.T, s *inbox.Inbox) {
	t.Helper()
	start := time.Now()
	for look := start; counts(t, s).Waiting > 0; look = time.Now() {
		require.Less(t, time.Since(start), 10*time.Minute)
		time.Sleep(50*time.Millisecond + 10*time.Since(look)) // counting must not slow it down
	}
}

// tally counts how often each event took effect.
func tally[N comparable](t *testing.T, db *sql.DB, effects string) map[N]int {
	t.Helper()
	times := map[N]int{}
	rows, err := db.QueryContext(t.Context(), "SELECT n FROM "+effects)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var n N
		require.NoError(t, rows.Scan(&n))
		times[n]++
	}
	require.NoError(t, rows.Err())
	return times
}

// Of the events that got a 200 none is lost and none takes effect twice, however often the receiver
// is killed.
func TestTortureKilledReceiver(t *testing.T) {
	events, kills := 20_000, 10
	if os.Getenv("IM_TORTURE") != "" {
		events, kills = 1_000_000, 100
	}
	if testing.Short() {
		t.Skip("kills processes for a while")
	}
	onAll(t, func(t *testing.T, p place) {
		s, db := p.inbox(t, inbox.Options{})
		effects := p.table(t, db, "effects", "n BIGINT")
		r := &receiver{t: t, p: p}
		r.start()
		defer func() { r.kill() }()
		out := &sender{r: r, acked: make([]atomic.Bool, events)}
		out.client.Transport = &http.Transport{MaxIdleConnsPerHost: 64}
		out.client.Timeout = 20 * time.Second
		start := time.Now()
		var group sync.WaitGroup
		group.Go(func() { out.deliverAll(order(events)) })
		killed := 0
		for ; killed < kills; killed++ {
			at := int64(events) * int64(killed+1) / int64(kills+2)
			for out.sent.Load() < at {
				time.Sleep(time.Millisecond)
			}
			r.kill()
			r.start()
		}
		group.Wait()
		received := time.Since(start)
		untilHandled(t, s)
		all := time.Since(start)
		assert.Zero(t, counts(t, s).Dead)
		times := tally[int](t, db, effects)
		lost, twice, unacked := 0, 0, 0
		for n := range events {
			switch acked := out.acked[n].Load(); {
			case acked && times[n] == 0:
				lost++
			case times[n] > 1:
				twice++
			case !acked:
				unacked++
			}
			delete(times, n)
		}
		t.Logf("%d events, %d of them twice or more, killed %d times: %d got a 200, lost %d, effective twice %d; "+
			"%d attempts failed, %d events never accepted; received in %s (%.0f/s), all handled in %s (%.0f/s)",
			events, out.repeats.Load(), killed, out.sent.Load(), lost, twice, out.failed.Load(), unacked,
			received.Round(time.Millisecond), float64(out.sent.Load())/received.Seconds(), all.Round(time.Millisecond), float64(out.sent.Load())/all.Seconds())
		assert.Zero(t, lost)
		assert.Zero(t, twice)
		assert.Empty(t, times, "each effect is that of an event")
		assert.Greater(t, out.sent.Load(), int64(events)*99/100)
		assert.Equal(t, kills, killed)
	})
}
