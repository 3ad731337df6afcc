// Package rest carries out the calls of the REST API: a handler per endpoint
// reads the request, asks the world, and writes the response. It holds no
// state and no rule of IM; it knows how the API spells both.
//
// A domain is a file like users.go: its routes, as a method of API that
// [API.Routes] joins to the table; a handler for each route; and the types of
// its JSON, made out of values of the world. A handler has three steps:
//
//	func (a *API) usersSetPassword(c *wire.Call) (*wire.Response, *wire.Error) {
//		o, err := c.Object() // 1: read; what the request alone shows to be wrong is rejected here
//		...
//		if err := a.world.SetPassword(c.Value("username"), password); err != nil { // 2: ask one rule
//			return nil, told(err, words{world.NoUser: always(wire.ErrEntityNotFound)})
//		}
//		return wire.Done("set user password"), nil // 3: respond
//	}
//
// Limits of a request (users of one batch, the size of a page) are checked here,
// limits of what is kept (friends of a user) by the world. Names go to the world
// as they came; it folds them. An error of the world becomes the documented one
// in [told]: a domain lists its words once, an endpoint with words of its own
// gives them. Envelope, tokens, content types and paths are told by the fields
// of the route.
package rest

import (
	"net/http"
	"slices"
	"sync"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

// API carries out the calls of one app.
type API struct {
	world  *world.World
	app    *wire.App
	router *wire.Router
}

// New serves a world, which has been filled by then.
func New(w *world.World) *API {
	conf := &w.Conf
	a := &API{world: w, app: &wire.App{Org: conf.Org, Name: conf.App, ID: conf.AppID, UUID: w.UUID, Now: w.Now}}
	a.router = theRouter().Serving(a.Routes())
	return a
}

// Routes is the routing table: a domain a list.
func (a *API) Routes() []wire.Route {
	return slices.Concat(
		a.world.LegacyRoutes(),
		a.users(), a.userStatus(), a.mutes(),
		a.contacts(), a.blocks(),
	)
}

// theRouter is built once: tables differ by the world that they serve only.
var theRouter = sync.OnceValue(func() *wire.Router { return wire.NewRouter(Table()) })

// Call finds what a request is for.
func (a *API) Call(r *http.Request) *wire.Call { return a.router.NewCall(r, a.app) }

// Admit checks the token of a call and takes in its body. An error is the
// response.
func (a *API) Admit(c *wire.Call) *wire.Error {
	if err := a.world.Authenticate(c); err != nil {
		return err
	}
	return c.ReadIn()
}

// Do carries out a call that was admitted.
func (a *API) Do(c *wire.Call) *wire.Reply {
	ans, err := c.Route.Do(c)
	if err != nil {
		return c.Fail(err)
	}
	return c.Render(ans)
}

// Table is the routing table of any API, for those who ask where an endpoint is.
func Table() []wire.Route { return (&API{world: new(world.World)}).Routes() }

// Shorter names for the tables.
const (
	get  = http.MethodGet
	post = http.MethodPost
	put  = http.MethodPut
	del  = http.MethodDelete
)
