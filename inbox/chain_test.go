package inbox_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/inbox"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/users"
)

// bodyName names a callback by its body: what the IM server resends is the same text.
func bodyName(body []byte) string {
	sum := sha256.Sum256(body)
	return strconv.FormatInt(int64(binary.BigEndian.Uint64(sum[:])), 10)
}

// road leads from the emulator to the receiver, wherever that is now, and notes what went over it.
type road struct {
	r     *receiver
	plain http.RoundTripper

	mu       sync.Mutex
	accepted map[string]bool // by body: has the receiver responded 200
	kinds    map[callbacks.Kind]int
	attempts int
	failed   int
	oks      atomic.Int64
}

func (w *road) RoundTrip(req *http.Request) (*http.Response, error) {
	w.r.mu.Lock()
	addr := w.r.addr
	w.r.mu.Unlock()
	body, cut := io.ReadAll(req.Body)
	if addr == "" {
		w.note(body, cut == nil, false)
		return nil, errors.New("connection refused")
	}
	req = req.Clone(req.Context())
	req.URL.Host, req.Body = addr, io.NopCloser(bytes.NewReader(body)) // shorter than it says, if it was cut
	resp, err := w.plain.RoundTrip(req)
	w.note(body, cut == nil, err == nil && resp.StatusCode == http.StatusOK)
	return resp, err
}

