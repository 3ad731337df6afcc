package imtest_test

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// receiver is a business server that keeps what it gets.
type receiver struct {
	*httptest.Server

	mu      sync.Mutex
	bodies  []map[string]any
	raw     []string
	respond func(w http.ResponseWriter, n int) // nil: 200
}

func newReceiver(t testing.TB) *receiver {
	r := new(receiver)
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	text, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	var body map[string]any
	_ = json.Unmarshal(text, &body)
	r.mu.Lock()
	r.bodies, r.raw = append(r.bodies, body), append(r.raw, string(text))
	n, respond := len(r.bodies), r.respond
	r.mu.Unlock()
	if respond != nil {
		respond(w, n)
	}
}

func (r *receiver) got() []map[string]any {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]map[string]any{}, r.bodies...)
}

// ids are the message ids of what came, in that order.
func (r *receiver) ids() []string {
	var list []string
	for _, body := range r.got() {
		list = append(list, fmt.Sprint(body["msg_id"]))
	}
	return list
}

func (r *receiver) always(respond func(w http.ResponseWriter, n int)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.respond = respond
}

func failing(w http.ResponseWriter, _ int) { w.WriteHeader(http.StatusInternalServerError) }

const callbackSecret = "rule-secret-1"

// calling is a client of a server with rules.
func calling(t testing.TB, rules []imtest.Rule, opts ...imtest.Option) *client {
	return newClient(t, append(opts, imtest.WithCallbacks(rules...))...)
}

func (c *client) text(from, to, text string) {
	body := fmt.Sprintf(`{"from":%q,"to":[%q],"type":"txt","body":{"msg":%q}}`, from, to, text)
	got := c.send("POST", "/messages/users", body)
	require.Equal(c.t, 200, got.status)
}

func (c *client) wait() { require.NoError(c.t, c.srv.WaitCallbacks(c.t.Context())) }

// states are those of all deliveries.
func (c *client) states() []imtest.DeliveryState {
	var list []imtest.DeliveryState
	for _, d := range c.srv.Deliveries() {
		list = append(list, d.State)
	}
	return list
}

// A message sent by a call comes as the documents show it.
func TestCallbackOfAMessage(t *testing.T) {
	r := newReceiver(t)
	clock := imtest.NewClock(time.Date(2024, 4, 2, 8, 0, 26, 234e6, time.UTC))
	c := calling(t, []imtest.Rule{{URL: r.URL + "/im?token=x", Secret: callbackSecret}}, imtest.WithClock(clock))
	c.srv.AddUsers("alice", "bob")
	c.srv.LogIn("bob")
	c.wait()
	r.bodies, r.raw = nil, nil
	c.send("POST", "/messages/users", `{"from":"alice","to":["bob"],"type":"txt","body":{"msg":"<noon>"},"ext":{"k":"v"}}`)
	c.wait()
	require.Len(t, r.got(), 1)
	got := r.got()[0]
	id := c.srv.Messages("bob")[0].ID
	sum := md5.Sum([]byte("acme#demo_" + id + callbackSecret + "1712044826234"))
	want := map[string]any{
		"callId": "acme#demo_" + id, "eventType": "chat", "timestamp": 1712044826234.0, "chat_type": "chat", "from": "alice", "to": "bob",
		"msg_id": id, "appkey": "acme#demo", "host": "msync@node-1", "securityVersion": "1.0.0", "content_type": "chat:user:text",
		"security": hex.EncodeToString(sum[:]),
		"payload": map[string]any{
			"ext": map[string]any{"k": "v"}, "from": "alice", "to": "bob", "type": "chat",
			"bodies": []any{map[string]any{"msg": "<noon>", "type": "txt"}},
		},
	}
	assert.Equal(t, want, got)
	assert.Contains(t, r.raw[0], "<noon>")
	d := c.srv.Deliveries()[len(c.srv.Deliveries())-1]
	assert.Equal(t, []any{imtest.DeliveryAccepted, "message.text", "rule_1", r.URL + "/im?token=x", 1}, []any{d.State, d.Kind, d.Rule, d.URL, len(d.Attempts)})
	assert.JSONEq(t, r.raw[0], string(d.Body))
}

