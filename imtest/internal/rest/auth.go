package rest

import (
	"fmt"
	"strings"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
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
