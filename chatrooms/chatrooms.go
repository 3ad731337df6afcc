// Package chatrooms creates and runs chat rooms.
package chatrooms

import "github.com/imrest/im-go/internal/api"

// Service calls the endpoints of chatrooms. It is the field Chatrooms of the client.
type Service struct{ api api.Caller }

// New is called by package im; a service cannot be made outside this module.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{}
