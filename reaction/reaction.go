// Package reaction puts reactions on messages.
package reaction

import "github.com/imrest/im-go/internal/api"

// Service calls the endpoints of reaction. It is the field Reaction of the client.
type Service struct{ api api.Caller }

// New is called by package im; a service cannot be made outside this module.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{}
