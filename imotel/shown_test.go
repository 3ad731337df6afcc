package imotel_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
	"github.com/imrest/im-go/imotel"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/users"
)

// The secrets of requests, which a server may quote in each part of a response.
var quotable = []string{
	"YWMtaXQtaXMtdGhlLWFwcC10b2tlbg-of-which-a-part-would-be-enough-to-be-a-part-of-it-all",
	"YXA6dGhlLWNsaWVudC1zZWNyZXQ", "the-password-of-alice", "the-new-password-of-alice", "the-share-secret-of-a-file",
	"alice-the-user", "bob-the-receiver", "the-text-of-a-message",
}

const token, clientSecret, password, newPassword, shareSecret, alice, bob, text = 0, 1, 2, 3, 4, 5, 6, 7

// quoting are the forms of responses that hold a text.
func quoting() map[string]func(http.ResponseWriter, string) {
	all := make(map[string]func(http.ResponseWriter, string))
	for _, status := range []int{200, 302, 400, 401, 403, 404, 409, 429, 500, 502} {
		say := func(name string, body func(string) string) {
			all[fmt.Sprint(status, " ", name)] = func(w http.ResponseWriter, s string) {
				w.WriteHeader(status)
				_, _ = io.WriteString(w, body(s))
			}
		}
		for _, field := range []string{"error", "error_description", "exception", "message", "error_desc", "requestStatusCode", "result", "code"} {
			say(field, func(s string) string { return fmt.Sprintf("{%q:%q}", field, s) })
		}
		say("page", func(s string) string { return "<html>" + s + "</html>" })
		say("cut off", func(s string) string { return `{"error":"` + s })
	}
	for _, field := range []string{"entities", "data", "cursor", "uri"} {
		all["200 key of "+field] = func(w http.ResponseWriter, s string) { fmt.Fprintf(w, `{%q:{%q:%q}}`, field, s, s) }
	}
	all["header"] = func(w http.ResponseWriter, s string) {
		w.Header().Set("Content-Type", s)
		w.Header().Set("Retry-After", s)
		w.Header().Set("Location", "https://"+s+".example.com/"+s)
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	for name, form := range map[string]string{"status line": "HTTP/1.1 %s\r\n\r\n", "status": "HTTP/1.1 400 %s\r\nContent-Length: 0\r\n\r\n", "no HTTP": "%s\r\n\r\n"} {
		all["raw "+name] = func(w http.ResponseWriter, s string) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				fmt.Fprintf(conn, form, s)
				conn.Close()
			}
		}
	}
	return all
}

// No secret of a request, no user and no text gets into a span, an event or a metric, whatever a
// server quotes of them.
func TestNothingIsShown(t *testing.T) {
	calls := map[string]func(context.Context, *im.Client) error{
		"read": func(ctx context.Context, c *im.Client) error { _, err := c.Users.Get(ctx, quotable[alice]); return err },
		"set password": func(ctx context.Context, c *im.Client) error {
			return c.Users.SetPassword(ctx, quotable[alice], quotable[newPassword])
		},
		"register": func(ctx context.Context, c *im.Client) error {
			_, err := c.Users.RegisterBatch(ctx, []users.NewUser{{Username: quotable[alice], Password: quotable[password]}, {Username: quotable[bob], Password: quotable[newPassword]}})
			return err
		},
		"user token": func(ctx context.Context, c *im.Client) error {
			_, err := c.UserTokenByPassword(ctx, quotable[alice], quotable[password], 0)
			return err
		},
		"download": func(ctx context.Context, c *im.Client) error {
			_, err := c.Messages.DownloadFile(ctx, "f", io.Discard, messages.DownloadOptions{Secret: quotable[shareSecret]})
			return err
		},
		"send": func(ctx context.Context, c *im.Client) error {
			_, err := c.Messages.SendToUsers(ctx, []string{quotable[bob]}, messages.Message{From: quotable[alice], Body: messages.Text(quotable[text])})
			return err
		},
		"raw": func(ctx context.Context, c *im.Client) error {
			_, err := im.Raw[struct{}](ctx, c, im.RawCall{Method: "GET", Path: "/users/" + quotable[alice]})
			return err
		},
	}
	quoted := 0
	for name, mode := range quoting() {
		c := collect(t, imotel.Options{})
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if strings.HasSuffix(r.URL.Path, "/token") && strings.Contains(string(body), "client_credentials") {
				_, _ = io.WriteString(w, `{"access_token":"`+quotable[token]+`","expires_in":3600}`)
				return
			}
			request := fmt.Sprint(r.Header, r.URL, string(body))
			var found []string
			for _, s := range quotable {
				if strings.Contains(request, s) {
					found = append(found, s)
				}
			}
			quoted += len(found)
			mode(w, strings.Join(found, " "))
		}))
		client, err := c.NewClient(im.Config{Host: srv.URL, Org: "acme", App: "demo", Platform: im.Easemob, Token: im.ClientCredentials{ID: "id", Secret: quotable[clientSecret]}},
			im.WithRetries(1), im.WithMaxRetryWait(time.Millisecond), im.WithoutQuotas())
		require.NoError(t, err)
		for _, call := range calls {
			_ = call(t.Context(), client) // most fail
		}
		shown := c.everything(t)
		require.Contains(t, shown, "messages.send_users")
		for _, s := range quotable {
			assert.NotContains(t, shown, s, name)
			for i := 0; i+16 <= len(s); i++ { // a part is of use as well
				assert.NotContains(t, shown, s[i:i+16], name)
			}
		}
		client.Close()
		srv.Close()
	}
	t.Logf("%d secrets were quoted by the server, none was shown", quoted)
	assert.Greater(t, quoted, 800)
}