// Without rules nothing is kept, and whoever is offline has a copy of their own.
func TestCallbacksOfOfflineReceivers(t *testing.T) {
	r := newReceiver(t)
	c := newClient(t)
	c.srv.AddUsers("alice", "bob", "carol")
	c.srv.AddGroup(imtest.Group{ID: "club", Name: "Club", Owner: "alice", Members: []string{"bob", "carol"}})
	c.srv.LogIn("carol")
	assert.Empty(t, c.srv.Deliveries())
	require.NoError(t, c.srv.SetCallbacks(imtest.Rule{URL: r.URL, Secret: callbackSecret, Kinds: []string{"message"}}))
	c.send("POST", "/messages/chatgroups", `{"from":"alice","to":["club"],"type":"custom","body":{"customEvent":"gift","customExts":{"color":"red","n":"2"}}}`)
	c.wait()
	require.Len(t, r.got(), 2)
	for i, to := range []string{"club", "bob"} {
		got := r.got()[i]
		assert.Equal(t, []any{to, "club", "groupchat", "chat:group:custom"}, []any{got["to"], got["group_id"], got["chat_type"], got["content_type"]})
		assert.Equal(t, []any{"chat", "chat_offline"}[i], got["eventType"])
		payload := got["payload"].(map[string]any)
		assert.Equal(t, "club", payload["to"])
		assert.Equal(t, map[string]any{
			"customEvent": "gift", "type": "custom", "v2:customExts": map[string]any{"color": "red", "n": "2"},
			"customExts": []any{map[string]any{"color": "red"}, map[string]any{"n": "2"}},
		}, payload["bodies"].([]any)[0])
	}
	assert.Equal(t, r.ids()[0], r.ids()[1])
}

func TestCallbackRulesAreChecked(t *testing.T) {
	good := imtest.Rule{URL: "http://127.0.0.1:1/", Secret: "s"}
	change := func(f func(*imtest.Rule)) []imtest.Rule {
		bad := good
		f(&bad)
		return []imtest.Rule{good, bad}
	}
	many := make([]string, 51)
	for want, rules := range map[string][]imtest.Rule{
		"Rules[1].URL: is empty":              change(func(r *imtest.Rule) { r.URL = "" }),
		`Rules[1].URL: is "ftp://x"`:          change(func(r *imtest.Rule) { r.URL = "ftp://x" }),
		"Rules[1].Secret: is empty":           change(func(r *imtest.Rule) { r.Secret = "" }),
		"Rules[1].Name: has 33 characters":    change(func(r *imtest.Rule) { r.Name = strings.Repeat("é", 33) }),
		`Rules[1].Name: is "rule_1", as`:      change(func(r *imtest.Rule) { r.Name = "rule_1" }),
		`Rules[1].Kinds[1]: is "message.txt"`: change(func(r *imtest.Rule) { r.Kinds = []string{"muc", "message.txt"} }),
		`Rules[1].Kinds[1]: is "pre_send"`:    change(func(r *imtest.Rule) { r.Kinds = []string{"muc", "pre_send"} }),
		`Rules[1].Source: is "console"`:       change(func(r *imtest.Rule) { r.Source = "console" }),
		"Rules[1].ExtKeys: has 51 values":     change(func(r *imtest.Rule) { r.ExtKeys = many }),
		"Rules[1].Timeout: is -1s":            change(func(r *imtest.Rule) { r.Timeout = -time.Second }),
		"Rules[1].Parallel: is 1001":          change(func(r *imtest.Rule) { r.Parallel = 1001 }),
		"Rules[1].Rewrites: has cmd":          change(func(r *imtest.Rule) { r.Rewrites = []string{"cmd"} }),
		"Rules: has 5 rules":                  {good, good, good, good, good},
	} {
		_, err := imtest.Start(imtest.WithCallbacks(rules...))
		assert.ErrorContains(t, err, "imtest: "+want)
	}
	srv := imtest.NewServer(t, imtest.WithCallbacks(good))
	assert.Error(t, srv.SetCallbacks(imtest.Rule{}))
	rules := srv.Callbacks()
	require.Len(t, rules, 1, "a mistake changes nothing")
	assert.Equal(t, []any{"rule_1", 10 * time.Second, 1}, []any{rules[0].Name, rules[0].Timeout, rules[0].Parallel})
}

