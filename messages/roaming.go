package messages

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// RoamingOptions are the options of the calls that delete roaming messages.
type RoamingOptions struct {
	Silent bool `json:"silent,omitempty"` // do not inform the user's online devices
}

func (o RoamingOptions) query(key, value string) url.Values {
	q := url.Values{key: {value}}
	if o.Silent {
		q.Set("isNotify", "false")
	}
	return q
}

// roaming carries out a call on roaming messages. The word of its response stands at the
// top.
func (s *Service) roaming(ctx context.Context, c *api.Call) error {
	type response = struct {
		Status api.Text `json:"requestStatusCode"`
	}
	c.Out = &api.Checked[response]{Check: func(a *response) error { return confirm(a.Status) }}
	return s.api.Call(ctx, c)
}

// MaxRoamingBatch is the most messages of one call of [Service.DeleteRoamingChat] and
// [Service.DeleteRoamingGroup].
const MaxRoamingBatch = 50

// deleteRoaming deletes single messages. The response says one thing of them all.
func (s *Service) deleteRoaming(ctx context.Context, e *api.Endpoint, username string, query url.Values, messageIDs []string, invalid error) (batch.Result, error) {
	query.Set("msgIdList", strings.Join(messageIDs, ","))
	err := s.roaming(ctx, &api.Call{
		Endpoint: e, Params: []string{username}, Query: query, Items: len(messageIDs),
		Invalid: api.First(invalid, checkMessageIDs(messageIDs)),
	})
	if err != nil {
		return nil, err
	}
	var said api.Reported[batch.None]
	for _, id := range messageIDs {
		said.Done(id, batch.None{})
	}
	return said.Results(messageIDs)
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
	Idempotent: true, MaxItems: MaxRoamingBatch, ItemsIn: "messageIDs",
}

// DeleteRoamingChat deletes up to [MaxRoamingBatch] messages of the chat with peer from what
// a user finds on a new device. The peer keeps them. The response does not name single
// messages: all are deleted, or the call fails. Errors: im.ErrNotEnabled if roaming is not
// switched on. Not in the English documents of Agora.
//
//im:endpoint messages.delete_roaming_chat
func (s *Service) DeleteRoamingChat(ctx context.Context, username, peer string, messageIDs []string, o RoamingOptions) (batch.Result, error) {
	return s.deleteRoaming(ctx, &deleteRoamingChat, username, o.query("userId", peer), messageIDs, api.Username("peer", peer))
}

var deleteRoamingGroup = api.Endpoint{
	ID: "messages.delete_roaming_group", Method: http.MethodDelete, Path: "/rest/message/roaming/group/user/{username}", Pool: "roaming_group_delete",
	Idempotent: true, MaxItems: MaxRoamingBatch, ItemsIn: "messageIDs",
}

// DeleteRoamingGroup deletes up to [MaxRoamingBatch] messages of a group from what a user
// finds on a new device. The other members keep them. Otherwise as
// [Service.DeleteRoamingChat], with a quota of its own.
//
//im:endpoint messages.delete_roaming_group
func (s *Service) DeleteRoamingGroup(ctx context.Context, username, groupID string, messageIDs []string, o RoamingOptions) (batch.Result, error) {
	return s.deleteRoaming(ctx, &deleteRoamingGroup, username, o.query("groupId", groupID), messageIDs, api.Required("groupID", groupID))
}

var clearRoamingAll = api.Endpoint{
	ID: "messages.clear_roaming_all", Method: http.MethodPost, Path: "/rest/message/roaming/user/{username}/delete/all", Pool: "roaming_clear_all",
}

// ClearRoaming deletes all messages that a user would find on a new device, and the user's
// conversation list. All others keep theirs. Not retried if the response is lost: a retry
// also deletes what came in between. Errors: im.ErrNotEnabled if roaming is not switched on. Not in the English documents of Agora.
//
//im:endpoint messages.clear_roaming_all
func (s *Service) ClearRoaming(ctx context.Context, username string) error {
	return s.roaming(ctx, &api.Call{Endpoint: &clearRoamingAll, Params: []string{username}})
}

var clearRoamingChat = api.Endpoint{
	ID: "messages.clear_roaming_chat_until", Method: http.MethodDelete, Path: "/rest/message/roaming/chat/user/{username}/time", Pool: "roaming_chat_clear",
	Idempotent: true,
}

// ClearRoamingChat deletes the messages of the chat with peer up to and including a time
// from what a user finds on a new device. The peer keeps them. Errors: im.ErrNotEnabled if
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

// ClearRoamingGroup deletes the messages of a group or chat room up to and including a time
// from what a user finds on a new device. The other members keep them. Otherwise as
// [Service.ClearRoamingChat], with a quota of its own.
//
//im:endpoint messages.clear_roaming_group_until
func (s *Service) ClearRoamingGroup(ctx context.Context, username, groupID string, until time.Time, o RoamingOptions) error {
	return s.clearRoaming(ctx, &clearRoamingGroup, username, o.query("groupId", groupID), until, api.Required("groupID", groupID))
}