func (w *road) note(body []byte, whole, ok bool) {
	if ok {
		w.oks.Add(1)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.attempts++; !ok {
		w.failed++
	}
	if !whole {
		return // was cut
	}
	name := bodyName(body)
	if _, known := w.accepted[name]; !known {
		if e, err := callbacks.Parse(body); err == nil {
			w.kinds[e.Kind()]++
		}
	}
	w.accepted[name] = w.accepted[name] || ok
}

// split returns the bodies that got a 200, and the number of the others.
func (w *road) split() (accepted map[string]bool, others int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	accepted = make(map[string]bool, len(w.accepted))
	for name, ok := range w.accepted {
		if ok {
			accepted[name] = true
		}
	}
	return accepted, len(w.accepted) - len(accepted)
}

// town is an emulator in which things happen.
type town struct {
	*imtest.Server

	t      *testing.T
	client *im.Client
	names  []string
	room   string
	group  string
	texts  atomic.Int64
}

// The first of the townsfolk send; the next one comes and goes, and the others are offline.
const (
	townsfolk = 40
	senders   = 30
)

func newTown(t *testing.T, w *road) *town {
	c := &town{Server: imtest.NewServer(t,
		imtest.WithCallbackClient(&http.Client{Transport: w}),
		imtest.WithCallbacks(imtest.Rule{URL: "http://receiver.example/im", Secret: secret, Parallel: 48, Timeout: 5 * time.Second})), t: t}
	c.client = c.Client()
	for i := range townsfolk {
		c.names = append(c.names, fmt.Sprint("user", i))
		_, err := c.client.Users.Register(t.Context(), users.NewUser{Username: c.names[i], Password: "p"})
		require.NoError(t, err)
	}
	for _, name := range c.names[:senders+1] { // messages to the others have an offline copy
		require.True(t, c.LogIn(name))
	}
	c.room = c.AddRoom(imtest.Room{Name: "r", Owner: c.names[0]}).ID
	c.group = c.AddGroup(imtest.Group{Name: "g", Owner: c.names[0], Members: c.names[:5], Public: true}).ID
	for _, fault := range [][]imtest.Fault{
		{imtest.SentTwice(), imtest.Chance(0.05, 1)}, {imtest.SentLate(), imtest.Chance(0.1, 2)}, {imtest.ReceiverSlow(20 * time.Millisecond), imtest.Chance(0.01, 3)},
		{imtest.ReceiverCut(), imtest.Chance(0.002, 4)}, {imtest.ReceiverResponseLost(), imtest.Chance(0.002, 5)},
	} {
		c.Fault(append(fault, imtest.OnCallback("message", "muc", "user"))...)
	}
	return c
}

// happen makes something happen: mostly messages, of clients and through REST, and what is done with them.
func (c *town) happen(ctx context.Context, n int) error {
	from, to := c.names[n%senders], c.names[(n*7+1)%townsfolk]
	switch n % 20 {
	case 0:
		sent, err := c.client.Messages.SendToUsers(ctx, []string{to}, messages.Message{From: from, Body: messages.Text(strconv.Itoa(n))})
		if err == nil {
			c.texts.Add(1)
			return c.client.Messages.Recall(ctx, sent[0].Value, messages.Recall{To: to, ChatType: messages.ChatTypeUser, Force: true})
		}
		return err
	case 1:
		guest := c.names[1+n/20%(senders-1)]
		return errors.Join(c.JoinAs(guest, c.room), c.LeaveAs(guest, c.room))
	case 2:
		c.LogOut(c.names[senders])
		c.LogIn(c.names[senders])
		return nil
	}
	msg := imtest.ClientMessage{To: to, Text: strconv.Itoa(n)}
	if n%20 > 16 {
		msg, from = imtest.ClientMessage{Group: c.group, Text: msg.Text}, c.names[n%5]
	}
	c.texts.Add(1)
	_, err := c.SendAs(from, msg)
	return err
}

// liftBans moves the clock of the server past each ban, as soon as there is one, while the receiver is up.
func (c *town) liftBans(ctx context.Context) {
	for ctx.Err() == nil {
		if bans := c.CallbackBans(); len(bans) > 0 {
			if rest := bans[len(bans)-1].Until.Sub(c.Clock().Now()); rest > 0 {
				c.Clock().Advance(rest)
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// chainSize is how much is sent: more where kills are tortured, and where IM_TORTURE is a number above 1, so many.
func chainSize(d inbox.Dialect) (events, kills int) {
	switch n, _ := strconv.Atoi(os.Getenv("IM_TORTURE")); {
	case n > 1:
		return n, 100
	case os.Getenv("IM_TORTURE") != "":
		return 1_000_000, 100
	case d == inbox.SQLite:
		return 20_000, 10
	}
	return 6_000, 5
}

// From the emulator to the effects: of what got a 200 nothing is lost and nothing takes effect twice, however often
// the receiver is killed; what did not, the server has stored, and Recover brings it.
func TestTortureChain(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes for a while")
	}
	onAll(t, func(t *testing.T, p place) {
		events, kills := chainSize(p.dialect)
		s, db := p.inbox(t, inbox.Options{})
		effects := p.table(t, db, "effects", "n BIGINT")
		r := &receiver{t: t, p: p, env: []string{"IM_INBOX_CHAIN=1"}}
		r.start()
		defer func() { r.kill() }()
		w := &road{r: r, plain: &http.Transport{MaxIdleConnsPerHost: 64}, accepted: map[string]bool{}, kinds: map[callbacks.Kind]int{}}
		c := newTown(t, w)
		begun, start := c.Clock().Now(), time.Now()
		bans, stop := context.WithCancel(t.Context())
		defer stop()
		var group sync.WaitGroup
		group.Go(func() { c.liftBans(bans) })

		var sending sync.WaitGroup
		var ended atomic.Bool
		sending.Go(func() { defer ended.Store(true); c.sendAll(events) })
		for killed := range kills {
			after := int64(events)*int64(killed+1)/int64(kills+2) - rand.Int64N(int64(events/kills/2))
			for w.oks.Load() < after && !ended.Load() {
				time.Sleep(time.Millisecond)
			}
			r.kill()
			r.start()
		}
		sending.Wait()
		require.NoError(t, c.WaitCallbacks(t.Context()))
		sent := time.Since(start)
		accepted, _ := w.split()
		stored := 0
		for _, set := range c.StoredCallbacks() {
			stored += set.Size
		}

		c.ClearFaults()
		h, err := callbacks.New(callbacks.Config{Secrets: []string{secret}})
		require.NoError(t, err)
		recovery, err := callbacks.Recover(t.Context(), c.client.Messages, h, begun, callbacks.RecoverOptions{Until: c.Clock().Now()})
		require.NoError(t, err)
		require.NoError(t, c.WaitCallbacks(t.Context()))
		stop()
		group.Wait()
		untilHandled(t, s)
		all, others := w.split()
		assert.Zero(t, others, "not accepted after Recover")
		assert.Zero(t, counts(t, s).Dead)
		assert.Zero(t, counts(t, s).Quarantined)

		times := tally[string](t, db, effects)
		lost, lostOthers, twice := 0, 0, 0
		for name := range all {
			switch n := times[name]; {
			case n > 1:
				twice++
			case n == 0 && accepted[name]:
				lost++
			case n == 0:
				lostOthers++
			}
		}
		t.Logf("%d callbacks (%d kinds), %d attempts of which %d failed, killed %d times, %d bans: %d got a 200 within %s (%.0f/s), lost %d; "+
			"%d others, %d of them stored in %d sets and recovered, lost %d; effective twice %d; all handled after %s",
			len(all), len(w.kinds), w.attempts, w.failed, kills, len(c.CallbackBans()), len(accepted), sent.Round(time.Millisecond),
			float64(len(accepted))/sent.Seconds(), lost, len(all)-len(accepted), stored, len(recovery.Resent), lostOthers, twice,
			time.Since(start).Round(time.Millisecond))
		assert.Equal(t, []int{0, 0, 0}, []int{lost, lostOthers, twice})
		assert.Len(t, times, len(all), "each effect is that of a callback")
		assert.Equal(t, int(c.texts.Load()), w.kinds[callbacks.KindMessageText], "each message was reported")
		assert.Greater(t, len(w.kinds), 6)
		assert.Greater(t, len(all), events*9/10)
	})
}

// sendAll makes things happen, until so many callbacks are made. What waits to be sent stays short.
func (c *town) sendAll(events int) {
	var n atomic.Int64
	for int(n.Load()) < events*3/4 && !c.t.Failed() { // some cause more than one callback
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				for range 25 {
					assert.NoError(c.t, c.happen(c.t.Context(), int(n.Add(1))))
				}
			})
		}
		group.Wait()
		for c.waiting() > 500 {
			time.Sleep(5 * time.Millisecond)
		}
	}
}

// waiting is the number of the newest deliveries that have not been sent.
func (c *town) waiting() (n int) {
	for _, d := range c.Deliveries() {
		if d.State == imtest.DeliveryWaiting {
			n++
		}
	}
	return n
}
