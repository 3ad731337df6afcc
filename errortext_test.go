package im_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/internal/test/catalogue"
	"github.com/imrest/im-go/users"
)

// failureOf is the error of a read or, with a password, of a registration.
func failureOf(t *testing.T, a response, password string) *im.Error {
	t.Helper()
	server := &script{responses: []response{a}}
	client := server.client(t, im.WithRetries(0))
	var err error
	if password == "" {
		_, err = client.Users.Get(t.Context(), "alice")
	} else {
		_, err = client.Users.Register(t.Context(), users.NewUser{Username: "alice", Password: password})
	}
	failure, ok := errors.AsType[*im.Error](err)
	require.True(t, ok, "%v", err)
	return failure
}

// An error that a user's fake makes by hand is as good as one from a response.
func TestErrorMadeByHand(t *testing.T) {
	for _, c := range []struct {
		err  *im.Error
		kind error
		text string
	}{
		{&im.Error{Status: 404}, im.ErrNotFound, "im: 404 not found"},
		{&im.Error{Status: 404, Code: "organization_application_not_found"}, im.ErrAppNotFound, "im: 404 organization_application_not_found"},
		{&im.Error{Status: 429}, im.ErrRateLimited, "im: 429 rate limited"},
		{&im.Error{Status: 429, Code: "resource_limited"}, im.ErrPlanLimit, "im: 429 resource_limited"},
		{&im.Error{Status: 503, Code: "reach_limit"}, im.ErrRateLimited, "im: 503 reach_limit"},
		{&im.Error{Code: "reach_limit"}, im.ErrRateLimited, "im: reach_limit"},
		{&im.Error{Code: "service_resource_not_found"}, im.ErrNotFound, "im: service_resource_not_found"},
		{&im.Error{Status: 400, Code: "duplicate_unique_property_exists", Description: "alice exists"}, im.ErrAlreadyExists, "im: 400 duplicate_unique_property_exists: alice exists"},
		{&im.Error{Status: 500, Endpoint: "users.get"}, im.ErrInternal, "im: users.get: 500 server error"},
		{&im.Error{Status: 599}, im.ErrUnavailable, "im: 599 unavailable"},
		{&im.Error{Status: 418}, im.ErrInvalidArgument, "im: 418 invalid argument"},
		{&im.Error{Field: "username"}, im.ErrInvalidArgument, "im: invalid argument"},
		{&im.Error{}, im.ErrUnavailable, "im: unavailable"},
		{&im.Error{Code: "who_knows"}, im.ErrInvalidArgument, "im: who_knows"},
	} {
		assert.Equal(t, c.kind, c.err.Kind(), c.text)
		require.ErrorIs(t, c.err, c.kind)
		require.ErrorIs(t, fmt.Errorf("load: %w", c.err), c.kind)
		require.NotErrorIs(t, c.err, im.ErrOutcomeUnknown)
		assert.Equal(t, c.text, c.err.Error())
		assert.Equal(t, c.text, fmt.Sprintf("%v", c.err))
		assert.Contains(t, logged(c.err), c.kind.Error())
		assert.NotContains(t, logged(c.err), "PANIC")
	}
	var none *im.Error
	assert.Equal(t, "<nil>", none.Error())
	require.NoError(t, none.Kind())
	assert.False(t, none.Is(im.ErrNotFound))
	require.NoError(t, none.Unwrap())
	assert.Equal(t, "<nil>", fmt.Sprintf("%v", none))
	assert.NotContains(t, logged(none), "PANIC")
}

func logged(v any) string {
	var b strings.Builder
	timeless := &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
	for _, h := range []slog.Handler{slog.NewTextHandler(&b, timeless), slog.NewJSONHandler(&b, timeless)} {
		slog.New(h).Error("x", "err", v)
		slog.New(h).WithGroup("g").Error("x", slog.Any("err", v))
	}
	return b.String()
}

// every way to print a value.
func printed(t *testing.T, v any) string {
	t.Helper()
	var all strings.Builder
	all.WriteString(logged(v))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%10v", "%.5v"} {
		fmt.Fprintf(&all, verb+"\n", v)
	}
	b, err := json.Marshal(v)
	require.NoError(t, err)
	all.Write(b)
	return all.String()
}

// What could not be read may hold tokens: it is kept for the caller and printed in
// no format, wherever the error stands.
func TestBodyIsPrintedInNoFormat(t *testing.T) {
	const hidden = "YWMt-live-token"
	failure := failureOf(t, response{status: 200, body: `<html>` + hidden}, "")
	require.Contains(t, failure.Body, hidden)
	for name, v := range map[string]any{
		"pointer": failure, "value": *failure, "wrapped": fmt.Errorf("load: %w", failure), "joined": errors.Join(failure, failure),
		"slice": []error{failure}, "values": []im.Error{*failure}, "map": map[string]any{"e": failure}, "field": struct{ Err error }{failure},
		"value field": struct{ Err im.Error }{*failure}, "event": im.Event{Err: failure},
	} {
		text := printed(t, v)
		assert.NotContains(t, text, hidden, name)
		assert.NotContains(t, text, fmt.Sprintf("%x", hidden), name)
	}
}