// Filters hold for messages, and several rules may cover one event, each with its secret.
func TestCallbackFilters(t *testing.T) {
	r := newReceiver(t)
	rule := func(name string, f func(*imtest.Rule)) imtest.Rule {
		rule := imtest.Rule{Name: name, URL: r.URL + "/" + name, Secret: name, Kinds: []string{"message"}}
		f(&rule)
		return rule
	}
	c := calling(t, []imtest.Rule{
		rule("from", func(r *imtest.Rule) { r.From = []string{"alice"} }),
		rule("to", func(r *imtest.Rule) { r.To = []string{"carol"} }),
		rule("ext", func(r *imtest.Rule) { r.ExtKeys = []string{"order", "x"} }),
		rule("sdk", func(r *imtest.Rule) { r.Source = "sdk" }),
	})
	c.srv.AddUsers("alice", "bob", "carol")
	c.srv.LogIn("bob")
	c.srv.LogIn("carol")
	c.text("alice", "bob", "1")
	c.text("bob", "carol", "2")
	c.send("POST", "/messages/users", `{"from":"bob","to":["alice"],"type":"txt","body":{"msg":"3"},"ext":{"order":1}}`)
	c.wait()
	count := map[string]int{}
	signed := map[any]bool{}
	for _, d := range c.srv.Deliveries() {
		count[d.Rule]++
		var body map[string]any
		require.NoError(t, json.Unmarshal(d.Body, &body))
		signed[body["security"]] = true
	}
	assert.Equal(t, map[string]int{"from": 1, "to": 1, "ext": 2}, count, "the last message has an offline copy")
	assert.Len(t, signed, 3, "offline copies have the same signature")
}

// A callback that fails is retried once, at once, with the same body; then it is stored, and a
// resend sends it as it is, to the rule or to another address.
func TestCallbacksAreRetriedStoredAndResent(t *testing.T) {
	r, other := newReceiver(t), newReceiver(t)
	clock := imtest.NewClock(time.Date(2024, 4, 2, 8, 3, 0, 0, time.UTC))
	c := calling(t, []imtest.Rule{{URL: r.URL, Secret: callbackSecret, Kinds: []string{"message.text"}}}, imtest.WithClock(clock))
	r.always(func(w http.ResponseWriter, n int) {
		if n == 1 {
			failing(w, n)
		}
	})
	c.text("alice", "bob", "first")
	c.wait()
	r.always(failing)
	c.text("alice", "bob", "second")
	c.wait()
	require.Len(t, r.got(), 4)
	assert.Equal(t, []string{r.raw[0], r.raw[2]}, []string{r.raw[1], r.raw[3]})
	assert.Equal(t, []imtest.DeliveryState{imtest.DeliveryAccepted, imtest.DeliveryStored}, c.states())
	failed := c.srv.Deliveries()[1]
	require.Len(t, failed.Attempts, 2)
	assert.Equal(t, []any{500, "the status is 500, not 200"}, []any{failed.Attempts[0].Status, failed.Attempts[0].Error})
	list := c.send("GET", "/callbacks/storage/info", "").body["data"].([]any)
	assert.Equal(t, []any{map[string]any{"date": "202404020800", "size": json.Number("1"), "retry": json.Number("0")}}, list)

	r.always(nil)
	for _, target := range []string{"", other.URL} {
		clock.Advance(time.Hour)
		got := c.send("POST", "/callbacks/storage/retry", fmt.Sprintf(`{"date":"202404020800","retry":0,"targetUrl":%q}`, target))
		assert.Equal(t, "success", got.body["data"])
		c.wait()
	}
	require.Len(t, r.got(), 5)
	assert.Equal(t, r.raw[2], r.raw[4])
	assert.Equal(t, []string{r.raw[2]}, other.raw)
	last := c.srv.Deliveries()[3]
	assert.Equal(t, []any{true, other.URL, imtest.DeliveryAccepted}, []any{last.Resend, last.URL, last.State})
	assert.Equal(t, 1, c.srv.StoredCallbacks()[0].Size, "what was resent stays")
	assert.Len(t, c.srv.StoredCallbacks(), 1)

	require.NoError(t, c.srv.Redeliver(failed.ID))
	c.wait()
	assert.Equal(t, r.raw[2], r.raw[5])
	assert.ErrorContains(t, c.srv.Redeliver(99), "no delivery 99")
}

