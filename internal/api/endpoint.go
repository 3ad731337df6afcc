// Package api is the seam between the domains and the client: a domain
// describes its endpoints and builds calls, the root package sends them.
// It imports nothing else of this module.
package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Endpoint says everything static about one REST operation. Endpoints are
// package variables; no init function registers them.
type Endpoint struct {
	ID         string // catalogue id, also log attribute and error text: "users.get"
	Method     string
	Path       string // below the prefix of the app, with the names of the Go parameters: "/users/{username}"
	Pool       string // the pool of quotas it shares with others; empty: its own, named by ID
	Quotas     Quotas // nil: Default
	ByPlatform ByPlatform
	Within     Budgets // what else the calls take from, by platform; mostly nil
	Idempotent bool    // may be retried if the response is lost
	MaxItems   int     // most items in one call, checked before any I/O; 0: no such limit
	ItemsIn    string  // the argument that holds the items, for the error text
	MaxURL     int     // most bytes of the whole URL, which holds the items; 0: no such limit
	Auth       Auth
}

// Auth says which token a call carries.
type Auth int

// The kinds of authorization.
const (
	AppToken Auth = iota // the client's app token
	NoToken              // none: the call is the one that fetches a token
)

// Quota is one documented limit: at most N in any period Per.
type Quota struct {
	N       int
	Per     time.Duration
	Items   bool // counts the items of a call (targets of a message), not calls
	PerUser bool // counted for each Call.User by itself
}

// Quotas are taken together or not at all.
type Quotas []Quota

// ByPlatform holds the quotas of the platforms, by name, that document other figures
// than the limits document.
type ByPlatform map[string]Quotas

// Budgets are pools of many endpoints, by the platform that has them. The endpoints keep
// quotas of their own, which hold within the budget.
type Budgets map[string]Budget

// Budget is a pool with its quotas.
type Budget struct {
	Pool   string
	Quotas Quotas
}

// UserManagement is the budget that calls on users share on Easemob since 2026.
var UserManagement = Budgets{Easemob: {Pool: "user_management", Quotas: PerSecond(100)}}

// The names of the platforms.
const (
	Agora   = "agora"
	Easemob = "easemob"
)

// Day is the period of the limits that start anew at 00:00 UTC.
const Day = 24 * time.Hour

// Default applies where the limits document has no figure.
var Default = PerSecond(100)

// PerSecond is the commonest form: n calls a second.
func PerSecond(n int) Quotas { return Quotas{{N: n, Per: time.Second}} }

// PoolName is the name of the pool that the endpoint's calls take from.
func (e *Endpoint) PoolName() string {
	if e.Pool != "" {
		return e.Pool
	}
	return e.ID
}

// QuotasOn returns the quotas that hold on a platform.
func (e *Endpoint) QuotasOn(platform string) Quotas {
	if own, ok := e.ByPlatform[platform]; ok {
		return own
	}
	if e.Quotas != nil {
		return e.Quotas
	}
	return Default
}

// PoolsOn names what calls take from on a platform: the pool of the endpoint, and the
// budget within which that is, if any. A pool that would allow as much as the budget is
// left out, unless it is one of those that were changed.
func (e *Endpoint) PoolsOn(platform string, changed func(pool string) bool) (own, budget string) {
	own = e.PoolName()
	b, ok := e.Within[platform]
	switch {
	case !ok:
		return own, ""
	case slices.Equal(e.QuotasOn(platform), b.Quotas) && !changed(own):
		return "", b.Pool
	}
	return own, b.Pool
}

// Call is one use of an endpoint.
type Call struct {
	Endpoint *Endpoint
	URL      string      // absolute, in place of the endpoint's path
	Params   []string    // values for the {..} of the path, in order
	List     []string    // values of the last {..} where it takes several, comma-separated
	Query    url.Values  // absent parameters are left out, never sent empty
	Header   http.Header // canonical keys
	Body     any         // nil, a JSON value, Form or *Upload
	Items    int         // how many items the call is about, for MaxItems and for quotas by item
	User     string      // whose quota it is, for quotas per user
	Bearer   string      // sent instead of the app token
	Invalid  error       // an argument found wrong by the method: nothing is sent
	Secrets  []string    // values of the request that must never appear in an error
	Out      any         // nil, a pointer to decode into, or *Sink
	// MayBeEmpty reports whether a success of this status may come without a body;
	// nil: none may.
	MayBeEmpty func(status int) bool
	// Explain, where not nil, knows a failed response better than the status and the
	// code say: its kind, and an error of the domain's to be found beside it. A nil
	// kind leaves the failure as it is.
	Explain func(Failure) (kind, reason error)
}

// Failure is a response that is not a success.
type Failure struct {
	Status     int
	Code, Text string
	Date       time.Time // when the server wrote it, by its own clock where it says so
}

// Whole is an Out that decodes a response itself. As a json.Unmarshaler it would have
// the JSON scanned three times.
type Whole interface{ ReadResponse(b []byte) error }

// Form is a body in application/x-www-form-urlencoded.
type Form url.Values

// Sized is a JSON body that is rejected if its encoded form is too long.
type Sized interface{ CheckEncoded(length int) error }

// Caller sends calls. The root package has the one implementation.
type Caller interface {
	Call(ctx context.Context, c *Call) error
}

// SamePath reports whether two paths differ at most in the names of their values.
func SamePath(a, b string) bool {
	for {
		var foundA, foundB bool
		var before, other string
		before, a, foundA = strings.Cut(a, "{")
		other, b, foundB = strings.Cut(b, "{")
		if before != other || foundA != foundB {
			return false
		}
		if !foundA {
			return true
		}
		_, a, _ = strings.Cut(a, "}")
		_, b, _ = strings.Cut(b, "}")
	}
}

// Declare makes the endpoints of a domain known to a caller, so that quotas can be set by
// id before the first call.
func Declare(c Caller, endpoints ...*Endpoint) {
	if d, ok := c.(interface{ Declare(endpoints ...*Endpoint) }); ok {
		d.Declare(endpoints...)
	}
}
