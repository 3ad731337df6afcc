package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/go-resty/resty/v2"
)

const (
	app   = "/acme/demo"
	token = "YWMtperf"
)

// rawHTTP is what one would write with net/http alone.
type rawHTTP struct {
	http *http.Client
	base string
}

func newRawHTTP(base string) rawHTTP {
	return rawHTTP{&http.Client{Timeout: 30 * time.Second, Transport: http.DefaultTransport.(*http.Transport).Clone()}, base + app}
}

func (r rawHTTP) call(method, path string, body, out any) {
	var from io.Reader
	if body != nil {
		from = bytes.NewReader(must(json.Marshal(body)))
	}
	req := must(http.NewRequestWithContext(context.Background(), method, r.base+path, from))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	res := must(r.http.Do(req)) //nolint:bodyclose // closed below
	defer res.Body.Close()
	response := must(io.ReadAll(res.Body))
	if err := json.Unmarshal(response, out); err != nil {
		panic(err)
	}
}

// plainResty is what one would write with resty.
type plainResty struct{ *resty.Client }

func newPlainResty(base string) plainResty {
	return plainResty{resty.New().SetBaseURL(base + app).SetAuthToken(token).SetTimeout(30 * time.Second)}
}

func (r plainResty) call(method, path string, body, out any) {
	req := r.R().SetContext(context.Background()).SetResult(out)
	if body != nil {
		req.SetBody(body)
	}
	must(req.Execute(method, path))
}
