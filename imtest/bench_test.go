package imtest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/imrest/im-go/imtest"
)

const benchSend = `{"from":"alice","to":["bob"],"type":"txt","body":{"msg":"The kettle is on."},"ext":{"order":"A-17"},"sync_device":false}`

// bareSend decodes and answers what a send does, and does nothing else.
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
		data[to] = strconv.Itoa(1312740985563217920 + i)
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
// one's, is 0.6 at least.
func BenchmarkSend(b *testing.B) {
	c := newClient(b)
	bare := httptest.NewServer(http.HandlerFunc(bareSend))
	b.Cleanup(bare.Close)
	const round = 200
	var bareTime, emulatorTime time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		for range round {
			benchPost(b, bare.URL+"/acme/demo/messages/users", c.token)
		}
		bareTime += time.Since(start)
		start = time.Now()
		for range round {
			benchPost(b, c.srv.URL()+"/acme/demo/messages/users", c.token)
		}
		emulatorTime += time.Since(start)
	}
	n := float64(round * b.N)
	b.ReportMetric(n/bareTime.Seconds(), "bare/s")
	b.ReportMetric(n/emulatorTime.Seconds(), "emulator/s")
	b.ReportMetric(float64(bareTime)/float64(emulatorTime), "ratio")
}

func benchPost(b *testing.B, url, token string) {
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

func serveSend(b *testing.B, handler http.Handler, token, body string) {
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
// The bound: below 1 GiB in use, and taken from the system.
func BenchmarkMemory(b *testing.B) {
	for b.Loop() {
		c := newClient(b)
		for i := range 100_000 {
			c.srv.AddUser(imtest.User{Username: fmt.Sprintf("user-%06d", i), Password: "S3cret.pass"})
		}
		for i := range 1_000_000 {
			serveSend(b, c.srv, c.token, fmt.Sprintf(`{"from":"user-%06d","to":["user-%06d"],"type":"txt","body":{"msg":"Message number %d, of usual length."},"ext":{"order":"A-%d"}}`, i%100_000, i*7%100_000, i, i))
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc)/(1<<20), "MiB-in-use")
		b.ReportMetric(float64(before.Sys)/(1<<20), "MiB-from-system")
		runtime.KeepAlive(c)
	}
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		imtest.NewServer(nil).Close()
	}
}
