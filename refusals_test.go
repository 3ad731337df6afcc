package im_test

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/push"
)

func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func deflated(s string) string {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestSpeed)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.String()
}

// reach_limit is a refusal under any status, and a 429 is one in any encoding: every
// call is retried, and the pool makes way.
func TestRefusalsUnderAnyStatusAndEncoding(t *testing.T) {
	in := func(encoding string) http.Header { return http.Header{"Content-Encoding": {encoding}} }
	for name, c := range map[string]struct {
		first   response
		retried bool
		kind    error
	}{
		"503":                   {response{status: 503, body: reachLimit}, true, nil},
		"500":                   {response{status: 500, body: reachLimit}, true, nil},
		"403":                   {response{status: 403, body: reachLimit}, true, nil},
		"400":                   {response{status: 400, body: reachLimit}, true, nil},
		"200":                   {response{status: 200, body: reachLimit}, true, nil},
		"503, the class alone":  {response{status: 503, body: `{"exception":"com.easemob.flow.exceptions.ReachLimitException"}`}, true, nil},
		"503 in gzip":           {response{status: 503, header: in("gzip"), body: string(zipped(reachLimit))}, true, nil},
		"429 in gzip":           {response{status: 429, header: in("gzip"), body: string(zipped(reachLimit))}, true, nil},
		"429 in GZIP":           {response{status: 429, header: in(" GZIP "), body: string(zipped(reachLimit))}, true, nil},
		"429 in x-gzip":         {response{status: 429, header: in("x-gzip"), body: string(zipped(reachLimit))}, true, nil},
		"429 in broken gzip":    {response{status: 429, header: in("gzip"), body: "no gzip"}, true, nil},
		"429 in deflate":        {response{status: 429, header: in("deflate"), body: deflated(reachLimit)}, true, nil},
		"429 in br":             {response{status: 429, header: in("br"), body: "\x0b\x02\x80"}, true, nil},
		"429 in two":            {response{status: 429, header: in("gzip, br"), body: "?"}, true, nil},
		"429 as a page":         {response{status: 429, body: "<html>slow down"}, true, nil},
		"429 broken off":        {response{status: 429, from: &broken{begin: `{"error":"reach_`}}, true, nil},
		"429 without end":       {response{status: 429, body: strings.Repeat(" ", 1<<20)}, true, nil},
		"plan in gzip":          {response{status: 429, header: in("gzip"), body: string(zipped(planLimit))}, false, im.ErrPlanLimit},
		"404 in gzip":           {response{status: 404, header: in("gzip"), body: string(zipped(`{"error":"service_resource_not_found"}`))}, false, im.ErrNotFound},
		"404 in br":             {response{status: 404, header: in("br"), body: "?"}, false, im.ErrBadResponse},
		"bomb":                  {response{status: 400, header: in("gzip"), body: string(zipped(strings.Repeat(" ", 1<<22)))}, false, im.ErrBadResponse},
		"a user's reach_limit":  {response{status: 400, body: `{"error":"illegal_argument","error_description":"name: too many queries"}`}, false, im.ErrInvalidArgument},
		"a user's url":          {response{status: 403, body: `{"error":"forbidden_op","error_description":"name: Forbidden for url"}`}, false, im.ErrForbidden},
		"503 says reach_limit":  {response{status: 503, body: `{"error":"x","error_description":"reach_limit"}`}, false, im.ErrOutcomeUnknown},
		"503 please try again":  {response{status: 503, body: `{"error_description":"please try again"}`}, false, im.ErrOutcomeUnknown},
		"503 please, elsewhere": {response{status: 503, body: `{"message":"Please try again later"}`}, false, im.ErrOutcomeUnknown},
		"503 please, in result": {response{status: 503, body: `{"result":"please try again"}`}, false, im.ErrOutcomeUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &script{responses: []response{c.first, success}}
				_, err := server.client(t, im.WithMaxResponse(1<<19)).Messages.SendToUsers(t.Context(), []string{"bob"}, messages.Message{Body: messages.Text("hi")})
				if c.retried {
					require.NoError(t, err)
					assert.Len(t, server.requests, 2)
					return
				}
				require.ErrorIs(t, err, c.kind)
				assert.Len(t, server.requests, 1)
			})
		})
	}
}

