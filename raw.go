package im

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/pattern"
)

// RawCall is a call of an endpoint that this module has no method for, or of one that it
// knows by its Endpoint.
type RawCall struct {
	Method string      // "POST"
	Path   string      // below the prefix of the app, with {..} for values: "/users/{username}/badges"
	Params []string    // the values, in order; each is escaped, and rejected if it is empty, "." or ".."
	Query  url.Values  // nil: none
	Header http.Header // beside those that the client sets; nil: none. An Authorization goes in place of the app token
	Body   any         // encoded as JSON; nil: none

	// Endpoint is the id of an endpoint that this module knows: "users.get", see docs/endpoints.md.
	// Method, Path, Idempotent and Quotas are those of the endpoint then, and must be left empty. Its
	// batch maximum holds for Items, and its errors are classified as by its method.
	Endpoint string
	List     []string   // the values of the last {..} of the path, if it takes several
	Form     url.Values // a body in application/x-www-form-urlencoded, instead of Body
	Token    string     // of a user, sent instead of the app token; empty: the app token
	Secrets  []string   // values of the request that no error may show; Token is one

	// Idempotent says that carrying out the call twice does no harm, so that it may be retried
	// after a lost response.
	Idempotent bool
	// Quotas of the endpoint; nil: 100 calls a second. Calls with the same method
	// and path share them. Paths that this module knows keep their own. 1000 other
	// paths can have quotas at a time, and the rest shares 100 calls a second: values
	// belong in Params.
	Quotas []Quota
	Items  int    // what the call counts for in quotas by item; 0: the length of List, or 1
	User   string // whose quota it is, in quotas per user
}

