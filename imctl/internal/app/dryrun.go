package app

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/input"
)

// ErrDryRun ends a call under --dry-run, after its request was shown.
var ErrDryRun = errors.New("nothing was sent: --dry-run")

// Unchanged reports whether a command that changes something on this machine has to leave it, and says so.
func (a *App) Unchanged() bool {
	if a.Globals.DryRun {
		a.Say("Nothing was changed: --dry-run.")
	}
	return a.Globals.DryRun
}

// dryRun is a transport that shows a request instead of sending it. So every command has
// --dry-run, and what it shows is what would be sent.
type dryRun struct {
	*App
	prefix string // of the app, in paths
}

// request is what --dry-run shows.
type request struct {
	Method string     `json:"method"`
	Path   string     `json:"path"` // below the prefix of the app
	Query  url.Values `json:"query,omitempty"`
	Form   url.Values `json:"form,omitempty"`
	Body   any        `json:"body,omitempty"`
}

// dryClient is a client that sends nothing. It needs no credentials, and no profile.
func (a *App) dryClient() (*im.Client, error) {
	c, err := a.Config()
	if err != nil {
		c = im.Config{Host: "127.0.0.1", Org: "org", App: "app", Platform: im.Easemob}
	}
	c.Token = im.StaticToken("dry-run")
	transport := &dryRun{App: a}
	client, err := im.New(c, im.WithRetries(0), im.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		return nil, err
	}
	transport.prefix = NameOfApp(client)
	return client, nil
}

// RoundTrip shows the request.
func (d *dryRun) RoundTrip(r *http.Request) (*http.Response, error) {
	shown := request{Method: r.Method, Path: strings.TrimPrefix(r.URL.EscapedPath(), "/"+d.prefix), Query: r.URL.Query()}
	hideIn(shown.Query)
	if r.Body != nil {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		if err := r.Body.Close(); err != nil {
			return nil, err
		}
		shown.read(r.Header.Get("Content-Type"), raw)
	}
	w := d.Writer()
	w.JQ = "" // it is for the data that a call returns
	if err := w.Value(shown); err != nil {
		return nil, err
	}
	return nil, ErrDryRun
}

func (r *request) read(contentType string, raw []byte) {
	kind, _, _ := mime.ParseMediaType(contentType)
	switch {
	case len(raw) == 0:
	case kind == "application/x-www-form-urlencoded":
		r.Form, _ = url.ParseQuery(string(raw))
		hideIn(r.Form)
	case kind == "application/json" && input.JSON(raw, &r.Body, input.Exact) == nil:
		hideSecrets(r.Body)
	default:
		r.Body = map[string]any{"content_type": kind, "bytes": len(raw)}
	}
}