// An app that has not bought the storage loses callbacks, and its endpoints respond 403.
func TestCallbacksWithoutStorage(t *testing.T) {
	r := newReceiver(t)
	r.always(failing)
	c := calling(t, []imtest.Rule{{URL: r.URL, Secret: callbackSecret}}, imtest.WithoutCallbackStorage())
	c.text("alice", "bob", "lost")
	c.wait()
	assert.Equal(t, []imtest.DeliveryState{imtest.DeliveryLost, imtest.DeliveryLost}, c.states(), "one is an offline copy")
	assert.Equal(t, 403, c.send("GET", "/callbacks/storage/info", "").status)
	assert.Equal(t, 403, c.send("POST", "/callbacks/storage/retry", `{"date":"202404020800"}`).status)
	assert.Empty(t, c.srv.StoredCallbacks())
}

// A response above 1,000 characters counts as a failure, one without a response in time as well.
func TestCallbackFailures(t *testing.T) {
	r := newReceiver(t)
	c := calling(t, []imtest.Rule{{URL: r.URL, Secret: callbackSecret, Kinds: []string{"message.text"}, Timeout: 50 * time.Millisecond}})
	release := make(chan struct{})
	for want, respond := range map[string]func(http.ResponseWriter, int){
		"":                        func(w http.ResponseWriter, _ int) { _, _ = io.WriteString(w, strings.Repeat("é", 1000)) },
		"more than 1000":          func(w http.ResponseWriter, _ int) { _, _ = io.WriteString(w, strings.Repeat("x", 1001)) },
		"the status is 204":       func(w http.ResponseWriter, _ int) { w.WriteHeader(204) },
		"the status is 302":       func(w http.ResponseWriter, _ int) { w.Header().Set("Location", "/x"); w.WriteHeader(302) },
		"no response within 50ms": func(http.ResponseWriter, int) { <-release },
	} {
		r.always(respond)
		c.text("alice", "bob", "x")
		c.wait()
		d := c.srv.Deliveries()[len(c.srv.Deliveries())-1]
		if want == "" {
			assert.Equal(t, imtest.DeliveryAccepted, d.State)
			continue
		}
		require.Len(t, d.Attempts, 2)
		assert.Contains(t, d.Attempts[1].Error, want)
		assert.Equal(t, imtest.DeliveryStored, d.State)
	}
	close(release)
}

// 90 failures within 30 seconds of the server's clock stop all callbacks, for 5 minutes; on
// Easemob longer each time.
func TestCallbackBan(t *testing.T) {
	for name, opts := range map[string][]imtest.Option{"agora": nil, "easemob": {imtest.WithEasemobQuotas()}} {
		t.Run(name, func(t *testing.T) {
			r := newReceiver(t)
			r.always(failing)
			clock := imtest.NewClock(time.Date(2024, 4, 2, 8, 0, 0, 0, time.UTC))
			rule := imtest.Rule{URL: r.URL, Secret: callbackSecret, Kinds: []string{"message.text"}}
			c := calling(t, []imtest.Rule{rule}, append(opts, imtest.WithClock(clock))...)
			fail := func(n int, pause time.Duration) {
				for range n {
					c.text("alice", "bob", "x")
					c.wait()
					clock.Advance(pause)
				}
			}
			fail(200, 700*time.Millisecond) // 88 failures in 30 seconds: 44 messages in 30.1 s
			assert.Empty(t, c.srv.CallbackBans())
			clock.Advance(time.Minute)
			for n := range 7 {
				before := len(r.got())
				fail(46, 0)
				assert.Len(t, r.got(), before+90)
				bans := c.srv.CallbackBans()
				require.Len(t, bans, n+1)
				length := 5 * time.Minute
				if name == "easemob" {
					length *= time.Duration(min(n+1, 5))
				}
				assert.Equal(t, length, bans[n].Until.Sub(bans[n].From))
				d := c.srv.Deliveries()[len(c.srv.Deliveries())-1]
				assert.Equal(t, imtest.DeliveryStored, d.State)
				assert.Contains(t, d.Reason, "all callbacks are stopped until 2024-04-02T")
				assert.Empty(t, d.Attempts)
				clock.Advance(length)
			}
		})
	}
}

