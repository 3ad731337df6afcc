package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/users"
)

// Responses as the API documents them, envelope and all.
const (
	sentResponse = `{"path":"/messages/users","uri":"https://a1.example.com/acme/demo/messages/users","timestamp":1718006400123,` +
		`"organization":"acme","application":"4f7c1e02-93ab-4d56-8e21-b0c5d97a6f13","action":"post",` +
		`"data":{"bob":"1312740985563217920"},"duration":3,"applicationName":"demo"}`
	aliceResponse = `{"path":"/users","uri":"https://a1.example.com/acme/demo/users/alice","timestamp":1718006400123,` +
		`"organization":"acme","application":"4f7c1e02-93ab-4d56-8e21-b0c5d97a6f13","action":"get","count":1,` +
		`"entities":[{"uuid":"9b2f7f10-6d1e-11ee-8f57-8b1d2a3c4d5e","type":"user","created":1697600000123,"modified":1697600000123,` +
		`"username":"alice","activated":true}],"duration":3,"applicationName":"demo"}`
)

// caller makes one call by hand.
type caller interface {
	call(method, path string, body, out any)
}

type rawMessage struct {
	From string   `json:"from"`
	To   []string `json:"to"`
	Type string   `json:"type"`
	Body rawText  `json:"body"`
}

type rawText struct {
	Msg string `json:"msg"`
}

type rawAccount struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

type rawUsers struct {
	Entities []rawUser `json:"entities"`
}

func (r rawUsers) expect(name string) {
	if len(r.Entities) != 1 || r.Entities[0].Username != name {
		panic(fmt.Sprint("got ", r))
	}
}

// comparison is one call, with this module and by hand.
type comparison struct {
	name string
	ours func(*im.Client)
	hand func(caller)
}

var comparisons = []comparison{
	{
		"send one text message",
		func(c *im.Client) {
			receipts, err := c.Messages.SendToUsers(context.Background(), []string{"bob"}, messages.Message{From: "alice", Body: messages.Text("The kettle is on.")})
			if err != nil || receipts[0].Value == "" {
				panic(fmt.Sprint(receipts, err))
			}
		},
		func(c caller) {
			var out struct {
				Data map[string]string `json:"data"`
			}
			c.call(http.MethodPost, "/messages/users", rawMessage{From: "alice", To: []string{"bob"}, Type: "txt", Body: rawText{"The kettle is on."}}, &out)
			if out.Data["bob"] == "" {
				panic("no message id")
			}
		},
	},
	{
		"register one user",
		func(c *im.Client) {
			must(c.Users.Register(context.Background(), users.NewUser{Username: "alice", Password: "a-secret"}))
		},
		func(c caller) {
			var out rawUsers
			c.call(http.MethodPost, "/users", rawAccount{"alice", "a-secret"}, &out)
			out.expect("alice")
		},
	},
	{
		"get one user",
		func(c *im.Client) { must(c.Users.Get(context.Background(), "alice")) },
		func(c caller) {
			var out rawUsers
			c.call(http.MethodGet, "/users/alice", nil, &out)
			out.expect("alice")
		},
	},
}

// newServer responds to the three calls.
func newServer(observe func(net.Conn, http.ConnState)) *httptest.Server {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		response := aliceResponse
		if strings.HasSuffix(r.URL.Path, "/messages/users") {
			response = sentResponse
		}
		_, _ = io.WriteString(w, response)
	}))
	srv.Config.ConnState = observe
	srv.Start()
	return srv
}

// newClient makes a client with everything on; only the figures of the quotas are out
// of the way.
func newClient(host string, transport http.RoundTripper) *im.Client {
	unlimited := im.Quota{N: 1 << 20, Per: time.Millisecond} // so that the ledger holds few calls, as it does at real rates
	ofMessages := unlimited
	ofMessages.Items = true
	options := []im.Option{
		im.WithQuota("messages_users", ofMessages), im.WithQuota("users.list", unlimited), im.WithQuota("users.get", unlimited),
		im.WithQuota("users.register", unlimited),
	}
	if transport != nil {
		options = append(options, im.WithHTTPClient(&http.Client{Transport: transport}))
	}
	return must(im.New(im.Config{Host: host, Org: "acme", App: "demo", Platform: im.Agora, Token: im.StaticToken(token)}, options...))
}

// calls compares bytes, allocations and time over loopback. The test server's part is
// in each of the three alike.
func calls() []row {
	srv := newServer(nil)
	defer srv.Close()
	client := newClient(srv.URL, nil)
	defer client.Close()
	byNet, byResty := newRawHTTP(srv.URL), newPlainResty(srv.URL)
	var rows []row
	for _, c := range comparisons {
		ours, raw, plain := func() { c.ours(client) }, func() { c.hand(byNet) }, func() { c.hand(byResty) }
		rows = append(rows, allocated(c.name, ours, raw, plain)...)
		rows = append(rows, timed(c.name, ours, raw, plain))
	}
	return rows
}

func allocated(name string, ours, raw, plain func()) []row {
	a, b, c := testing.Benchmark(loop(ours)), testing.Benchmark(loop(raw)), testing.Benchmark(loop(plain))
	size, allocs := a.AllocedBytesPerOp()-c.AllocedBytesPerOp(), a.AllocsPerOp()-c.AllocsPerOp()
	return []row{
		{name + ": bytes", number(a.AllocedBytesPerOp()), number(b.AllocedBytesPerOp()), number(c.AllocedBytesPerOp()),
			fmt.Sprintf("at most 1,200 above resty (%+d)", size), size <= 1200},
		{name + ": allocations", number(a.AllocsPerOp()), number(b.AllocsPerOp()), number(c.AllocsPerOp()),
			fmt.Sprintf("at most 24 above resty (%+d)", allocs), allocs <= 24},
	}
}

func loop(f func()) func(*testing.B) {
	return func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f()
		}
	}
}

// timed interleaves short runs of the three, since a shared machine drifts.
func timed(name string, ours, raw, plain func()) row {
	const rounds, each = 201, 50
	all := []func(){ours, raw, plain}
	took := make([][]time.Duration, len(all))
	for round := range rounds {
		for i := range all { // who goes first alternates
			who := (round + i) % len(all)
			begun := time.Now()
			for range each {
				all[who]()
			}
			took[who] = append(took[who], time.Since(begun)/each)
		}
	}
	a, b, c := median(took[0]), median(took[1]), median(took[2])
	ratio := float64(a) / float64(c)
	text := func(d time.Duration) string { return d.Round(100 * time.Nanosecond).String() }
	return row{fmt.Sprintf("%s: time, median of %d interleaved runs", name, rounds), text(a), text(b), text(c),
		fmt.Sprintf("at most 1.06 × resty (%.3f ×; %.3f × net/http)", ratio, float64(a)/float64(b)), ratio <= 1.06}
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}