// endpoints are those of the page of endpoints: id, method and path.
func endpoints(t *testing.T) (all [][3]string) {
	t.Helper()
	page, err := os.ReadFile("../docs/endpoints.md")
	require.NoError(t, err)
	for _, m := range regexp.MustCompile("(?m)^\\| ([a-z_]+\\.[a-z_0-9]+) \\|[^|]*\\| `([A-Z]+) ([^`]+)` \\|").FindAllStringSubmatch(string(page), -1) {
		all = append(all, [3]string{m[1], m[2], m[3]})
	}
	require.Len(t, all, 236)
	return all
}

// With every endpoint in use, and failing in two ways, there are at most so many data points.
func TestDataPoints(t *testing.T) {
	c := collect(t, imotel.Options{App: "main"})
	config := cannedConfig()
	config.Platform = im.Easemob
	client, err := c.NewClient(config, im.WithHTTPClient(&http.Client{Transport: canned{}}))
	require.NoError(t, err)
	placeholder := regexp.MustCompile(`\{[^}]*\}`)
	for i, e := range endpoints(t) {
		// The quotas, by a raw call of the same path; the rest, as a call of the method would do it.
		path := strings.TrimPrefix(e[2], "https://rs.easemob.com")
		params := make([]string, len(placeholder.FindAllString(path, -1)))
		for j := range params {
			params[j] = "x"
		}
		_, _ = im.Raw[struct{}](t.Context(), client, im.RawCall{Method: e[1], Path: path, Params: params, Idempotent: true})
		for _, err := range []error{nil, &im.Error{Status: 404}, &im.Error{Status: 429}} {
			info := im.CallInfo{Endpoint: e[0], Method: e[1], Path: path, Pool: e[0], Items: 1}
			ctx, end := imotel.Hook(c.Telemetry, t.Context(), info)
			event := im.Event{Endpoint: e[0], Attempt: 1, Server: "a1.example.com:443", Status: 200, Took: time.Millisecond, Waited: time.Duration(i), Err: err}
			if failure, ok := err.(*im.Error); ok { //nolint:errorlint // made above
				event.Status = failure.Status
			}
			imotel.Attempted(c.Telemetry, ctx, event)
			end(im.CallEnd{Attempts: 1, Waited: 1, Status: event.Status, Err: err})
		}
	}
	points, most := 0, map[string]int{}
	for name, data := range c.metrics(t) {
		n := len(sets(data))
		points += n
		most[name] = n
	}
	used := len(sets(c.metrics(t)["im.client.quota.granted"]))
	t.Logf("%d data points for 236 endpoints and %d pools: %v", points, used, most)
	assert.Greater(t, used, 200)
	assert.LessOrEqual(t, points, 4000)
}

