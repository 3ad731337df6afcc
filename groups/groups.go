// Package groups creates and runs chat groups.
package groups

import "github.com/imrest/im-go/internal/api"

// Service calls the endpoints of groups. It is the field Groups of the client.
type Service struct{ api api.Caller }

// New is called by package im; a service cannot be made outside this module.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{}
