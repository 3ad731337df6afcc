// Package push settles how users get push notifications, and sends them.
package push

import "github.com/imrest/im-go/internal/api"

// Service calls the endpoints of push. It is the field Push of the client.
type Service struct{ api api.Caller }

// New is called by package im; a service cannot be made outside this module.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{}