// An error's text is bounded, whatever the server says, and valid UTF-8.
func TestErrorIsBounded(t *testing.T) {
	long := strings.Repeat("寿司", 1<<17)
	for name, body := range map[string]string{
		"all fields":  fmt.Sprintf(`{"error":%q,"error_description":%q,"exception":%q,"error_code":"%s"}`, long, long, long, strings.Repeat("9", 1<<16)),
		"reaction":    fmt.Sprintf(`{"requestStatusCode":%q,"error_desc":%q}`, long, long),
		"presence":    fmt.Sprintf(`{"result":%q}`, long),
		"HTML":        long,
		"other shape": fmt.Sprintf(`{"entities":[{"username":"alice","created":%q}]}`, long),
		"a reason":    fmt.Sprintf(`{"data":{"result":false,"reason":%q}}`, long),
	} {
		for _, status := range []int{200, 400, 404, 429, 500, 503} {
			failure := failureOf(t, response{status: status, body: body}, "")
			for what, s := range map[string]string{
				"error": failure.Error(), "goSyntax": fmt.Sprintf("%#v", failure), "log": logged(failure),
				"code": failure.Code, "description": failure.Description, "exception": failure.Exception, "body": failure.Body,
			} {
				assert.LessOrEqual(t, len(s), 20_000, "%s, %d: %s", name, status, what)
				assert.True(t, utf8.ValidString(s), "%s, %d: %s", name, status, what)
			}
			assert.LessOrEqual(t, len(failure.Error()), 3000)
			for err := errors.Unwrap(failure); err != nil; err = errors.Unwrap(err) {
				assert.LessOrEqual(t, len(err.Error()), 3000, "%s, %d: a cause", name, status)
			}
		}
	}
	byHand := &im.Error{Endpoint: long, Status: 400, Code: long, Description: long, Exception: long, Field: long, Body: long}
	assert.LessOrEqual(t, len(byHand.Error()), 3000)
	assert.LessOrEqual(t, len(logged(byHand)), 40_000)
}

// Logged under another error, ours shows no more than alone.
func TestWrappedIsLoggedLikeUnwrapped(t *testing.T) {
	server := &script{responses: []response{{status: 403, body: `{"error":"forbidden_op","error_description":"alice may not","exception":"SomeException"}`}}}
	_, err := server.client(t, im.WithRetries(0)).Users.Get(t.Context(), "alice")
	alone := logged(err)
	for _, wrapped := range []error{fmt.Errorf("load: %w", err), errors.Join(err), fmt.Errorf("%w: %w", err, err)} {
		for word := range strings.FieldsFuncSeq(logged(wrapped), func(r rune) bool { return strings.ContainsRune(" \n\"\\:{},=", r) }) {
			if word != "load" { // the wrapper's own
				assert.Contains(t, alone, word)
			}
		}
	}
}

// The API's own words are never taken for a secret, and no text is masked in such a
// way that the mask gives the secret away.
func TestSecretsOfAnyLength(t *testing.T) {
	const body = `{"error":"duplicate_unique_property_exists","error_description":"Entity user requires that property named username be unique, value of alice exists"}`
	for _, password := range []string{"e", "un", "ali", "be", "of", "exists", "unique", "duplicate_unique_property_exists", "_", "400", "a b"} {
		failure := failureOf(t, response{status: 400, body: body}, password)
		assert.Equal(t, "duplicate_unique_property_exists", failure.Code, "password %q", password)
		require.ErrorIs(t, failure, im.ErrAlreadyExists)
		assert.True(t, failure.Description == "***" || !strings.Contains(failure.Description, "***"), "%q", failure.Description)
		if len(password) < 4 {
			assert.Contains(t, failure.Description, "alice exists", "%q is not searched for", password)
		}
	}
}

