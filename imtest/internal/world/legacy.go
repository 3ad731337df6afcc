package world

import (
	"net/http"
	"slices"

	"github.com/imrest/im-go/imtest/internal/wire"
)

// This file goes when no handler is left in this package: a row becomes a route
// of package rest, its handler a method there, and what it decides a method of
// World. Mu, Book and fields are exported as long as package imtest reads them
// under the lock, to inspect and to save what has not moved.

// A Legacy is a route whose handler has not moved to package rest yet.
type Legacy struct {
	wire.Route

	Do func(*World, *wire.Call) (*wire.Response, *wire.Error)
}

// LegacyRoutes are the routes that have not moved yet.
func LegacyRoutes() []Legacy {
	return slices.Concat(
		messagesRoutes,
		filesRoutes, lifetimeRoutes, storageRoutes,
		targetedRoutes, broadcastRoutes, streamRoutes, importRoutes, recallRoutes, modifyRoutes,
		historyRoutes, conversationsRoutes, roamingRoutes, exportRoutes,
		reactionRoutes,
		callbacksRoutes,
	)
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
func (w *World) LegacyUser(name string) *User { return w.users.Get(Fold(name)) }

// LegacyReadFile reads the file of an upload. It goes with files.go.
func LegacyReadFile(c *wire.Call, most int64) (*File, *wire.Error) { return readFile(c, most) }

// LegacyHandOut responds with a file. It goes with files_storage.go.
func (w *World) LegacyHandOut(c *wire.Call, f *File) *wire.Response { return w.handOut(c, f) }
