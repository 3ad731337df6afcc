package im_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/internal/test/catalogue"
)

// documentedKinds reads testdata/kinds.tsv: what each documented error means.
func documentedKinds(t *testing.T) map[string]string {
	t.Helper()
	content, err := os.ReadFile("testdata/kinds.tsv")
	require.NoError(t, err)
	kinds := make(map[string]string)
	for line := range strings.Lines(string(content)) {
		kind, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		kinds[rest] = kind
	}
	return kinds
}

// responseOf is a documented error as the API sends it.
func responseOf(e catalogue.DocumentedError) response {
	body := fmt.Sprintf(`{"error":%q,"error_description":%q,"timestamp":1697603000001}`, e.Error, e.Message)
	if e.Code != 0 && e.Error == "" { // search, whose documents print no body
		body = fmt.Sprintf(`{"code":"%d","message":%q,"meta":{"timestamp":1697603000001}}`, e.Code, e.Message)
	}
	return response{status: e.Status, body: body}
}

// number is a number that stands in the place of a code; 0: none.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// Every documented error is of the kind that was decided for it by hand, and is
// retried, or not, as the catalogue says. What DESIGN.md decides otherwise: 500
// is not retried, since permanent faults hide under it.
func TestDocumentedErrors(t *testing.T) {
	kinds := documentedKinds(t)
	documented := catalogue.Errors()
	require.Len(t, documented, 264)
	for _, e := range documented {
		name := fmt.Sprintf("%d\t%s\t%s", e.Status, cmp.Or(e.Error, number(e.Code)), e.Message)
		want, ok := kinds[name]
		require.True(t, ok, "testdata/kinds.tsv lacks %q", name)
		synctest.Test(t, func(t *testing.T) {
			server := &script{responses: []response{responseOf(e)}}
			fresh := config
			fresh.Token = im.TokenFunc(func(context.Context) (im.Token, error) {
				return im.Token{Value: fmt.Sprint("token-", len(server.requests))}, nil
			})
			client := server.clientFor(t, fresh)
			_, err := client.Users.Get(t.Context(), "alice")
			failure, ok := errors.AsType[*im.Error](err)
			require.True(t, ok)
			assert.Equal(t, want, failure.Kind().Error(), "%s", name)
			require.ErrorIs(t, err, failure.Kind())
			assert.Equal(t, e.Status, failure.Status)
			assert.Equal(t, e.Error, failure.Code)
			if e.Error == "" {
				assert.Equal(t, e.Code, failure.ErrorCode)
			}
			retried := len(server.requests) > 1
			switch {
			case e.Status == http.StatusInternalServerError:
				assert.False(t, retried, "%s", name)
			case e.Retry == "never":
				assert.False(t, retried, "%s", name)
			default:
				assert.True(t, retried, "%s", name)
			}
		})
	}
}

// A number that no int holds is not another number.
func TestErrorCodeOfAnySize(t *testing.T) {
	for text, want := range map[string]int{"14007": 14007, `"14007"`: 14007, "99999999999999999999": 0, "-99999999999999999999": 0, `"x"`: 0} {
		server := &script{responses: []response{{status: 400, body: `{"error":"x","error_code":` + text + `}`}}}
		_, err := server.client(t).Users.Get(t.Context(), "alice")
		failure, ok := errors.AsType[*im.Error](err)
		require.True(t, ok)
		assert.Equal(t, want, failure.ErrorCode, text)
	}
}

func TestErrorTexts(t *testing.T) {
	for want, a := range map[string]response{
		"im: users.get: 404 service_resource_not_found: Service resource not found": {
			status: 404, body: `{"error":"service_resource_not_found","exception":"UserNotFoundException","error_description":"Service resource not found"}`},
		"im: users.get: 400 invalid argument: you can't sub yourself": {status: 400, body: `{"result":"you can't sub yourself"}`},
		"im: users.get: 500 server error":                             {status: 500, body: ``},
		"im: users.get: 404 bad response":                             {status: 404, body: `<html><h1>404 Not Found</h1></html>`},
	} {
		server := &script{responses: []response{a}}
		_, err := server.client(t).Users.Get(t.Context(), "alice")
		require.EqualError(t, err, want)
	}
}

