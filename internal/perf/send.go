package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/messages"
)

const sentAnswer = `{"path":"/messages/users","uri":"https://a1.example.com/acme/demo/messages/users","timestamp":1718006400123,` +
	`"organization":"acme","application":"4f7c1e02-93ab-4d56-8e21-b0c5d97a6f13","action":"post",` +
	`"data":{"bob":"1312740985563217920"},"duration":3,"applicationName":"demo"}`

// stub answers from memory, so that only the client's own work counts.
type stub struct{ body string }

func (s stub) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(s.body)), ContentLength: int64(len(s.body)),
	}, nil
}

// newClient makes a client with everything on; only the figures of the quotas
// are out of the way.
func newClient(host string, transport http.RoundTripper) *im.Client {
	unlimited := im.Quota{N: 1 << 20, Per: time.Millisecond} // so that the ledger holds few calls, as it does at real rates
	options := append([]im.Option{}, im.WithQuota("messages_users", unlimited), im.WithQuota("users.list", unlimited),
		im.WithQuota("users.get", unlimited), im.WithQuota("users.register_batch", unlimited))
	if transport != nil {
		options = append(options, im.WithHTTPClient(&http.Client{Transport: transport}))
	}
	return must(im.New(im.Config{Host: host, Org: "acme", App: "demo", Platform: im.Agora, Token: im.StaticToken("YWMtperf")}, options...))
}

func send(c *im.Client) {
	receipts, err := c.Messages.SendToUsers(context.Background(), []string{"bob"}, messages.Message{From: "alice", Body: messages.Text("The kettle is on.")})
	if err != nil || receipts[0].MessageID == "" {
		panic(fmt.Sprint(receipts, err))
	}
}

// raw is what one would write without an SDK.
type raw struct {
	http *http.Client
	base string
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

func (r raw) send() {
	var out struct {
		Data map[string]string `json:"data"`
	}
	r.post("/messages/users", rawMessage{From: "alice", To: []string{"bob"}, Type: "txt", Body: rawText{"The kettle is on."}}, &out)
	if out.Data["bob"] == "" {
		panic("no message id")
	}
}

func (r raw) post(path string, body, out any) {
	encoded := must(json.Marshal(body))
	req := must(http.NewRequestWithContext(context.Background(), http.MethodPost, r.base+path, bytes.NewReader(encoded)))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", "Bearer YWMtperf")
	r.do(req, out)
}

func (r raw) do(req *http.Request, out any) {
	res := must(r.http.Do(req)) //nolint:bodyclose // closed below
	defer res.Body.Close()
	answer := must(io.ReadAll(res.Body))
	if err := json.Unmarshal(answer, out); err != nil {
		panic(err)
	}
}

func sendAllocations() []row {
	client := newClient("a1.example.com", stub{sentAnswer})
	reference := raw{&http.Client{Transport: stub{sentAnswer}}, "https://a1.example.com/acme/demo"}
	ours := testing.Benchmark(loop(func() { send(client) }))
	theirs := testing.Benchmark(loop(reference.send))
	allocs := ours.AllocsPerOp() - theirs.AllocsPerOp()
	size := ours.AllocedBytesPerOp() - theirs.AllocedBytesPerOp()
	return []row{
		{"send one text message: allocations", number(ours.AllocsPerOp()), number(theirs.AllocsPerOp()),
			fmt.Sprintf("at most 20 more (%+d)", allocs), allocs <= 20},
		{"send one text message: bytes", number(ours.AllocedBytesPerOp()), number(theirs.AllocedBytesPerOp()),
			fmt.Sprintf("at most 2,048 more (%+d)", size), size <= 2048},
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

// sendTime interleaves short runs of both, since a shared machine drifts.
func sendTime() []row {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, sentAnswer)
	}))
	defer srv.Close()
	client := newClient(srv.URL, nil)
	defer client.Close()
	reference := raw{&http.Client{Timeout: 30 * time.Second, Transport: http.DefaultTransport.(*http.Transport).Clone()}, srv.URL + "/acme/demo"}
	const rounds, calls = 101, 100
	var ours, theirs []time.Duration
	for round := range rounds {
		both := []func(){
			func() { ours = append(ours, timed(calls, func() { send(client) })) },
			func() { theirs = append(theirs, timed(calls, reference.send)) },
		}
		both[round%2]() // who goes first alternates
		both[1-round%2]()
	}
	a, b := median(ours), median(theirs)
	ratio := float64(a) / float64(b)
	return []row{{"send one text message: time on loopback, median of 101 interleaved runs", fmt.Sprint(a.Round(100 * time.Nanosecond)),
		fmt.Sprint(b.Round(100 * time.Nanosecond)), fmt.Sprintf("at most 1.10 × (%.3f ×)", ratio), ratio <= 1.10}}
}

func timed(n int, f func()) time.Duration {
	begun := time.Now()
	for range n {
		f()
	}
	return time.Since(begun) / time.Duration(n)
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

func connections() []row {
	count := func(f func(base string) func()) int64 {
		var opened atomic.Int64
		srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = io.WriteString(w, sentAnswer)
		}))
		srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
			if s == http.StateNew {
				opened.Add(1)
			}
		}
		srv.Start()
		defer srv.Close()
		call := f(srv.URL)
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() {
				for range 50 {
					call()
				}
			})
		}
		wg.Wait()
		return opened.Load()
	}
	ours := count(func(base string) func() { client := newClient(base, nil); return func() { send(client) } })
	theirs := count(func(base string) func() {
		r := raw{&http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}, base + "/acme/demo"}
		return r.send
	})
	return []row{{"64 goroutines × 50 calls: connections opened", number(ours), number(theirs), "at most 64", ours <= 64}}
}