type broken struct{ begin string }

func (b *broken) Read(p []byte) (int, error) {
	if b.begin == "" {
		return 0, errBroken
	}
	n := copy(p, b.begin)
	b.begin = b.begin[n:]
	return n, nil
}

// Two reactions that collide are the one case in which "please try again" means that
// nothing was done.
func TestPleaseTryAgainIsForReactionsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		collision := response{status: 503, body: `{"requestStatusCode":"internal_error","error_desc":"Please try again"}`}
		server := &script{responses: []response{collision, {status: 200, body: `{"requestStatusCode":"ok","data":{"id":"1"}}`}}}
		_, err := server.client(t).Reaction.Add(t.Context(), "alice", "1", "x")
		require.NoError(t, err)
		assert.Len(t, server.requests, 2)
		server = &script{responses: []response{collision, success}}
		err = server.client(t).Reaction.Remove(t.Context(), "alice", "1", "x")
		require.ErrorIs(t, err, im.ErrOutcomeUnknown)
		require.NotErrorIs(t, err, im.ErrConflict)
		assert.Len(t, server.requests, 1)
	})
}

// An error beside a payload leaves open what was done; alone it is a failure.
func TestErrorBesideAPayload(t *testing.T) {
	for body, unknown := range map[string]bool{
		`{"error":"partial_failure","data":{"bob":"1312740985563217920"}}`: true,
		`{"error":"reach_limit","data":{"bob":"1312740985563217920"}}`:     true,
		`{"error":"x","entities":[{"uuid":"u"}]}`:                          true,
		`{"error":"x","data":[]}`:                                          true,
		`{"error":"x","result":{"a":1}}`:                                   true,
		`{"error":"x","data":null}`:                                        false,
		`{"error":"x","result":"no such thing"}`:                           false,
		`{"error":"forbidden_op","error_description":"no"}`:                false,
	} {
		for call, do := range calls {
			server := &script{responses: []response{{status: 200, body: body}}}
			err := do(t.Context(), server.client(t))
			require.Error(t, err)
			assert.Equal(t, unknown && !idempotent(call), errors.Is(err, im.ErrOutcomeUnknown), "%s: %s", call, body)
			assert.Len(t, server.requests, 1)
		}
	}
}

func TestRetryAfterForms(t *testing.T) {
	const date = "Fri, 31 Dec 1999 23:59:00 GMT"
	for value, want := range map[string]time.Duration{
		"7": 7 * time.Second, " 7 ": 7 * time.Second, "+7": 7 * time.Second, "0": 0, "-5": 0, "1.5": 1500 * time.Millisecond, ".25": 250 * time.Millisecond,
		"2147483648": 2147483648 * time.Second, "9223372036": 9223372036 * time.Second, "9223372037": math.MaxInt64, "18446744073709551616": math.MaxInt64,
		strings.Repeat("9", 400): math.MaxInt64, "-" + strings.Repeat("9", 400): 0,
		"Fri, 31 Dec 1999 23:59:59 GMT": 59 * time.Second, "Friday, 31-Dec-99 23:59:59 GMT": 59 * time.Second, "Fri Dec 31 23:59:59 1999": 59 * time.Second,
		"Fri, 31 Dec 1999 23:58:59 GMT": 0, "Fri, 31 Dec 9999 23:59:59 GMT": math.MaxInt64,
		"": 0, "soon": 0, "1e9": 0, "0x10": 0, "NaN": 0, "Inf": 0, "1.2.3": 0, "1-2": 0, "5s": 0, "12;x": 0,
	} {
		failure := failureOf(t, response{status: 503, header: http.Header{"Retry-After": {value}, "Date": {date}}}, "")
		assert.Equal(t, want, failure.RetryAfter, "%q", value)
	}
	synctest.Test(t, func(t *testing.T) { // without a Date our own clock has to do
		at := time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat)
		failure := failureOf(t, response{status: 503, header: http.Header{"Retry-After": {at}}}, "")
		assert.Equal(t, 90*time.Second, failure.RetryAfter)
		server := &script{responses: []response{{status: 503, header: http.Header{"Retry-After": {"2.5"}}}, success}}
		begun := time.Now()
		_, err := server.client(t).Users.Get(t.Context(), "alice")
		require.NoError(t, err)
		assert.Equal(t, 2500*time.Millisecond, time.Since(begun))
	})
}

