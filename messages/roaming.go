package messages

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// RoamingOptions are the choices of the calls that delete roaming messages.
type RoamingOptions struct {
	Silent bool // do not tell the user's online devices
}

func (o RoamingOptions) query(key, value string) url.Values {
	q := url.Values{key: {value}}
	if o.Silent {
		q.Set("isNotify", "false")
	}
	return q
}

// roaming carries out a call on roaming messages. The response is no usual one: its
// word stands at the top.
func (s *Service) roaming(ctx context.Context, c *api.Call) error {
	type response = struct {
		Status api.Text `json:"requestStatusCode"`
	}
	c.Out = &api.Checked[response]{Check: func(a *response) error { return confirm(a.Status) }}
	return s.api.Call(ctx, c)
}

const maxRoaming = 50

func (s *Service) deleteRoaming(ctx context.Context, e *api.Endpoint, username string, query url.Values, messageIDs []string, invalid error) error {
	query.Set("msgIdList", strings.Join(messageIDs, ","))
	return s.roaming(ctx, &api.Call{
		Endpoint: e, Params: []string{username}, Query: query, Items: len(messageIDs),
		Invalid: api.First(invalid, checkMessageIDs(messageIDs)),
	})
}

func checkMessageIDs(ids []string) error {
	if len(ids) == 0 {
		return api.Invalid("messageIDs", "must have at least one entry")
	}
	for i, id := range ids {
		if !isMessageID(id) {
			return api.Invalid(fmt.Sprintf("messageIDs[%d]", i), "is %s, must consist of digits", api.Quoted(id))
		}
	}
	return nil
}

func (s *Service) clearRoaming(ctx context.Context, e *api.Endpoint, username string, query url.Values, until time.Time, invalid error) error {
	if until.IsZero() {
		invalid = api.First(invalid, api.Invalid("until", "must not be zero"))
	}
	query.Set("delTime", strconv.FormatInt(until.UnixMilli(), 10))
	return s.roaming(ctx, &api.Call{Endpoint: e, Params: []string{username}, Query: query, Invalid: invalid})
}

var deleteRoamingChat = api.Endpoint{
	ID: "messages.delete_roaming_chat", Method: http.MethodDelete, Path: "/rest/message/roaming/chat/user/{username}", Pool: "roaming_chat_delete",
	Idempotent: true, MaxItems: maxRoaming, ItemsIn: "messageIDs",
}

// DeleteRoamingChat deletes up to 50 messages of the chat with peer from what a
// user finds on a new device. The peer keeps them. The response says nothing of
// single messages. Quota: 100 calls a second. Repeated after a lost response. Errors:
// [im.ErrNotEnabled] where roaming is not switched on. Not in the English documents
// of Agora.
//
//im:endpoint messages.delete_roaming_chat
func (s *Service) DeleteRoamingChat(ctx context.Context, username, peer string, messageIDs []string, o RoamingOptions) error {
	return s.deleteRoaming(ctx, &deleteRoamingChat, username, o.query("userId", peer), messageIDs, api.Username("peer", peer))
}

var deleteRoamingGroup = api.Endpoint{
	ID: "messages.delete_roaming_group", Method: http.MethodDelete, Path: "/rest/message/roaming/group/user/{username}", Pool: "roaming_group_delete",
	Idempotent: true, MaxItems: maxRoaming, ItemsIn: "messageIDs",
}

// DeleteRoamingGroup deletes up to 50 messages of a group from what a user finds on
// a new device. The other members keep them. Otherwise as
// [Service.DeleteRoamingChat], with a quota of its own.
//
//im:endpoint messages.delete_roaming_group
func (s *Service) DeleteRoamingGroup(ctx context.Context, username, groupID string, messageIDs []string, o RoamingOptions) error {
	return s.deleteRoaming(ctx, &deleteRoamingGroup, username, o.query("groupId", groupID), messageIDs, api.Required("groupID", groupID))
}

var clearRoamingAll = api.Endpoint{
	ID: "messages.clear_roaming_all", Method: http.MethodPost, Path: "/rest/message/roaming/user/{username}/delete/all", Pool: "roaming_clear_all",
}

// ClearRoaming deletes all messages that a user would find on a new device, and
// the user's conversation list. All others keep theirs. Quota: 100 calls a second.
// Not repeated after a lost response: a repeat also deletes what came in between.
// Errors: [im.ErrNotEnabled] where roaming is not switched on. Not in the English
// documents of Agora.
//
//im:endpoint messages.clear_roaming_all
func (s *Service) ClearRoaming(ctx context.Context, username string) error {
	return s.roaming(ctx, &api.Call{Endpoint: &clearRoamingAll, Params: []string{username}})
}

var clearRoamingChat = api.Endpoint{
	ID: "messages.clear_roaming_chat_until", Method: http.MethodDelete, Path: "/rest/message/roaming/chat/user/{username}/time", Pool: "roaming_chat_clear",
	Idempotent: true,
}

// ClearRoamingChat deletes the messages of the chat with peer up to and including a
// time from what a user finds on a new device. The peer keeps them. Quota: 100
// calls a second. Repeated after a lost response. Errors: [im.ErrNotEnabled] where
// roaming is not switched on. Not in the English documents of Agora.
//
//im:endpoint messages.clear_roaming_chat_until
func (s *Service) ClearRoamingChat(ctx context.Context, username, peer string, until time.Time, o RoamingOptions) error {
	return s.clearRoaming(ctx, &clearRoamingChat, username, o.query("userId", peer), until, api.Username("peer", peer))
}

var clearRoamingGroup = api.Endpoint{
	ID: "messages.clear_roaming_group_until", Method: http.MethodDelete, Path: "/rest/message/roaming/group/user/{username}/time", Pool: "roaming_group_clear",
	Idempotent: true,
}

// ClearRoamingGroup deletes the messages of a group or chat room up to and
// including a time from what a user finds on a new device. The other members keep
// them. Otherwise as [Service.ClearRoamingChat], with a quota of its own.
//
//im:endpoint messages.clear_roaming_group_until
func (s *Service) ClearRoamingGroup(ctx context.Context, username, groupID string, until time.Time, o RoamingOptions) error {
	return s.clearRoaming(ctx, &clearRoamingGroup, username, o.query("groupId", groupID), until, api.Required("groupID", groupID))
}
