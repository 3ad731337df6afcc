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
	ID, Method, also, Path, twin string
	body                         wire.BodyKind
	who                          wire.Access
	shape                        wire.Shape
	when                         func(*wire.Call) bool
	noToken                      func() *wire.Error
	do                           func(*World, *wire.Call) (*wire.Response, *wire.Error)
}

// LegacyRoutes are the routes that have not moved yet.
func (s *World) LegacyRoutes() []wire.Route {
	rows := slices.Concat(
		tokensRoutes,
		usersRoutes,
		mutesRoutes,
		messagesRoutes,
		filesRoutes, lifetimeRoutes, storageRoutes,
		targetedRoutes, broadcastRoutes, streamRoutes, importRoutes, recallRoutes, modifyRoutes,
		historyRoutes, conversationsRoutes, roamingRoutes, moderationRoutes,
		contactsRoutes, blocksRoutes, metadataRoutes, presenceRoutes, reactionRoutes,
		pushAccountRoutes, pushSettingsRoutes, pushTemplatesRoutes, pushBindingsRoutes, pushLabelsRoutes, pushSendRoutes,
		callbacksRoutes,
		GroupsRoutes, GroupMembersRoutes, GroupListsRoutes, GroupFilesRoutes, GroupAttributesRoutes,
		SuperAdminsRoutes, RoomsRoutes, RoomMembersRoutes, RoomListsRoutes, RoomAttributesRoutes,
		ThreadsRoutes,
	)
	return Convert(rows, func(l legacy) wire.Route {
		return wire.Route{
			ID: l.ID, Method: l.Method, Also: l.also, Path: l.Path, Twin: l.twin, Body: l.body, Who: l.who, Shape: l.shape,
			When: l.when, NoToken: l.noToken, Do: func(c *wire.Call) (*wire.Response, *wire.Error) { return l.do(s, c) },
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