// sets are the attributes of the data points of a metric.
func sets(data metricdata.Aggregation) (all []attribute.Set) {
	switch data := data.(type) {
	case metricdata.Sum[int64]:
		for _, p := range data.DataPoints {
			all = append(all, p.Attributes)
		}
	case metricdata.Gauge[int64]:
		for _, p := range data.DataPoints {
			all = append(all, p.Attributes)
		}
	case metricdata.Gauge[float64]:
		for _, p := range data.DataPoints {
			all = append(all, p.Attributes)
		}
	case metricdata.Histogram[float64]:
		for _, p := range data.DataPoints {
			all = append(all, p.Attributes)
		}
	}
	return all
}

// own are the attributes of this module's.
var own = []string{
	"im.app", "im.attempts", "im.callback.kind", "im.callback.result", "im.endpoint", "im.fell_back", "im.items", "im.job", "im.lane", "im.outcome_unknown",
	"im.pool", "im.quota.pause", "im.quota.per_user", "im.quota.unit", "im.quota.wait", "im.quota.window", "im.row.state", "im.store", "im.token.age", "im.verdict",
}

// published are the attributes of the semantic conventions, of the version that the module was
// written for, without those that are deprecated.
func published(t *testing.T) map[string]bool {
	t.Helper()
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.Dir}}", "go.opentelemetry.io/otel/semconv/v1.43.0").Output()
	require.NoError(t, err)
	source, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "attribute_group.go"))
	require.NoError(t, err)
	names := make(map[string]bool)
	for _, m := range regexp.MustCompile(`Key = attribute\.Key\("([^"]+)"\)`).FindAllSubmatch(source, -1) {
		names[string(m[1])] = true
	}
	require.Greater(t, len(names), 600)
	assert.False(t, names["http.method"], "a deprecated name is not in the list")
	return names
}

// Every attribute is one of the conventions, or one of the module's own; none can hold a URL, a user
// or a text.
func TestConventions(t *testing.T) {
	srv := imtest.NewServer(t)
	c := collect(t, imotel.Options{App: "main"})
	client := c.client(t, srv)
	srv.Fault(imtest.OnEndpoint("messages.send_users"), imtest.First(1), imtest.RateLimited())
	require.NoError(t, send(t.Context(), client))
	srv.Fault(imtest.OnEndpoint("messages.send_users"), imtest.First(1), imtest.CutAfterProcessing())
	require.Error(t, send(t.Context(), client))
	h, post := receiver(t, c, callbacks.Config{})
	h.Decide(func(context.Context, *callbacks.Outgoing) callbacks.Verdict { return callbacks.Deliver() })
	post(callbackstest.Example(callbacks.KindPreSendMessage))
	post(callbackstest.Example(callbacks.KindMessageRecall))
	imotel.Attempted(c.Telemetry, t.Context(), im.Event{Endpoint: im.TokenStoreEvent, Err: &im.Error{Status: 500}})
	imotel.Job(c.Telemetry, "register", batch.Job[int]{})

	list, seen := published(t), map[string]bool{}
	note := func(where string, kv attribute.KeyValue) {
		name := string(kv.Key)
		seen[name] = true
		assert.True(t, list[name] || slices.Contains(own, name), "%s has %s", where, name)
		for _, kind := range []string{"url.full", "url.path", "url.query", "user.id", "user.name", "enduser.id", "messaging.message.id"} {
			assert.NotEqual(t, kind, name)
		}
	}
	require.NoError(t, c.Flush(t.Context()))
	for _, s := range c.spans.GetSpans() {
		assert.Equal(t, semconv.SchemaURL, s.InstrumentationScope.SchemaURL)
		for _, kv := range s.Attributes {
			note(s.Name, kv)
		}
		for _, e := range s.Events {
			for _, kv := range e.Attributes {
				note(e.Name, kv)
			}
		}
		assert.Empty(t, s.Status.Description)
	}
	for name, data := range c.metrics(t) {
		assert.True(t, strings.HasPrefix(name, "im.") || name == "http.client.request.duration", name)
		for _, set := range sets(data) {
			for _, kv := range set.ToSlice() {
				note(name, kv)
			}
		}
	}
	for _, name := range own {
		assert.True(t, seen[name] || name == "im.token.age", "%s is in the list, and nowhere used", name)
	}
	for _, name := range []string{"http.request.method", "url.template", "server.address", "server.port", "http.response.status_code", "http.request.resend_count", "error.type"} {
		assert.True(t, seen[name], "%s is asked for by the conventions", name)
	}
}
