package imtest_test

import (
	"bytes"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// heap is what is in use after a collection, in MiB.
func heap() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc >> 20)
}

// What strangers send is not kept beyond a number of bytes, wherever they put
// them.
func TestRequestLogIsBounded(t *testing.T) {
	if underRace {
		t.Skip("measures memory")
	}
	big := strings.Repeat("x", 500<<10)
	for name, request := range map[string]func(url string) *http.Request{
		"bodies": func(url string) *http.Request {
			req, _ := http.NewRequest("POST", url+"/acme/demo/users", bytes.NewReader([]byte("["+big+big)))
			return req
		},
		"chunked bodies": func(url string) *http.Request {
			req, _ := http.NewRequest("POST", url+"/acme/demo/users", struct{ *strings.Reader }{strings.NewReader("[" + big + big)})
			req.ContentLength = -1
			return req
		},
		"paths":   func(url string) *http.Request { return get(url + "/acme/demo/users/" + big) },
		"queries": func(url string) *http.Request { return get(url + "/acme/demo/users?limit=" + big) },
		"headers": func(url string) *http.Request {
			req := get(url + "/acme/demo/users")
			req.Header.Set("X-Big", big)
			return req
		},
		"many headers": func(url string) *http.Request {
			req := get(url + "/acme/demo/users")
			for i := range 5000 {
				req.Header[fmt.Sprintf("X-%d", i)] = []string{""}
			}
			return req
		},
		"methods": func(url string) *http.Request {
			req := get(url + "/acme/demo/users")
			req.Method = strings.ToUpper(big)
			return req
		},
	} {
		t.Run(name, func(t *testing.T) {
			srv := imtest.NewServer(t)
			before := heap()
			for range 200 {
				resp, err := srv.HTTPClient().Do(request(srv.URL()))
				require.NoError(t, err)
				resp.Body.Close()
				if resp.StatusCode == http.StatusRequestHeaderFieldsTooLarge {
					t.Skip("newer net/http servers refuse so many by themselves")
				}
			}
			assert.Less(t, heap()-before, 64)
			list := srv.Requests()
			assert.Less(t, len(list), 200)
			assert.NotEmpty(t, list, "the newest are there")
		})
	}
}

func get(url string) *http.Request {
	req, err := http.NewRequest("GET", url, nil)
	if err != nil {
		panic(err)
	}
	return req
}

// The newest requests are kept in their order.
func TestNewestRequestsAreKept(t *testing.T) {
	c := newClient(t)
	for i := range 1100 {
		c.send("GET", fmt.Sprintf("/users/u%d", i), "")
	}
	list := c.srv.Requests()
	require.Len(t, list, 1000)
	for i, req := range list {
		assert.Equal(t, fmt.Sprintf("/acme/demo/users/u%d", i+100), req.Path)
	}
}

// A log sees every request, and its status.
func TestRequestLog(t *testing.T) {
	var seen []string
	c := newClient(t, imtest.WithRequestLog(func(r imtest.Request) { seen = append(seen, fmt.Sprint(r.ID, " ", r.Status)) }))
	c.send("GET", "/users/alice", "")
	c.send("GET", "/nothing", "")
	assert.Equal(t, []string{"auth.app_token 200", "users.get 404", " 404"}, seen)
}
