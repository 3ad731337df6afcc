// Package rest carries out the calls of the REST API: a handler per endpoint
// reads the request, asks the world, and writes the response. It holds no
// state and no rule of IM; it knows how the API spells both.
//
// A domain is a file like users.go: its routes, which table joins
// to the others; a handler for each route; and the types of
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
// in [told]: a domain lists its words once, and an endpoint with words of its own
// lists those. Envelope, tokens, content types and paths follow from the fields
// of the route.
package rest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

// A route is an endpoint, and the handler that carries it out.
type route struct {
	wire.Route

	do func(*API, *wire.Call) (*wire.Response, *wire.Error)
}

// table is the routing table: a domain a list.
var table = sync.OnceValue(func() []route {
	return slices.Concat(
		usersRoutes, userStatusRoutes, mutesRoutes,
		contactsRoutes, blocksRoutes,
		tokensRoutes,
		metadataRoutes,
		presenceRoutes,
		favoritesRoutes, translationRoutes, moderationRoutes,
		pushUserRoutes, pushTemplatesRoutes, pushLabelsRoutes, pushSendRoutes,
		groupsRoutes, groupMembersRoutes, groupListsRoutes, groupFilesRoutes, groupAttributesRoutes,
		superAdminsRoutes, roomsRoutes, roomMembersRoutes, roomListsRoutes, roomAttributesRoutes,
		threadsRoutes,
		messagesRoutes, moreMessagesRoutes, streamRoutes, changeRoutes, roamingRoutes, historyRoutes, searchRoutes,
		filesRoutes, storageRoutes, reactionsRoutes, callbacksRoutes,
	)
})

// Routes is the routing table without the handlers.
func Routes() []wire.Route {
	return world.Convert(table(), func(r route) wire.Route { return r.Route })
}

// router is built once, since the table does not change.
var router = sync.OnceValue(func() *wire.Router { return wire.NewRouter(Routes()) })

// API carries out the calls of one app.
type API struct {
	world *world.World
	app   *wire.App
}

// New serves a world, which has been filled by then.
func New(w *world.World) *API {
	conf := &w.Conf
	return &API{world: w, app: &wire.App{Org: conf.Org, Name: conf.App, ID: conf.AppID, UUID: w.UUID, Now: w.Now}}
}

// Call finds what a request is for.
func (a *API) Call(r *http.Request) *wire.Call { return router().NewCall(r, a.app) }

// Admit checks the token of a call and takes in its body. An error is the
// response.
func (a *API) Admit(c *wire.Call) *wire.Error {
	if err := a.authenticate(c); err != nil {
		return err
	}
	return c.ReadIn()
}

// Do carries out a call that was admitted.
func (a *API) Do(c *wire.Call) *wire.Reply {
	ans, err := table()[c.Index].do(a, c)
	if err != nil {
		return c.Fail(err)
	}
	return c.Render(ans)
}

// Shorter names for the tables.
const (
	get  = http.MethodGet
	post = http.MethodPost
	put  = http.MethodPut
	del  = http.MethodDelete
)

// authenticate checks the token of a call, then its right to the endpoint.
func (a *API) authenticate(c *wire.Call) *wire.Error {
	who, token := c.Route.Who, bearer(c)
	if who == wire.NoneAsked || who == wire.MayHave && token == "" {
		return nil
	}
	if token == "" && onCircles(c) {
		return wire.ErrTokenBlank()
	}
	g, err := a.world.Authenticate(token)
	if c.Route.NoToken != nil && err.Of(world.TokenUnknown) {
		return c.Route.NoToken()
	}
	if err != nil {
		return told(err)
	}
	c.Caller = wire.Caller{User: g.User, App: g.User == ""}
	switch {
	case c.Caller.App || who == wire.AnyToken || who == wire.MayHave:
		return nil
	case who == wire.OwnUser && world.Fold(c.Value("username")) == g.User:
		return nil
	case who == wire.OwnUser:
		return wire.ErrNoPermission(fmt.Sprintf("applications:%s:%s:/%s", strings.ToLower(c.R.Method), c.App.UUID, strings.Join(c.Segments, "/")))
	}
	return wire.ErrNotAdmin()
}

// onCircles holds for calls below /chatgroups and /chatrooms, to which a service of
// their own responds.
func onCircles(c *wire.Call) bool {
	return c.Segments[0] == "chatgroups" || c.Segments[0] == "chatrooms"
}

// bearer returns the token of a call, "" if there is none.
func bearer(c *wire.Call) string {
	scheme, token, _ := strings.Cut(c.R.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
