package im

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/imrest/im-go/internal/api"
)

// RawCall is a call of an endpoint that this module has no method for yet.
type RawCall struct {
	Method string     // "POST"
	Path   string     // below the prefix of the app, with {..} for values: "/users/{username}/badges"
	Params []string   // the values, in order; each is escaped, and refused if empty, "." or ".."
	Query  url.Values // nil: none
	Header http.Header
	Body   any // encoded as JSON; nil: none

	// Idempotent says that a repeat does no harm, so that the call may be sent again
	// after a lost answer.
	Idempotent bool
	// Quotas of the endpoint; nil: 100 calls a second. Calls with the same method
	// and path share them. Paths that this module knows keep their own. 1000 other
	// paths can have quotas at a time, and the rest shares 100 calls a second: values
	// belong into Params.
	Quotas []Quota
	Items  int    // what the call counts for in quotas by item; 0: 1
	User   string // whose quota it is, in quotas per user
}

// Raw calls an endpoint that this module does not know yet, with token, quotas,
// repeats and errors in force, and decodes the whole answer into a T:
//
//	type badges struct {
//		Data []string `json:"data"`
//	}
//	answer, err := im.Raw[badges](ctx, client, im.RawCall{
//		Method: "GET", Path: "/users/{username}/badges", Params: []string{"alice"}, Idempotent: true,
//	})
func Raw[T any](ctx context.Context, c *Client, r RawCall) (*T, error) {
	endpoint, err := c.core.rawEndpoint(r)
	if err != nil {
		return nil, argumentError("raw", err)
	}
	out := new(T)
	err = c.core.Call(ctx, &api.Call{
		Endpoint: endpoint, Params: r.Params, Query: r.Query, Header: canonical(r.Header), Body: r.Body,
		Items: r.Items, User: r.User, Out: out,
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// rawEndpoint makes the descriptor of a raw call, in the pool of the endpoint
// that the path belongs to, if it is known.
func (c *core) rawEndpoint(r RawCall) (*api.Endpoint, error) {
	switch {
	case r.Method == "":
		return nil, api.Required("Method", r.Method)
	case !strings.HasPrefix(r.Path, "/"):
		return nil, api.Invalid("Path", "is %q, must begin with /", r.Path)
	case strings.ContainsAny(r.Path, "?#%"), strings.Contains(r.Path, "/../"), strings.Contains(r.Path, "//"):
		return nil, api.Invalid("Path", "is %q, must be plain; values go into Params, the query into Query", r.Path)
	case strings.Count(r.Path, "{") != strings.Count(r.Path, "}"):
		return nil, api.Invalid("Path", "is %q, has unequal braces", r.Path)
	}
	e := &api.Endpoint{ID: r.Method + " " + r.Path, Method: r.Method, Path: r.Path, Idempotent: r.Idempotent}
	for _, q := range r.Quotas {
		if problem := q.problem(); problem != "" {
			return nil, api.Invalid("Quotas", "%s", problem)
		}
		e.Quotas = append(e.Quotas, api.Quota(q))
	}
	for _, known := range c.endpoints {
		if known.Method == r.Method && known.Path == r.Path {
			e.Pool, e.Quotas, e.Easemob = known.PoolName(), known.Quotas, known.Easemob
			break
		}
	}
	return e, nil
}

// canonical makes header keys canonical, as the client expects them.
func canonical(h http.Header) http.Header {
	c := make(http.Header, len(h))
	for k, v := range h {
		c[http.CanonicalHeaderKey(k)] = v
	}
	return c
}
