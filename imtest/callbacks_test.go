package imtest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/imrest/im-go/imtest"
)

func TestStoredCallbacks(t *testing.T) {
	start := time.Date(2024, 4, 2, 8, 3, 0, 0, time.UTC)
	clock := imtest.NewClock(start.Add(time.Hour))
	c := newClient(t, imtest.WithClock(clock))
	assert.Equal(t, []any{}, c.send("GET", "/callbacks/storage/info", "").body["data"])
	date := c.srv.AddStoredCallbacks(imtest.StoredCallbacks{Start: start, Size: 15})
	assert.Equal(t, "202404020800", date)
	c.srv.AddStoredCallbacks(imtest.StoredCallbacks{Start: start.Add(10 * time.Minute), Size: 103, Resent: 1})
	got := c.send("GET", "/callbacks/storage/info", "")
	got.like(t, "callbacks.storage_info")
	assert.Equal(t, []any{"post", "/callbacks", c.srv.URL() + "/acme/demo/callbacks"}, []any{got.body["action"], got.body["path"], got.body["uri"]})
	assert.Equal(t, "202404020810", got.path("data", 1, "date"))

	for i, path := range []string{"/callbacks/storage/retry", "/callback/storage/retry"} {
		got = c.send("POST", path, `{"date":"202404020800","retry":0,"targetUrl":"https://hooks.example.com/im"}`)
		got.like(t, "callbacks.storage_retry")
		assert.Equal(t, []any{"success", "/callbacks"}, []any{got.body["data"], got.body["path"]})
		set := c.srv.StoredCallbacks()[0]
		assert.Equal(t, []any{i + 1, "https://hooks.example.com/im"}, []any{set.Resent, set.Target})
	}
	assert.Equal(t, "failure", c.send("POST", "/callbacks/storage/retry", `{"date":"202404020900"}`).body["data"])
	assert.Equal(t, "failure", c.send("POST", "/callbacks/storage/retry", `{"date":"202404020800","retry":10}`).body["data"])
	for _, body := range []string{`{}`, `{"date":"today"}`, `{"date":"202404020800","retry":"x"}`, `{"date":"202404020800","retry":-1}`} {
		c.send("POST", "/callbacks/storage/retry", body).fails(t, 400, "illegal_argument", "")
	}
	clock.Advance(3 * 24 * time.Hour)
	assert.Equal(t, []any{}, c.send("GET", "/callbacks/storage/info", "").body["data"])
	assert.Equal(t, "failure", c.send("POST", "/callbacks/storage/retry", `{"date":"202404020800"}`).body["data"])
}
