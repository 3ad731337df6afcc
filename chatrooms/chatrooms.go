// Package chatrooms creates and runs chat rooms: their members and admins, their
// block, allow and mute lists, their announcement, attributes and tags, and the
// super admins of the app, who may create rooms from their clients.
//
//	roomID, err := client.Chatrooms.Create(ctx, chatrooms.NewRoom{
//		Name: "lobby", Description: "open talk", Owner: "alice",
//	})
//
// A room has its owner, up to 99 admins, and by default up to 10,000 members. A
// member who is offline for more than two minutes leaves the room by itself,
// unless it is on the allow list. User ids are not case sensitive: the server
// answers them in lower case. A room's id is a string of digits, unless the app
// makes its own.
package chatrooms

import (
	"context"

	"github.com/imrest/im-go/internal/api"
)

// Service calls the endpoints of chat rooms. It is the field Chatrooms of the
// client.
type Service struct{ api api.Caller }

// New is called by package im; a service cannot be made outside this module.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{
	&create, &get, &update, &deleteRoom, &list, &listJoined, &announcement, &setAnnouncement,
	&listMembersByCursor, &listMembers, &addMember, &addMembers, &removeMember, &removeMembers,
	&listAdmins, &addAdmin, &removeAdmin, &transferOwner, &listSuperAdmins, &addSuperAdmin, &removeSuperAdmin,
	&listBlocked, &blockMember, &blockMembers, &unblockMember, &unblockMembers,
	&listAllowed, &allowMember, &allowMembers, &disallowMembers,
	&listMuted, &muteMembers, &unmuteMembers, &muteAll, &unmuteAll,
	&setAttributes, &attributes, &deleteAttributes, &forceSetAttributes, &forceDeleteAttributes,
	&setTags, &tags, &muteTag,
}

// confirm carries out a call whose answer tells in this field of data that it was
// done.
func (s *Service) confirm(ctx context.Context, c *api.Call, field string, done bool) error {
	c.Out = &api.Confirmed{Field: field, Want: done}
	return s.api.Call(ctx, c)
}

// usernames carries out a call that returns user ids, all at once.
func (s *Service) usernames(ctx context.Context, c *api.Call) ([]string, error) {
	p, err := s.userPage(ctx, c)
	if err != nil {
		return nil, err
	}
	return p.Items, nil
}