// The documents name the exceptions of push and print no body: each may stand in
// either place, under any text.
func TestPushNotOpen(t *testing.T) {
	for _, body := range []string{
		`{"error":"ServiceNotOpenException"}`,
		`{"exception":"ServiceNotOpenException"}`,
		`{"error":"forbidden_op","exception":"ServiceNotOpenException","error_description":"no such service"}`,
	} {
		server := &script{responses: []response{{status: 403, body: body}}}
		_, err := server.client(t).Push.GetLabel(t.Context(), "vip")
		require.ErrorIs(t, err, im.ErrNotEnabled, body)
	}
}

// The documents of reactions give two responses to a user who takes no part in the
// conversation; only one of them is in the list of all errors.
func TestReactionOfAStranger(t *testing.T) {
	for _, body := range []string{
		`{"error":"Bad Request","error_description":"the user operation is illegal!"}`,
		`{"error":"user illegal exception","error_description":"The user not in this group!"}`,
	} {
		server := &script{responses: []response{{status: 400, body: body}}}
		_, err := server.client(t).Reaction.Add(t.Context(), "mallory", "1", "x")
		require.ErrorIs(t, err, im.ErrForbidden, body)
	}
}

// A gateway's page says nothing about a user.
func TestHTMLIsNoNotFound(t *testing.T) {
	server := &script{responses: []response{{status: 404, body: "<html>" + strings.Repeat("x", 10_000)}}}
	_, err := server.client(t, im.WithRetries(0)).Users.Get(t.Context(), "alice")
	require.NotErrorIs(t, err, im.ErrNotFound)
	require.ErrorIs(t, err, im.ErrBadResponse)
	failure, _ := errors.AsType[*im.Error](err)
	assert.Equal(t, 404, failure.Status)
	assert.True(t, strings.HasPrefix(failure.Body, "<html>xxx"))
	assert.Len(t, failure.Body, 2048, "the body is clipped")
}

func TestSuccessWithAnErrorInside(t *testing.T) {
	server := &script{responses: []response{{status: 200, body: `{"error":"forbidden_op","error_description":"no"}`}}}
	_, err := server.client(t).Users.Get(t.Context(), "alice")
	failure, ok := errors.AsType[*im.Error](err)
	require.True(t, ok)
	assert.Equal(t, "forbidden_op", failure.Code)
}

// The context's error, its cause and the API's last response are all to be found.
func TestCanceledCallKeepsThreeThings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("the user went away")
		ctx, cancel := context.WithCancelCause(t.Context())
		server := &script{responses: []response{{status: 503, header: http.Header{"Retry-After": {"10"}}}}}
		client := server.client(t)
		go func() {
			synctest.Wait() // the call sleeps before its second attempt
			cancel(why)
		}()
		_, err := client.Users.Get(ctx, "alice")
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, why)
		require.ErrorIs(t, err, im.ErrCanceled)
		require.ErrorIs(t, err, im.ErrUnavailable, "the last response")
		assert.Contains(t, err.Error(), "503")
		assert.Len(t, server.requests, 1)
	})
}

// The endpoints of translation, by im.Raw: a feature that is switched off is a 503,
// and an outage a 400.
func TestKindsOfTranslation(t *testing.T) {
	require.ErrorIs(t, &im.Error{Status: 503, Description: "service not open"}, im.ErrNotEnabled)
	require.ErrorIs(t, &im.Error{Status: 400, Description: "InternalTranslateFailedException"}, im.ErrUnavailable)
	require.ErrorIs(t, &im.Error{Status: 503, Description: `"service not open" is what bob wrote`}, im.ErrUnavailable)
	require.ErrorIs(t, &im.Error{Endpoint: "translation.detect", Status: 503, Code: "service not open", Description: "ask your vendor"}, im.ErrNotEnabled)
}