// What waits is sent in the order in which it happened, and by several at once if the rule says so.
func TestCallbackOrder(t *testing.T) {
	r := newReceiver(t)
	c := calling(t, []imtest.Rule{{URL: r.URL, Secret: callbackSecret, Kinds: []string{"message.text"}}})
	for range 50 {
		c.text("alice", "bob", "x")
	}
	c.wait()
	var want []string
	for _, m := range c.srv.AllMessages() {
		want = append(want, m.ID)
	}
	assert.Equal(t, want, r.ids())

	both := make(chan struct{}, 2)
	r.always(func(http.ResponseWriter, int) {
		both <- struct{}{}
		for len(both) < 2 {
			time.Sleep(time.Millisecond)
		}
	})
	require.NoError(t, c.srv.SetCallbacks(imtest.Rule{URL: r.URL, Secret: callbackSecret, Kinds: []string{"message.text"}, Parallel: 2}))
	c.text("alice", "bob", "x")
	c.text("alice", "bob", "y")
	c.wait()
	assert.Len(t, r.got(), 52)
}

func TestCallbackFaults(t *testing.T) {
	for name, c := range map[string]struct {
		fault imtest.Fault
		got   []int // messages by number
		state imtest.DeliveryState
	}{
		"slow":  {imtest.ReceiverSlow(time.Hour), []int{1, 1, 2}, imtest.DeliveryAccepted},
		"cut":   {imtest.ReceiverCut(), []int{1, 2}, imtest.DeliveryAccepted},
		"lost":  {imtest.ReceiverResponseLost(), []int{1, 1, 2}, imtest.DeliveryAccepted},
		"twice": {imtest.SentTwice(), []int{1, 1, 2}, imtest.DeliveryAccepted},
		"late":  {imtest.SentLate(), []int{2, 1}, imtest.DeliveryAccepted},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReceiver(t)
			rule := imtest.Rule{URL: r.URL, Secret: callbackSecret, Kinds: []string{"message"}}
			if name == "slow" {
				rule.Timeout = 2 * time.Second // which no other attempt of this test takes
			}
			client := calling(t, []imtest.Rule{rule})
			client.srv.AddUsers("bob")
			client.srv.LogIn("bob")
			fired := client.srv.Fault(imtest.OnCallback("message.text"), imtest.Nth(1), c.fault)
			client.text("alice", "bob", "1")
			client.text("alice", "bob", "2")
			client.wait()
			assert.Equal(t, 1, fired())
			var want []string
			for _, n := range c.got {
				want = append(want, client.srv.Messages("bob")[n-1].ID)
			}
			assert.Equal(t, want, r.ids())
			assert.Equal(t, c.state, client.srv.Deliveries()[0].State)
			assert.Empty(t, client.srv.CallbackBans())
		})
	}
	// what is held back is sent in the end
	r := newReceiver(t)
	c := calling(t, []imtest.Rule{{URL: r.URL, Secret: callbackSecret, Kinds: []string{"message.text"}}}, imtest.WithFaults(strings.NewReader(`[
		{"callbacks": ["message"], "do": "sent_late"}]`)))
	c.text("alice", "bob", "1")
	c.wait()
	assert.Len(t, r.got(), 1)
	for list, want := range map[string]string{
		`[{"callbacks":["x"],"do":"sent_late"}]`:           `"callbacks" is "x", which is neither`,
		`[{"callbacks":["message"],"do":"bad_gateway"}]`:   "for calls, not for callbacks",
		`[{"endpoint":"users.get","do":"sent_twice"}]`:     "for callbacks, not for endpoints",
		`[{"callbacks":["message"],"do":"receiver_slow"}]`: `needs a "time"`,
	} {
		assert.ErrorContains(t, c.srv.SetFaults(strings.NewReader(list)), want)
	}
}

