// Package thread creates and runs threads in groups.
package thread

import "github.com/imrest/im-go/internal/api"

// Service calls the endpoints of thread. It is the field Thread of the client.
type Service struct{ api api.Caller }

// New is called by package im; a service cannot be made outside this module.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{}
