package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/page"
)

// stub responds from memory, so that only the client's own work counts.
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

func largeBody() []row {
	type document struct {
		Text string `json:"text"`
	}
	body := document{strings.Repeat("a", 64<<10)}
	client := newClient("a1.example.com", stub{sentResponse})
	reference := rawHTTP{&http.Client{Transport: stub{sentResponse}}, "https://a1.example.com/acme/demo"}
	type response struct {
		Data map[string]string `json:"data"`
	}
	unlimited := []im.Quota{{N: 1 << 20, Per: time.Millisecond}}
	ours := testing.Benchmark(loop(func() {
		must(im.Raw[response](context.Background(), client, im.RawCall{Method: http.MethodPost, Path: "/documents", Body: body, Quotas: unlimited}))
	})).AllocedBytesPerOp()
	theirs := testing.Benchmark(loop(func() {
		var out response
		reference.call(http.MethodPost, "/documents", body, &out)
	})).AllocedBytesPerOp()
	ratio := float64(ours) / float64(theirs)
	return []row{{"one 64 KiB JSON body: bytes allocated", number(ours), number(theirs), "–",
		fmt.Sprintf("at most 1.1 × (%.2f ×)", ratio), ratio <= 1.1}}
}

// rawUser has the fields of users.User.
type rawUser struct {
	UUID          string `json:"uuid"`
	Username      string `json:"username"`
	Activated     bool   `json:"activated"`
	Created       int64  `json:"created"`
	Modified      int64  `json:"modified"`
	Nickname      string `json:"nickname"`
	DisplayStyle  int    `json:"notification_display_style"`
	NoDisturbing  bool   `json:"notification_no_disturbing"`
	NoDisturbFrom int    `json:"notification_no_disturbing_start"`
	NoDisturbTo   int    `json:"notification_no_disturbing_end"`
	NotifierName  string `json:"notifier_name"`
	DeviceToken   string `json:"device_token"`
}

func longList() []row {
	var list []string
	for i := range 1000 {
		list = append(list, fmt.Sprintf(`{"uuid":"9b2f7f10-6d1e-11ee-8f57-%012d","type":"user","created":1697600000123,"modified":1697600000123,"username":"user%d","activated":true}`, i, i))
	}
	response := `{"action":"get","entities":[` + strings.Join(list, ",") + `],"timestamp":1697600700001,"count":1000}`
	client := newClient("a1.example.com", stub{response})
	reference := rawHTTP{&http.Client{Transport: stub{response}}, "https://a1.example.com/acme/demo"}
	ours := testing.Benchmark(loop(func() {
		got := must(client.Users.List(context.Background(), page.Options{Limit: 100}))
		if len(got.Items) != 1000 {
			panic(len(got.Items))
		}
	})).AllocedBytesPerOp()
	theirs := testing.Benchmark(loop(func() {
		var out rawUsers
		reference.call(http.MethodGet, "/users?limit=100", nil, &out)
		if len(out.Entities) != 1000 {
			panic(len(out.Entities))
		}
	})).AllocedBytesPerOp()
	ratio := float64(ours) / float64(theirs)
	return []row{{"a response with 1,000 users (" + strconv.Itoa(len(response)/1000) + " KB): bytes allocated", number(ours), number(theirs), "–",
		fmt.Sprintf("at most 0.6 × (%.2f ×)", ratio), ratio <= 0.6}}
}

const fileSize = 64 << 20

// files measures everything allocated while a file passes, which is more than
// what the heap can grow by.
func files() []row {
	chunk := make([]byte, 64<<10)
	_, _ = rand.Read(chunk)
	var length atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			length.Store(r.ContentLength)
			n := must(io.Copy(io.Discard, r.Body))
			if n != r.ContentLength {
				panic("short upload")
			}
			_, _ = io.WriteString(w, `{"uri":"https://a1.example.com/chatfiles","entities":[{"uuid":"u"}]}`)
			return
		}
		w.Header().Set("Content-Length", strconv.Itoa(fileSize))
		for range fileSize / len(chunk) {
			_, _ = w.Write(chunk)
		}
	}))
	defer srv.Close()
	client := newClient(srv.URL, nil)
	defer client.Close()
	src := file.Source{Name: "big.bin", Size: fileSize, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.LimitReader(repeat{chunk}, fileSize)), nil
	}}
	up := grown(func() { must(client.Messages.UploadFile(context.Background(), src, messages.UploadOptions{})) })
	down := grown(func() {
		n := must(client.Messages.DownloadFile(context.Background(), "u", io.Discard, messages.DownloadOptions{}))
		if n != fileSize {
			panic("short download")
		}
	})
	exact := length.Load() > fileSize && length.Load() < fileSize+1024
	return []row{
		{"upload of 64 MiB: bytes allocated (client and test server), Content-Length", fmt.Sprintf("%d KiB, %d", up>>10, length.Load()), "–", "–", "at most 1 MiB, right", up <= 1<<20 && exact},
		{"download of 64 MiB: bytes allocated (client and test server)", fmt.Sprintf("%d KiB", down>>10), "–", "–", "at most 1 MiB", down <= 1<<20},
	}
}

func grown(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

type repeat struct{ chunk []byte }

func (r repeat) Read(p []byte) (int, error) { return copy(p, r.chunk), nil }

// tokens counts fetches when a thousand goroutines want a token, or get a 401, at
// once.
func tokens() []row {
	var fetches atomic.Int64
	var valid atomic.Value
	valid.Store("none")
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if strings.HasSuffix(r.URL.Path, "/token") {
			token := fmt.Sprint("t", fetches.Add(1))
			valid.Store("Bearer " + token)
			_, _ = fmt.Fprintf(w, `{"access_token":%q,"expires_in":3600}`, token)
			return
		}
		if r.Header.Get("Authorization") != valid.Load() {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":"unauthorized","error_description":"Unable to authenticate (OAuth)"}`)
			return
		}
		_, _ = io.WriteString(w, `{"entities":[{"uuid":"u","username":"alice"}]}`)
	}))
	defer srv.Close()
	client := must(im.New(im.Config{Host: srv.URL, Org: "acme", App: "demo", Platform: im.Agora, Token: im.ClientCredentials{ID: "i", Secret: "s"}}, im.WithoutQuotas()))
	defer client.Close()
	storm := func() {
		var wg sync.WaitGroup
		for range 1000 {
			wg.Go(func() { must(client.Users.Get(context.Background(), "alice")) })
		}
		wg.Wait()
	}
	storm()
	first := fetches.Load()
	valid.Store("withdrawn")
	storm()
	second := fetches.Load() - first
	return []row{
		{"a token wanted by 1,000 goroutines at once: fetches", number(first), "–", "–", "1", first == 1},
		{"1,000 responses of 401 at once: fetches", number(second), "–", "–", "1", second == 1},
	}
}