// Raw calls an endpoint that this module has no method for, with token, quotas,
// retries and errors as in any other call, and decodes the whole response into a T. A success
// without a body (204, 205, any to HEAD, and any where T is struct{}) returns the
// zero T. What cannot be sent fails with [ErrInvalidArgument], with the wrong field of
// RawCall in [Error.Field], or the placeholder of the path whose value is wrong:
//
//	type badges struct {
//		Data []string `json:"data"`
//	}
//	response, err := im.Raw[badges](ctx, client, im.RawCall{
//		Method: "GET", Path: "/users/{username}/badges", Params: []string{"alice"}, Idempotent: true,
//	})
func Raw[T any](ctx context.Context, c *Client, r RawCall) (*T, error) {
	endpoint, invalid := c.core.rawEndpoint(r)
	out := new(T)
	err := c.core.Call(ctx, &api.Call{
		Endpoint: endpoint, Invalid: invalid, Params: r.Params, List: r.List, Query: r.Query, Header: canonical(r.Header), Body: r.body(),
		Items: cmp.Or(r.Items, len(r.List)), User: r.User, Bearer: r.Token, Secrets: r.secrets(), Out: out,
		MayBeEmpty: mayBeEmpty(endpoint.Method, reflect.TypeFor[T]()),
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

type plainRawCall RawCall

// Format hides the token and the secrets. The values of the request are printed as they are.
func (r RawCall) Format(f fmt.State, verb rune) { api.FormatMasked(f, verb, r.masked()) }

// LogValue hides the token and the secrets.
func (r RawCall) LogValue() slog.Value { return api.LogMasked(r.masked()) }

func (r RawCall) masked() plainRawCall {
	r.Token = api.Masked(r.Token)
	masked := make([]string, len(r.Secrets))
	for i, secret := range r.Secrets {
		masked[i] = api.Masked(secret)
	}
	r.Secrets = masked
	return plainRawCall(r)
}

func (r RawCall) body() any {
	if r.Form != nil {
		return api.Form(r.Form)
	}
	return r.Body
}

func (r RawCall) secrets() []string {
	secrets := slices.Clone(r.Secrets)
	if r.Token != "" {
		secrets = append(secrets, r.Token)
	}
	for _, v := range canonical(r.Header)["Authorization"] {
		secrets = append(secrets, v[strings.LastIndexByte(v, ' ')+1:])
	}
	return secrets
}

// mayBeEmpty says which successes have no body for a raw call.
func mayBeEmpty(method string, out reflect.Type) func(status int) bool {
	return func(status int) bool {
		return status == http.StatusNoContent || status == http.StatusResetContent || method == http.MethodHead || out == reflect.TypeFor[struct{}]()
	}
}

var (
	// headerToken is what HTTP takes for a method or the name of a header.
	headerToken = pattern.Lazy("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
	// plainPath has segments of the characters that need no escaping.
	plainPath   = pattern.Lazy(`^(/[A-Za-z0-9._~!$&'()*+,;=:@-]+)+/?$`)
	placeholder = pattern.Lazy(`\{[A-Za-z0-9_]+\}`)
)

// ownHeaders are set by the client; others of that name would be dropped silently.
var ownHeaders = []string{"Host", "Content-Length", "Transfer-Encoding", "Trailer", "Upgrade"}

// check rejects what cannot be sent.
func (r RawCall) check() error {
	if r.Form != nil && r.Body != nil {
		return api.Invalid("Form", "excludes Body")
	}
	if r.Token != "" {
		if problem := tokenProblem(r.Token); problem != "" {
			return api.Invalid("Token", "%s", problem)
		}
	}
	if err := api.First(r.checkPlace(), api.CheckPairs("Form", r.Form)); err != nil {
		return err
	}
	for name, values := range r.Header {
		switch {
		case !headerToken().MatchString(name):
			return api.Invalid("Header", "has the name %.40q, which HTTP does not allow", name)
		case slices.Contains(ownHeaders, http.CanonicalHeaderKey(name)):
			return api.Invalid("Header", "must not have %s, which the client sets itself", http.CanonicalHeaderKey(name))
		case slices.ContainsFunc(values, func(v string) bool { return !api.HeaderValue(v) }):
			return api.Invalid("Header", "has control characters in the value of %s", http.CanonicalHeaderKey(name))
		}
	}
	return nil
}

// checkPlace rejects a method or path that cannot be called.
func (r RawCall) checkPlace() error {
	switch {
	case r.Endpoint != "":
		if r.Method != "" || r.Path != "" || r.Quotas != nil || r.Idempotent {
			return api.Invalid("Endpoint", "excludes Method, Path, Quotas and Idempotent, which are those of %.40q", r.Endpoint)
		}
		return nil
	case r.Method == "":
		return api.Required("Method", r.Method)
	case !headerToken().MatchString(r.Method), strings.EqualFold(r.Method, http.MethodConnect):
		return api.Invalid("Method", "is %.40q, must be a method such as \"POST\"", r.Method)
	}
	return checkRawPath(r.Path, r.Params, r.List)
}

func checkRawPath(path string, params, list []string) error {
	given := len(params)
	if list != nil {
		given++
	}
	names := placeholder().FindAllString(path, -1)
	rest := placeholder().ReplaceAllString(path, "x")
	switch {
	case !strings.HasPrefix(path, "/"):
		return api.Invalid("Path", "is %.200q, must begin with /", path)
	case strings.ContainsAny(rest, "{}"):
		return api.Invalid("Path", "is %.200q, has unequal braces or no name in them; a placeholder is {name}", path)
	case !plainPath().MatchString(rest), slices.ContainsFunc(strings.Split(path, "/"), isDots):
		return api.Invalid("Path", "is %.200q, must be plain; values go into Params, the query into Query", path)
	case given < len(names):
		return api.Invalid("Params", "no value for %s: has %d values, the path takes %d", names[given], given, len(names))
	case given > len(names):
		return api.Invalid("Params", "has %d values, the path takes %d", given, len(names))
	}
	return nil
}

func isDots(segment string) bool { return segment == "." || segment == ".." }

// rawEndpoint makes the descriptor of a raw call, in the pool of the endpoint
// that the path belongs to, if it is known.
func (c *core) rawEndpoint(r RawCall) (*api.Endpoint, error) {
	if err := r.check(); err != nil {
		return &api.Endpoint{ID: rawPool}, err // without what is wrong, for the hooks
	}
	if r.Endpoint != "" {
		return c.knownEndpoint(r)
	}
	e := &api.Endpoint{ID: r.Method + " " + r.Path, Method: r.Method, Path: r.Path, Idempotent: r.Idempotent, ItemsIn: api.RawBody}
	for _, q := range r.Quotas {
		if problem := q.problem(); problem != "" {
			return e, api.Invalid("Quotas", "%s", problem)
		}
		e.Quotas = append(e.Quotas, api.Quota(q))
	}
	for _, known := range c.endpoints {
		if known.Method == r.Method && api.SamePath(known.Path, r.Path) {
			e.Pool, e.Quotas, e.ByPlatform, e.Within = known.PoolName(), known.Quotas, known.ByPlatform, known.Within
			break
		}
	}
	return e, nil
}

// knownEndpoint finds the endpoint with an id.
func (c *core) knownEndpoint(r RawCall) (*api.Endpoint, error) {
	for _, known := range c.endpoints {
		if known.ID != r.Endpoint {
			continue
		}
		if strings.HasPrefix(known.Path, "/") {
			return known, checkRawPath(known.Path, r.Params, r.List)
		}
		return known, nil // at a server of its own
	}
	return &api.Endpoint{ID: rawPool}, api.Invalid("Endpoint", "is %.40q, which is not the id of an endpoint; see docs/endpoints.md", r.Endpoint)
}

// canonical makes header keys canonical, as the client expects them.
func canonical(h http.Header) http.Header {
	c := make(http.Header, len(h))
	for k, v := range h {
		key := http.CanonicalHeaderKey(k)
		c[key] = append(c[key], v...)
	}
	return c
}