// A push that is refused for too many tasks is not retried, and says why.
func TestLimitExceptionSaysWhyItIsNotRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, body := range []string{`{"error":"LimitException","error_description":"limit request"}`, `{"error":"forbidden","exception":"LimitException"}`} {
			server := &script{responses: []response{{status: 403, body: body}}}
			_, err := server.client(t).Push.SendToAll(t.Context(), push.Message{Title: "a", Content: "b"})
			require.ErrorIs(t, err, im.ErrRateLimited, body)
			assert.Contains(t, err.Error(), "not retried: too many push tasks are at work")
			assert.Len(t, server.requests, 1)
		}
		server := &script{responses: []response{{status: 403, body: `{"error":"forbidden_op","error_description":"broadcast limit exceeded"}`}}}
		_, err := server.client(t).Messages.BroadcastToRooms(t.Context(), messages.Broadcast{Body: messages.Text("hi")})
		require.ErrorIs(t, err, im.ErrRateLimited)
		assert.Contains(t, err.Error(), "not retried: the quota of the day is used up")
		assert.Len(t, server.requests, 1)
	})
}

// Statuses that come without the API's own body.
func TestStatusesOfGateways(t *testing.T) {
	for status, want := range map[int]error{
		413: im.ErrTooLarge, 408: im.ErrUnavailable, 429: im.ErrRateLimited, 500: im.ErrInternal, 501: im.ErrUnsupported, 502: im.ErrUnavailable,
		505: im.ErrUnavailable, 507: im.ErrUnavailable, 520: im.ErrUnavailable, 524: im.ErrUnavailable, 599: im.ErrUnavailable,
		400: im.ErrBadResponse, 403: im.ErrBadResponse, 404: im.ErrBadResponse, 407: im.ErrBadResponse, 418: im.ErrBadResponse,
	} {
		for _, body := range []string{"<html>", ""} {
			server := &script{responses: []response{{status: status, body: body}}}
			_, err := server.client(t, im.WithRetries(0)).Messages.SendToUsers(t.Context(), []string{"bob"}, messages.Message{Body: messages.Text("hi")})
			require.ErrorIs(t, err, want, "%d", status)
			assert.Equal(t, status >= 500 && status != 501 || status == 408, errors.Is(err, im.ErrOutcomeUnknown), "%d", status)
		}
	}
}

// WithResponse's r holds the last success, and a failure leaves it as it is.
func TestWithResponseIsOverwritten(t *testing.T) {
	server := &script{responses: []response{
		{status: 200, body: `{"entities":[{"username":"alice"}],"timestamp":1697603000001}`}, {status: 201, body: `{"entities":[{"username":"bob"}]}`}, {status: 404, body: `{"error":"x"}`},
	}}
	var r im.Response
	ctx := im.WithResponse(t.Context(), &r)
	client := server.client(t)
	for i, want := range []int{200, 201, 201} {
		_, _ = client.Users.Get(ctx, "alice")
		assert.Equal(t, want, r.Status, "call %d", i)
	}
	assert.True(t, r.Timestamp.IsZero(), "nothing is left of the first")
}

func TestRawSuccessWithoutABody(t *testing.T) {
	type some struct{ A int }
	for _, c := range []struct {
		status int
		body   string
		method string
		some   bool // a T with fields is content
	}{
		{204, "", "DELETE", true}, {205, "", "POST", true}, {204, " \n", "PUT", true}, {201, "", "POST", false}, {200, "", "POST", false}, {202, "", "POST", false}, {200, "", "HEAD", true},
	} {
		server := &script{responses: []response{{status: c.status, body: c.body}}}
		client := server.client(t, im.WithRetries(0))
		var r im.Response
		ctx := im.WithResponse(t.Context(), &r)
		got, err := im.Raw[struct{}](ctx, client, im.RawCall{Method: c.method, Path: "/x"})
		require.NoError(t, err, "%d", c.status)
		assert.NotNil(t, got)
		assert.Equal(t, c.status, r.Status)
		filled, err := im.Raw[some](t.Context(), client, im.RawCall{Method: c.method, Path: "/x"})
		if c.some {
			require.NoError(t, err)
			assert.Equal(t, &some{}, filled)
			_, err = im.Raw[json.RawMessage](t.Context(), client, im.RawCall{Method: c.method, Path: "/x"})
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, im.ErrBadResponse, "%d", c.status)
		}
	}
}

