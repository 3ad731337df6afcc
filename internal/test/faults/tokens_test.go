package faults

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
)

// Tokens that are all refused are no reason to hammer /token.
func TestPromiseUselessTokensAreFewFetches(t *testing.T) {
	srv := imtest.NewServer(t)
	srv.AddUsers("alice")
	client := newClient(t, srv)
	fetches := srv.Fault(imtest.OnEndpoint("auth.app_token"), imtest.ClockSkew(0)) // counts, and changes nothing
	srv.Fault(imtest.OnEndpoint("users.get"), imtest.ExpiredToken())
	length := time.Duration(scale(2, 10)) * time.Second
	end := time.Now().Add(length)
	var calls, served atomic.Int64
	var workers sync.WaitGroup
	for range 1000 {
		workers.Go(func() {
			for time.Now().Before(end) {
				calls.Add(1)
				if _, err := client.Users.Get(t.Context(), "alice"); err == nil {
					served.Add(1)
				}
			}
		})
	}
	workers.Wait()
	t.Logf("%d calls by 1,000 goroutines in %s, all tokens refused: %d fetches", calls.Load(), length, fetches())
	assert.Zero(t, served.Load())
	assert.LessOrEqual(t, fetches(), 12)
	assert.Greater(t, fetches(), 1)
}

// withoutTokenTo takes the token from the calls of one endpoint, so that it returns 401
// whatever the token is.
type withoutTokenTo struct {
	http.RoundTripper
	path string
}

func (w withoutTokenTo) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.Contains(r.URL.Path, w.path) {
		r = r.Clone(r.Context())
		r.Header.Del("Authorization")
	}
	return w.RoundTripper.RoundTrip(r)
}

// One endpoint that always responds 401 costs the calls of the others nothing.
func TestPromiseOwnRejectionCostsNobodyElse(t *testing.T) {
	srv := imtest.NewServer(t)
	srv.AddUsers("alice")
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 1000
	t.Cleanup(transport.CloseIdleConnections)
	client := newClient(t, srv, im.WithHTTPClient(&http.Client{Transport: withoutTokenTo{transport, "/blocks/"}}))
	fetches := srv.Fault(imtest.OnEndpoint("auth.app_token"), imtest.ClockSkew(0))
	_, err := client.Users.Get(t.Context(), "alice")
	require.NoError(t, err)
	length := time.Duration(scale(2, 10)) * time.Second
	end := time.Now().Add(length)
	var good, failed, refused atomic.Int64
	var workers sync.WaitGroup
	for i := range 1000 {
		workers.Go(func() {
			for time.Now().Before(end) {
				if i%2 == 0 {
					_, err := client.Contacts.ListBlockedUsernames(t.Context(), "alice")
					assert.ErrorIs(t, err, im.ErrUnauthorized)
					refused.Add(1)
					continue
				}
				if _, err := client.Users.Get(t.Context(), "alice"); err != nil {
					failed.Add(1)
				}
				good.Add(1)
			}
		})
	}
	workers.Wait()
	t.Logf("in %s %d calls beside %d of an endpoint that always responds 401: %d failed; %d fetches", length, good.Load(), refused.Load(), failed.Load(), fetches())
	assert.Zero(t, failed.Load())
	assert.LessOrEqual(t, fetches(), 12)
}
