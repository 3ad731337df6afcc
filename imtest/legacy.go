package imtest

import (
	"net/http"
	"slices"
)

// This file goes when no handler is left in this package: a row becomes a route
// of package rest, its handler a method there, and what it decides a method of
// World.

// legacy is a route whose handler has not moved to package rest yet.
type legacy struct {
	id, method, also, path, twin string
	body                         bodyKind
	who                          access
	shape                        shape
	when                         func(*call) bool
	noToken                      func() *apiError
	do                           func(*state, *call) (*response, *apiError)
}

// legacyRoutes are the routes that have not moved yet.
func (s *state) legacyRoutes() []route {
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
		groupsRoutes, groupMembersRoutes, groupListsRoutes, groupFilesRoutes, groupAttributesRoutes,
		superAdminsRoutes, roomsRoutes, roomMembersRoutes, roomListsRoutes, roomAttributesRoutes,
		threadsRoutes,
	)
	return convert(rows, func(l legacy) route {
		return route{
			id: l.id, method: l.method, also: l.also, path: l.path, twin: l.twin, body: l.body, who: l.who, shape: l.shape,
			when: l.when, noToken: l.noToken, do: func(c *call) (*response, *apiError) { return l.do(s, c) },
		}
	})
}

// named returns a path value that names a user.
func named(c *call, name string) string { return fold(c.value(name)) }

// Shorter names for the tables.
const (
	get  = http.MethodGet
	post = http.MethodPost
	put  = http.MethodPut
	del  = http.MethodDelete
)