// A quoted secret is not shown, in whatever form or place.
func TestQuotedSecretsInEveryForm(t *testing.T) {
	for _, secret := range []string{"pw:1", `q"\/w`, "hunter2", "ÄÖÜß-geheim", "correct horse battery", strings.Repeat("long-secret ", 5)} {
		quoted, _ := json.Marshal(secret) //nolint:errchkjson // a text
		in := string(quoted[1 : len(quoted)-1])
		forms := map[string]string{
			"plain": in, "upper case": strings.ToUpper(secret), "lower case": strings.ToLower(secret),
			"query": url.QueryEscape(secret), "path": url.PathEscape(secret), "twice": url.QueryEscape(url.QueryEscape(secret)),
			"Go": strconv.Quote(secret), "ASCII": strconv.QuoteToASCII(secret), "HTML": strings.NewReplacer("&", "&amp;", `"`, "&#34;").Replace(secret),
		}
		if len(secret) >= 8 {
			for shift := range 3 {
				forms[fmt.Sprint("base64 ", shift)] = base64.StdEncoding.EncodeToString([]byte("user"[:shift] + secret + "?"))
				forms[fmt.Sprint("base64url ", shift)] = base64.RawURLEncoding.EncodeToString([]byte("user"[:shift] + secret + "?"))
			}
			forms["hex"] = fmt.Sprintf("%x", secret)
			forms["a piece"] = secret[1 : len(secret)-1]
		}
		for form, text := range forms {
			text, _ := json.Marshal(text) //nolint:errchkjson // a text
			said := string(text[1 : len(text)-1])
			for field, body := range map[string]string{
				"description":         `{"error":"illegal_argument","error_description":"the value '` + said + `' is bad"}`,
				"code":                `{"error":"` + said + `"}`,
				"exception":           `{"error":"illegal_argument","exception":"` + said + `"}`,
				"page":                `<p>you sent '` + said + `'</p>`,
				"cut by us in a page": strings.Repeat(".", 2048-6) + said,
			} {
				if strings.HasPrefix(field, "cut") && len(secret) < 8 {
					continue
				}
				failure := failureOf(t, response{status: 400, body: body}, secret)
				all := failure.Code + "\n" + failure.Description + "\n" + failure.Exception + "\n" + failure.Body + "\n" + printed(t, failure)
				assert.NotContains(t, all, said, "%q as %s in %s", secret, form, field)
				if field == "description" {
					assert.Equal(t, "***", failure.Description, "%q as %s", secret, form)
				}
				if strings.HasPrefix(field, "cut") && form == "plain" {
					assert.False(t, strings.HasSuffix(failure.Body, in[:6]), "%q", secret)
				}
			}
		}
	}
}

// Every documented code is known as one: no secret is looked for in it.
func TestDocumentedCodesAreNeverWithheld(t *testing.T) {
	seen := make(map[string]int)
	for _, e := range catalogue.Errors() {
		seen[e.Error] = e.Status
	}
	for _, endpoint := range catalogue.All() {
		for _, e := range endpoint.Errors {
			code, _, _ := strings.Cut(e.Error, " | ")
			seen[code] = max(e.Status, 400)
		}
	}
	for code, status := range seen {
		if code == "" || strings.HasPrefix(code, "(") || status < 400 {
			continue
		}
		body := fmt.Sprintf(`{"error":%q}`, code)
		assert.Equal(t, code, failureOf(t, response{status: status, body: body}, code).Code)
	}
}

// A code that is not known yet is shown whole, unless it is the secret.
func TestCodesToComeAreNeverWithheld(t *testing.T) {
	for secret, want := range map[string]string{"e": "some_newer_code", "some": "some_newer_code", "newer_code": "some_newer_code", "some_newer_code": "***"} {
		assert.Equal(t, want, failureOf(t, response{status: 400, body: `{"error":"some_newer_code"}`}, secret).Code, secret)
	}
}

// A secret of a megabyte of response costs next to nothing to look for.
func TestScrubbingIsCheap(t *testing.T) {
	for _, secret := range []string{"e", "ee", "eeee", strings.Repeat("e", 64)} {
		text := strings.Repeat("e", 1<<20)
		server := &script{responses: []response{{status: 400, body: `{"error":"` + text + `","error_description":"` + text + `"}`}, {status: 400, body: text}}}
		client := server.client(t, im.WithRetries(0))
		for range 2 {
			bytes := allocated(func() {
				_, err := client.Users.Register(t.Context(), users.NewUser{Username: "alice", Password: secret})
				require.Error(t, err)
			})
			assert.Less(t, bytes, uint64(32<<20), "secret of %d characters", len(secret))
		}
	}
}

// An attempt that took too long says so as a net.Error, and is not taken for the end
// of the caller's own context.
func TestTimeoutOfAnAttempt(t *testing.T) { synctest.Test(t, timeoutOfAnAttempt) }

func timeoutOfAnAttempt(t *testing.T) {
	slow := response{do: func(r *http.Request) *response {
		<-r.Context().Done()
		return &response{err: r.Context().Err()}
	}}
	server := &script{responses: []response{slow}}
	client := server.client(t, im.WithRetries(0), im.WithTimeout(20*time.Millisecond))
	_, err := client.Users.Get(t.Context(), "alice")
	require.ErrorIs(t, err, im.ErrUnavailable)
	require.NotErrorIs(t, err, context.DeadlineExceeded)
	require.NotErrorIs(t, err, im.ErrCanceled)
	var timeout interface {
		error
		Timeout() bool
	}
	require.ErrorAs(t, err, &timeout)
	assert.True(t, timeout.Timeout())

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err = client.Users.Get(ctx, "alice")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorIs(t, err, im.ErrCanceled)

	provider := config
	provider.Token = im.TokenFunc(func(context.Context) (im.Token, error) {
		return im.Token{}, fmt.Errorf("vault: %w", context.DeadlineExceeded)
	})
	_, err = server.clientFor(t, provider).Users.Get(t.Context(), "alice")
	require.ErrorIs(t, err, im.ErrUnauthorized)
	require.NotErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorAs(t, err, &timeout)
}
