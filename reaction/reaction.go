// Package reaction puts reactions on messages: an emoji, or an id of the app's own
// for one, by users of the conversation.
//
// Messages of users and of groups (threads are groups) have reactions, those of
// chat rooms have not; up to 20 different ones on a message by default, kept as
// long as the message. Every call is made on behalf of a user who takes part in
// the conversation; one who does not is refused with [im.ErrForbidden]. The
// feature must be switched on: [im.ErrNotEnabled].
//
//	_, err := client.Reaction.Add(ctx, "alice", messageID, "👍")
package reaction

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// Service calls the endpoints of reactions. It is the field Reaction of the
// client.
type Service struct{ api api.Caller }

// New is called by package im; a service cannot be made outside this module.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{&add, &remove, &get, &listUsers}

// ChatType is the kind of conversation that a message belongs to.
type ChatType string

// The kinds of conversation that have reactions.
const (
	Chat  ChatType = "chat"
	Group ChatType = "groupchat" // threads, too
)

// Reaction is a reaction as it was added.
type Reaction struct {
	ID        string
	MessageID string
	ChatType  ChatType
	GroupID   string    // empty in one-to-one chats
	Text      string    // the reaction itself: "👍"
	Created   time.Time `json:",omitzero"`
	Updated   time.Time `json:",omitzero"`
}

// wireReaction has the times under the names of the examples and of the tables.
type wireReaction struct {
	ID        api.Text  `json:"id"`
	MessageID api.Text  `json:"msgId"`
	ChatType  ChatType  `json:"msgType"`
	GroupID   api.Text  `json:"groupId"` // null in one-to-one chats
	Text      api.Text  `json:"reaction"`
	CreatedAt timestamp `json:"createdAt"`
	CreateAt  timestamp `json:"createAt"`
	UpdatedAt timestamp `json:"updatedAt"`
	UpdateAt  timestamp `json:"updateAt"`
}

func (w *wireReaction) reaction() *Reaction {
	return &Reaction{
		ID: string(w.ID), MessageID: string(w.MessageID), ChatType: w.ChatType, GroupID: string(w.GroupID),
		Text: string(w.Text), Created: w.CreatedAt.or(w.CreateAt), Updated: w.UpdatedAt.or(w.UpdateAt),
	}
}

// response has the envelope that only reactions have.
type response[T any] struct{ data T }

// UnmarshalJSON refuses a response without data, or with a status that is not ok.
func (a *response[T]) UnmarshalJSON(b []byte) error {
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
	a.data = *wire.Data
	return nil
}

const maxReaction = 128

func check(messageID, reaction string) error {
	return api.First(api.Required("messageID", messageID),
		api.Required("reaction", reaction), api.MaxLength("reaction", reaction, maxReaction))
}

var add = api.Endpoint{
	ID: "reaction.create", Method: http.MethodPost, Path: "/reaction/user/{username}",
}

// Add puts a reaction, of 1 to 128 characters, of a user on a message. Not
// repeated after a lost response: a repeat responses [im.ErrAlreadyExists], which then
// means that it is done; but of two that collide on a message ([im.ErrConflict]) the
// one refused is sent again. Quota: 100 calls a second. Errors:
// [im.ErrAlreadyExists] when the user has put the same there before,
// [im.ErrPlanLimit] for more different reactions than a message may have,
// [im.ErrForbidden] when there is no such message or the user takes no part in its
// conversation.
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

// Remove takes a reaction of a user off a message. Not repeated after a lost
// response: a repeat responses [im.ErrForbidden], as it does where the user had not
// put this reaction there or takes no part in the conversation. Quota: 100 calls a
// second.
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
