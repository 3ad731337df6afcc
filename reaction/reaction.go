// Package reaction puts reactions on messages: an emoji, or an id of the app's own that stands
// for one.
//
//   - To put a reaction on a message, call [Service.Add]; to take it off, [Service.Remove].
//   - To read the reactions on messages, call [Service.Get].
//   - To read who put one there, call [Service.ListUsers], [Service.PageUsers] or
//     [Service.AllUsers].
//
// Messages of users and of groups (threads are groups) have reactions, those of chat rooms do
// not. A message has at most 20 different ones by default, kept as long as the message. Every
// call is made on behalf of a user who takes part in the conversation; it is im.ErrForbidden
// for others. The feature must be switched on: otherwise im.ErrNotEnabled.
//
//	_, err := client.Reaction.Add(ctx, "alice", messageID, "👍")
//
// Unless a method says otherwise, its quota is 100 calls a second and it is retried if the
// response is lost.
package reaction

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// Service calls the endpoints of reactions. It is the field Reaction of im.Client.
type Service struct{ api api.Caller }

// New is for package im alone.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{&add, &remove, &get, &listUsers}

// ChatType is the kind of conversation that a message belongs to.
type ChatType string

// The kinds of conversation that have reactions.
const (
	ChatTypeUser  ChatType = "chat"      // one-to-one
	ChatTypeGroup ChatType = "groupchat" // threads, too
)

// Reaction is a reaction as it was added.
type Reaction struct {
	ID        string    `json:"id"`                // digits, made by the server
	MessageID string    `json:"message_id"`        // the message that it is on
	ChatType  ChatType  `json:"chat_type"`         // where the message was sent
	GroupID   string    `json:"group_id,omitzero"` // empty in one-to-one chats
	Text      string    `json:"text"`              // the reaction itself: "👍"
	Created   time.Time `json:"created,omitzero"`  // by the server's clock
	Updated   time.Time `json:"updated,omitzero"`  // time of the last change, by the server's clock
}

// wireReaction has the times under the names of the examples and of the tables.
type wireReaction struct {
	ID        api.Text      `json:"id"`
	MessageID api.Text      `json:"msgId"`
	ChatType  ChatType      `json:"msgType"`
	GroupID   api.Text      `json:"groupId"` // null in one-to-one chats
	Text      api.Text      `json:"reaction"`
	CreatedAt api.Timestamp `json:"createdAt"`
	CreateAt  api.Timestamp `json:"createAt"`
	UpdatedAt api.Timestamp `json:"updatedAt"`
	UpdateAt  api.Timestamp `json:"updateAt"`
}

func (w *wireReaction) reaction() *Reaction {
	return &Reaction{
		ID: string(w.ID), MessageID: string(w.MessageID), ChatType: w.ChatType, GroupID: string(w.GroupID),
		Text: string(w.Text), Created: cmp.Or(w.CreatedAt, w.CreateAt).Time(), Updated: cmp.Or(w.UpdatedAt, w.UpdateAt).Time(),
	}
}

// response has the envelope that only reactions have.
type response[T any] struct{ data T }

// UnmarshalJSON rejects a response without data, or with a status that is not ok.
func (r *response[T]) UnmarshalJSON(b []byte) error {
	var wire struct {
		Status api.OK `json:"requestStatusCode"` // "ok" in the examples, "OK" in a table
		Data   *T     `json:"data"`
	}
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	if wire.Data == nil {
		return api.ErrNoEntity
	}
	r.data = *wire.Data
	return nil
}

// MaxReaction is the most characters of a reaction.
const MaxReaction = 128

func check(messageID, reaction string) error {
	return api.First(api.Required("messageID", messageID),
		api.Required("reaction", reaction), api.MaxLength("reaction", reaction, MaxReaction))
}

var add = api.Endpoint{
	ID: "reaction.create", Method: http.MethodPost, Path: "/reaction/user/{username}",
}

// Add puts a reaction of a user, 1 to [MaxReaction] characters, on a message. Not retried if
// the response is lost: a second call returns im.ErrAlreadyExists, which then means that the
// first one succeeded. Of two that collide on a message (im.ErrConflict) the one that the
// server rejected is retried. Errors: im.ErrAlreadyExists if the user has put the same there
// before, im.ErrPlanLimit for more different reactions than a message may have,
// im.ErrForbidden also if there is no such message.
//
//im:endpoint reaction.create
func (s *Service) Add(ctx context.Context, username, messageID, reaction string) (*Reaction, error) {
	var out response[wireReaction]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &add, Params: []string{username}, Invalid: check(messageID, reaction), Out: &out,
		Body: struct {
			MessageID string `json:"msgId"`
			Reaction  string `json:"message"` // the reaction, by this name
		}{messageID, reaction},
	})
	if err != nil {
		return nil, err
	}
	return out.data.reaction(), nil
}

var remove = api.Endpoint{
	ID: "reaction.delete", Method: http.MethodDelete, Path: "/reaction/user/{username}",
}

// Remove takes a reaction of a user off a message. Not retried if the response is lost: a
// second call returns im.ErrForbidden, as for a user who had not put this reaction there.
//
//im:endpoint reaction.delete
func (s *Service) Remove(ctx context.Context, username, messageID, reaction string) error {
	var out struct {
		Status api.OK `json:"requestStatusCode"`
	}
	return s.api.Call(ctx, &api.Call{
		Endpoint: &remove, Params: []string{username}, Invalid: check(messageID, reaction),
		Query: url.Values{"msgId": {messageID}, "message": {reaction}}, Out: &out,
	})
}