// Reset forgets what waits, deliveries and bans; rules stay, and callbacks go on.
func TestResetOfCallbacks(t *testing.T) {
	r := newReceiver(t)
	c := calling(t, []imtest.Rule{{URL: r.URL, Secret: callbackSecret}})
	r.always(failing)
	for range 50 {
		c.text("alice", "bob", "x")
	}
	c.wait()
	require.Len(t, c.srv.CallbackBans(), 1)
	c.srv.Reset()
	assert.Empty(t, c.srv.CallbackBans())
	assert.Empty(t, c.srv.Deliveries())
	assert.Empty(t, c.srv.StoredCallbacks())
	r.always(nil)
	c.text("alice", "bob", "x")
	c.wait()
	assert.Equal(t, []imtest.DeliveryState{imtest.DeliveryAccepted, imtest.DeliveryAccepted}, c.states())
}

// Reset also forgets what is being sent, whether or not its rules still count: it is neither retried nor stored.
func TestResetWhileCallbacksAreSent(t *testing.T) {
	for name, kept := range map[string]bool{"rules that stay": true, "rules that are gone": false} {
		t.Run(name, func(t *testing.T) {
			r := newReceiver(t)
			release := make(chan struct{})
			r.always(func(w http.ResponseWriter, n int) {
				if n == 1 {
					<-release
				}
				failing(w, n)
			})
			c := calling(t, []imtest.Rule{{URL: r.URL, Secret: callbackSecret, Kinds: []string{"message.text"}}})
			for range 3 {
				c.text("alice", "bob", "x")
			}
			require.Eventually(t, func() bool { return len(r.got()) == 1 }, time.Minute, time.Millisecond)
			if !kept {
				require.NoError(t, c.srv.SetCallbacks())
			}
			c.srv.Reset()
			close(release)
			c.wait()
			assert.Len(t, r.got(), 1)
			assert.Empty(t, c.srv.Deliveries())
			assert.Empty(t, c.srv.StoredCallbacks())
		})
	}
}

// Close ends while a receiver does not respond, and drops what waits.
func TestCloseWhileAReceiverHangs(t *testing.T) {
	r := newReceiver(t)
	release := make(chan struct{})
	defer close(release)
	r.always(func(http.ResponseWriter, int) { <-release })
	c := calling(t, []imtest.Rule{{URL: r.URL, Secret: callbackSecret}})
	for range 3 {
		c.text("alice", "bob", "x")
	}
	c.srv.Close()
}

// More than what waits at once arrives all the same, in order, and a reset drops it.
func TestManyCallbacksWait(t *testing.T) {
	r := newReceiver(t)
	release := make(chan struct{})
	r.always(func(_ http.ResponseWriter, n int) {
		if n == 1 {
			<-release
		}
	})
	c := calling(t, []imtest.Rule{{URL: r.URL, Secret: callbackSecret, Kinds: []string{"message.text"}, Timeout: time.Minute}})
	c.srv.AddUsers("alice", "bob")
	c.srv.LogIn("alice")
	c.srv.LogIn("bob")
	const many = 11_000
	send := func() {
		for range many {
			_, err := c.srv.SendAs("alice", imtest.ClientMessage{To: "bob", Text: "x"})
			require.NoError(t, err)
		}
	}
	send()
	close(release)
	c.wait()
	ids := r.ids()
	require.Len(t, ids, many)
	assert.IsIncreasing(t, ids)
	send()
	c.srv.Close()
}

// New rules take nothing away from the old ones: neither what has just happened, nor what a fault holds back.
func TestOldRulesGetWhatHappenedBefore(t *testing.T) {
	r := newReceiver(t)
	rule := imtest.Rule{URL: r.URL, Secret: callbackSecret, Kinds: []string{"message.text"}}
	c := calling(t, nil)
	c.srv.AddUsers("alice", "bob")
	c.srv.LogIn("alice")
	for range 200 {
		require.NoError(t, c.srv.SetCallbacks(rule))
		_, err := c.srv.SendAs("alice", imtest.ClientMessage{To: "bob", Text: "x"})
		require.NoError(t, err)
		require.NoError(t, c.srv.SetCallbacks())
	}
	c.wait()
	assert.Len(t, r.got(), 200)

	require.NoError(t, c.srv.SetCallbacks(rule))
	fired := c.srv.Fault(imtest.OnCallback("message"), imtest.SentLate())
	_, err := c.srv.SendAs("alice", imtest.ClientMessage{To: "bob", Text: "x"})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return fired() == 1 }, time.Minute, time.Millisecond)
	require.NoError(t, c.srv.SetCallbacks())
	c.wait()
	assert.Len(t, r.got(), 201)
}
