package imtest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/imrest/im-go/imtest"
)

const benchSend = `{"from":"alice","to":["bob"],"type":"txt","body":{"msg":"The kettle is on."},"ext":{"order":"A-17"},"sync_device":false}`

// bareSend decodes and responds as a send does, and does nothing else.
func bareSend(w http.ResponseWriter, r *http.Request) {
	var in struct {
		From       string         `json:"from"`
		Type       string         `json:"type"`
		To         []string       `json:"to"`
		Body       map[string]any `json:"body"`
		Ext        map[string]any `json:"ext"`
		SyncDevice bool           `json:"sync_device"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	data := map[string]string{}
	for i, to := range in.To {
		data[to] = strconv.FormatInt(1312740985563217920+int64(i), 10)
	}
	now := time.Now()
	w.Header().Set("Content-Type", "application/json")
	err := json.NewEncoder(w).Encode(map[string]any{
		"path": "/messages/users", "uri": "http://" + r.Host + r.URL.Path, "timestamp": now.UnixMilli(),
		"organization": "acme", "application": "5f0c1c30-6d1e-11ee-9d5b-3b7a2f10c4d2", "action": "post",
		"data": data, "duration": 0, "applicationName": "demo",
	})
	if err != nil {
		panic(err)
	}
}

// BenchmarkSend sends messages over loopback to a bare handler and to the
// emulator in turn. The bound: "ratio", the emulator's rate over the bare
// one's, is 0.8 at least. Rates are medians of the rounds, so that what else
// the machine does for a moment hits neither of the two.
func BenchmarkSend(b *testing.B) {
	c := newClient(b)
	bare := httptest.NewServer(http.HandlerFunc(bareSend))
	b.Cleanup(bare.Close)
	var rounds sendRounds
	for b.Loop() {
		rounds.run(b, bare.URL, c)
	}
	bareRate, rate := rounds.rates()
	b.ReportMetric(bareRate, "bare/s")
	b.ReportMetric(rate, "emulator/s")
	b.ReportMetric(rate/bareRate, "ratio")
}

// sendRounds times rounds of sends, to a bare handler and to the emulator.
type sendRounds struct{ bare, emulator []time.Duration }

const sendsOfRound = 100

func (r *sendRounds) run(t testing.TB, bareURL string, c *client) {
	for _, side := range []struct {
		times *[]time.Duration
		url   string
	}{{&r.bare, bareURL}, {&r.emulator, c.srv.URL()}} {
		start := time.Now()
		for range sendsOfRound {
			benchPost(t, side.url+"/acme/demo/messages/users", c.token)
		}
		*side.times = append(*side.times, time.Since(start))
	}
}

// rates are sends a second.
func (r *sendRounds) rates() (bare, emulator float64) {
	median := func(times []time.Duration) time.Duration {
		slices.Sort(times)
		return times[len(times)/2]
	}
	return sendsOfRound / median(r.bare).Seconds(), sendsOfRound / median(r.emulator).Seconds()
}

func benchPost(b testing.TB, url, token string) {
	req, err := http.NewRequest("POST", url, bytes.NewReader([]byte(benchSend)))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != 200 {
		b.Fatal(resp.Status, err)
	}
}

// BenchmarkSendHandler measures the server without sockets.
func BenchmarkSendHandler(b *testing.B) {
	c := newClient(b)
	for name, handler := range map[string]http.Handler{"bare": http.HandlerFunc(bareSend), "emulator": c.srv} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				serveSend(b, handler, c.token, benchSend)
			}
		})
	}
}

func serveSend(b testing.TB, handler http.Handler, token, body string) {
	req := httptest.NewRequest("POST", "/acme/demo/messages/users", bytes.NewReader([]byte(body)))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	rec := httptest.NewRecorder()
	handler.ServeHTTP(rec, req)
	if rec.Code != 200 {
		b.Fatal(rec.Body)
	}
}

// BenchmarkMemory holds 100,000 users and 1,000,000 messages, a target each.
// The bound: below 1 GiB in use, and taken from the system. It is measured once,
// whatever b.N: a process's memory does not go back to where it was.
func BenchmarkMemory(b *testing.B) {
	c := newClient(b)
	fillForScale(b, c, 100_000, 1_000_000)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc)/(1<<20), "MiB-in-use")
	b.ReportMetric(float64(before.Sys)/(1<<20), "MiB-from-system")
	b.ReportMetric(0, "ns/op")
	runtime.KeepAlive(c)
}

// fillForScale registers users and sends messages from one to the next.
func fillForScale(t testing.TB, c *client, users, messages int) {
	for i := range users {
		c.srv.AddUser(imtest.User{Username: fmt.Sprintf("user-%06d", i), Password: "S3cret.pass"})
	}
	for i := range messages {
		serveSend(t, c.srv, c.token, fmt.Sprintf(`{"from":"user-%06d","to":["user-%06d"],"type":"txt","body":{"msg":"Message number %d, of usual length."},"ext":{"order":"A-%d"}}`, i%users, i*7%users, i, i))
	}
}

// BenchmarkSaveAndLoad saves 10,000 users and 100,000 messages, and starts from
// them.
func BenchmarkSaveAndLoad(b *testing.B) {
	c := newClient(b)
	fillForScale(b, c, 10_000, 100_000)
	var data bytes.Buffer
	b.Run("save", func(b *testing.B) {
		for b.Loop() {
			data.Reset()
			if err := c.srv.Save(&data); err != nil {
				b.Fatal(err)
			}
		}
		b.SetBytes(int64(data.Len()))
	})
	b.Run("start", func(b *testing.B) {
		b.SetBytes(int64(data.Len()))
		for b.Loop() {
			imtest.NewServer(nil, imtest.WithData(bytes.NewReader(data.Bytes()))).Close()
		}
	})
}

// BenchmarkPage renders the page of a large app, as it does once a second while
// somebody looks at it.
func BenchmarkPage(b *testing.B) {
	c := newClient(b, imtest.WithPage())
	for i := range 100_000 {
		c.srv.AddUser(imtest.User{Username: fmt.Sprintf("user-%06d", i)})
	}
	for range 1000 {
		say(c, "users", "user-000001", "Message of usual length.")
	}
	for b.Loop() {
		rec := httptest.NewRecorder()
		c.srv.ServeHTTP(rec, httptest.NewRequest("GET", "/", nil))
		b.SetBytes(int64(rec.Body.Len()))
	}
}

// BenchmarkStart with -benchtime 1x is the first start of a process, which builds
// the routing table and with quotas reads the catalogue. The bound: 5 ms.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		imtest.NewServer(nil).Close()
	}
}

// BenchmarkStartWithAll is BenchmarkStart with the options of imserver.
func BenchmarkStartWithAll(b *testing.B) {
	for b.Loop() {
		imtest.NewServer(nil, imtest.WithPage(), imtest.WithQuotas()).Close()
	}
}