func TestRawThatCannotBeSent(t *testing.T) {
	header := func(name, value string) im.RawCall {
		return im.RawCall{Method: "GET", Path: "/x", Header: http.Header{name: {value}}}
	}
	for field, bad := range map[string][]im.RawCall{
		"Method": {{Path: "/x"}, {Method: "GE T", Path: "/x"}, {Method: "GET\n", Path: "/x"}, {Method: "获取", Path: "/x"}, {Method: "CONNECT", Path: "/x"}, {Method: "G/1", Path: "/x"}},
		"Path": {
			{Method: "GET", Path: ""}, {Method: "GET", Path: "/a}{b"}, {Method: "GET", Path: "/{a"}, {Method: "GET", Path: "/a}"}, {Method: "GET", Path: "/{}"},
			{Method: "GET", Path: "/{{a}}", Params: []string{"x"}}, {Method: "GET", Path: "/{a/b}", Params: []string{"x"}}, {Method: "GET", Path: "/}{", Params: []string{"x"}},
			{Method: "GET", Path: "/{a}}{b}", Params: []string{"x", "y"}}, {Method: "GET", Path: "/a b"}, {Method: "GET", Path: "/a\nb"}, {Method: "GET", Path: "/a/.."},
			{Method: "GET", Path: "/./a"}, {Method: "GET", Path: "/é"}, {Method: "GET", Path: "/a?b"}, {Method: "GET", Path: "/a#b"}, {Method: "GET", Path: "/%2e"}, {Method: "GET", Path: "//a"}, {Method: "GET", Path: `/a\b`},
		},
		"Params": {{Method: "GET", Path: "/{a}"}, {Method: "GET", Path: "/x", Params: []string{"y"}}, {Method: "GET", Path: "/{a}/{b}", Params: []string{"y"}}},
		"Header": {
			header("X Y", "1"), header("", "1"), header("X:", "1"), header("X\r\nY", "1"), header("Ü", "1"), header("X", "a\r\nb"), header("X", "a\x00"), header("x-y", "\x7f"),
			header("Host", "elsewhere"), header("content-length", "1"), header("Transfer-Encoding", "chunked"), header("Trailer", "X"),
		},
	} {
		for _, r := range bad {
			server := &script{responses: []response{success}}
			_, err := im.Raw[struct{}](t.Context(), server.client(t), r)
			require.ErrorIs(t, err, im.ErrInvalidArgument, "%+v", r)
			failure, ok := errors.AsType[*im.Error](err)
			require.True(t, ok)
			assert.Equal(t, field, failure.Field, "%v", err)
			assert.Empty(t, server.requests)
		}
	}
	for _, good := range []string{"/a", "/a/", "/{a_1}/x", "/a-{a}-b", "/v1.0/~x/@y", "/a:b"} {
		server := &script{responses: []response{{status: 204}}}
		_, err := im.Raw[struct{}](t.Context(), server.client(t), im.RawCall{Method: "GET", Path: good, Params: make([]string, strings.Count(good, "{"))[:0:0]})
		if strings.Contains(good, "{") {
			_, err = im.Raw[struct{}](context.Background(), server.client(t), im.RawCall{Method: "GET", Path: good, Params: []string{"v"}})
		}
		require.NoError(t, err, good)
	}
	server := &script{responses: []response{{status: 204}}}
	_, err := im.Raw[struct{}](t.Context(), server.client(t), im.RawCall{Method: "GET", Path: "/a", Header: http.Header{"x-a": {"1"}, "X-A": {"2"}}})
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"1", "2"}, server.requests[0].Header["X-A"], "none is lost")
}
