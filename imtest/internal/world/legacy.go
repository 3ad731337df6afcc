package world

import (
	"net/http"
	"slices"

	"github.com/imrest/im-go/imtest/internal/wire"
)

// This file goes when no handler is left in this package: a row becomes a route
// of package rest, its handler a method there, and what it decides a method of
// World.

// legacy is a route whose handler has not moved to package rest yet.
type legacy struct {
	ID, Method, Also, Path, Twin string
	Body                         wire.BodyKind
	Who                          wire.Access
	Shape                        wire.Shape
	When                         func(*wire.Call) bool
	NoToken                      func() *wire.Error
	Do                           func(*World, *wire.Call) (*wire.Response, *wire.Error)
}

// LegacyRoutes are the routes that have not moved yet.
func (s *World) LegacyRoutes() []wire.Route {
	rows := slices.Concat(
		tokensRoutes,
		messagesRoutes,
		filesRoutes, lifetimeRoutes, storageRoutes,
		targetedRoutes, broadcastRoutes, streamRoutes, importRoutes, recallRoutes, modifyRoutes,
		historyRoutes, conversationsRoutes, roamingRoutes, moderationRoutes,
		metadataRoutes, presenceRoutes, reactionRoutes,
		pushAccountRoutes, pushSettingsRoutes, pushTemplatesRoutes, pushBindingsRoutes, pushLabelsRoutes, pushSendRoutes,
		callbacksRoutes,
		GroupsRoutes, GroupMembersRoutes, GroupListsRoutes, GroupFilesRoutes, GroupAttributesRoutes,
		SuperAdminsRoutes, RoomsRoutes, RoomMembersRoutes, RoomListsRoutes, RoomAttributesRoutes,
		ThreadsRoutes,
	)
	return Convert(rows, func(l legacy) wire.Route {
		return wire.Route{
			ID: l.ID, Method: l.Method, Also: l.Also, Path: l.Path, Twin: l.Twin, Body: l.Body, Who: l.Who, Shape: l.Shape,
			When: l.When, NoToken: l.NoToken, Do: func(c *wire.Call) (*wire.Response, *wire.Error) { return l.Do(s, c) },
		}
	})
}

// named returns a path value that names a user.
func named(c *wire.Call, name string) string { return Fold(c.Value(name)) }

// Shorter names for the tables.
const (
	get  = http.MethodGet
	post = http.MethodPost
	put  = http.MethodPut
	del  = http.MethodDelete
)

// LegacyUser returns an account, nil if there is none, to code outside of this
// package that holds mu.
func (s *World) LegacyUser(name string) *User { return s.users.Get(Fold(name)) }

// LegacyAddUser registers a user who is not there, for code outside of this
// package that holds mu.
func (s *World) LegacyAddUser(name string) {
	if !s.users.Has(Fold(name)) {
		s.addUser(NewUser{Name: name})
	}
}
