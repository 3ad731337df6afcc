// Package metadata reads and writes the attributes of users: nickname, avatar, anything.
package metadata

import "github.com/imrest/im-go/internal/api"

// Service calls the endpoints of metadata. It is the field Metadata of the client.
type Service struct{ api api.Caller }

// New is called by package im; a service cannot be made outside this module.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{}
