package moderation

import (
	"context"
	"iter"
	"net/http"
	"time"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// The documented limits of keyword lists.
const (
	MaxLists       = 100    // of an app
	MaxName        = 32     // characters of the name of a list
	MaxListWords   = 10_000 // of a list
	MaxWord        = 128    // characters of a word
	MaxCreateBatch = 200    // words of [Service.CreateList]
	MaxWordsBatch  = 100    // words of [Service.AddWords] and [Service.DeleteWords]
	MaxListsPage   = 200
	MaxWordsPage   = 200
)

// Scope says where a list has effect.
type Scope string

// The scopes.
const (
	ScopeAll    Scope = "ALL"
	ScopeUsers  Scope = "CHAT" // messages from user to user
	ScopeGroups Scope = "GROUP"
	ScopeRooms  Scope = "ROOM"
	ScopeTag    Scope = "TAG" // users, groups and rooms that carry a tag
)

// Action says what becomes of a message that holds a word of a list.
type Action string

// The actions.
const (
	ActionPass    Action = "PASS"     // nothing
	ActionReject  Action = "REJECT"   // it is not delivered
	ActionReplace Action = "EXCHANGE" // stars take the place of the word
)

// Status says whether a list is in use. It is changed in the console.
type Status string

// The statuses.
const (
	StatusActive Status = "ACTIVE"
	StatusClosed Status = "CLOSE"
)

// List is a keyword list.
type List struct {
	ID      string    `json:"id"`               // 27 letters and digits; case matters
	Name    string    `json:"name"`             // unique within the app
	Scope   Scope     `json:"scope"`            // where it has effect
	TagID   string    `json:"tag_id,omitzero"`  // with ScopeTag
	Action  Action    `json:"action"`           // what becomes of a message with one of its words
	Exact   bool      `json:"exact"`            // a word must match exactly; how exactly is not documented
	Status  Status    `json:"status,omitzero"`  // whether it is in use
	Count   int       `json:"count"`            // words in the list
	Words   []Word    `json:"words,omitzero"`   // returned by CreateList alone
	Created time.Time `json:"created,omitzero"` // when it was made
	Updated time.Time `json:"updated,omitzero"` // when it, or its words, changed last
}

type wireList struct {
	ID      api.Text           `json:"id"`
	Name    api.Text           `json:"name"`
	Scope   Scope              `json:"scope"`
	TagID   api.Text           `json:"tagId"`
	Action  Action             `json:"disposition"`
	Exact   api.Bool           `json:"fullMatch"`
	Status  Status             `json:"status"`
	Count   api.Int            `json:"quantity"`
	Words   api.Many[wireWord] `json:"textList"`
	Created api.Timestamp      `json:"createDataTime"` // misspelt on the wire
	Updated api.Timestamp      `json:"updateDataTime"`
}

func (w *wireList) list() List {
	l := List{
		ID: string(w.ID), Name: string(w.Name), Scope: w.Scope, TagID: string(w.TagID), Action: w.Action, Exact: bool(w.Exact),
		Status: w.Status, Count: w.Count.Int(), Created: w.Created.Time(), Updated: w.Updated.Time(),
	}
	if len(w.Words) > 0 {
		l.Words = api.Convert(w.Words, (*wireWord).word)
	}
	return l
}

// NewList is a list to be made.
type NewList struct {
	Name     string   `json:"name"`              // up to [MaxName] characters, unique within the app
	Scope    Scope    `json:"scope"`             // where it has effect; required
	TagID    string   `json:"tag_id,omitzero"`   // required with ScopeTag
	Action   Action   `json:"action"`            // what becomes of a message with one of its words; required
	Exact    bool     `json:"exact"`             // a word must match exactly
	Operator string   `json:"operator,omitzero"` // the user who does it; may be empty
	Words    []string `json:"words"`             // at least one, up to [MaxCreateBatch] of up to [MaxWord] characters
}

// ListUpdate holds all settings of a list; those that are to stay must be given, too.
type ListUpdate struct {
	Name     string `json:"name"`              // up to [MaxName] characters, unique within the app
	Scope    Scope  `json:"scope"`             // where it has effect; required
	TagID    string `json:"tag_id,omitzero"`   // required with ScopeTag
	Action   Action `json:"action"`            // what becomes of a message with one of its words; required
	Exact    bool   `json:"exact"`             // a word must match exactly
	Operator string `json:"operator,omitzero"` // the user who does it; may be empty
}

func (u *ListUpdate) check() error {
	switch {
	case u.Scope == "":
		return api.Invalid("Scope", "must not be empty")
	case u.Scope == ScopeTag && u.TagID == "":
		return api.Invalid("TagID", "must not be empty with ScopeTag")
	case u.Scope != ScopeTag && u.TagID != "":
		return api.Invalid("TagID", "is %s, must be empty without ScopeTag", api.Quoted(u.TagID))
	case u.Action == "":
		return api.Invalid("Action", "must not be empty")
	}
	return api.First(
		api.OneOf("Scope", u.Scope, ScopeAll, ScopeUsers, ScopeGroups, ScopeRooms, ScopeTag),
		api.OneOf("Action", u.Action, ActionPass, ActionReject, ActionReplace),
		api.Required("Name", u.Name), api.MaxLength("Name", u.Name, MaxName), api.OptionalUsername("Operator", u.Operator),
	)
}

// settings are those of a list on the wire.
type settings struct {
	Name     string `json:"name"`
	Scope    Scope  `json:"scope"`
	TagID    string `json:"tagId,omitzero"`
	Action   Action `json:"disposition" arg:"Action"`
	Exact    bool   `json:"fullMatch"`
	Operator string `json:"userId,omitzero" arg:"Operator"`
}

var createList = api.Endpoint{
	ID: "moderation.create_list", Method: http.MethodPost, Path: "/moderation/text/list", MaxItems: MaxCreateBatch, ItemsIn: "Words",
}

// CreateList makes a keyword list with its first words, whose ids are in the list returned.
// Not retried if the response is lost. Errors: im.ErrAlreadyExists if another list has the
// name, im.ErrPlanLimit if the app has as many lists or words as it may.
//
//im:endpoint moderation.create_list
func (s *Service) CreateList(ctx context.Context, n NewList) (*List, error) {
	out, u := listNamed(""), ListUpdate{n.Name, n.Scope, n.TagID, n.Action, n.Exact, n.Operator}
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &createList, Invalid: api.First(u.check(), checkWords("Words", n.Words)), Items: len(n.Words), Out: out,
		Body: struct {
			settings
			Words []string `json:"textContexts"`
		}{settings(u), n.Words},
	})
	if err != nil {
		return nil, err
	}
	made := out.Value.Entity.list()
	return &made, nil
}

// listNamed is a response that must be about the list of this id; "" for any.
func listNamed(id string) *api.Checked[entity[wireList]] {
	return &api.Checked[entity[wireList]]{Check: func(e *entity[wireList]) error { return sameID(e.Entity.ID, id) }}
}

var updateList = api.Endpoint{
	ID: "moderation.update_list", Method: http.MethodPut, Path: "/moderation/text/list/{listID}", Idempotent: true,
}

// UpdateList replaces all settings of a list. Its words stay. Errors: im.ErrNotFound if there is no such list, im.ErrAlreadyExists if another
// one has the name.
//
//im:endpoint moderation.update_list
func (s *Service) UpdateList(ctx context.Context, listID string, u ListUpdate) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &updateList, Params: []string{listID}, Invalid: u.check(), Body: settings(u), Out: listNamed(listID),
	})
}

// ListsQuery chooses keyword lists. The documents show three ways of asking, each by itself: by
// name, by tag, and by page.
type ListsQuery struct {
	page.Numbered
	Name  string `json:"name,omitzero"`   // exactly this one
	TagID string `json:"tag_id,omitzero"` // those of this tag
}

func (q *ListsQuery) filtered() bool { return q.Name != "" || q.TagID != "" }

func (q *ListsQuery) check() error {
	if q.Name != "" && q.TagID != "" {
		return api.Invalid("TagID", "must be empty where Name is given: lists are found by one of them")
	}
	return nil
}

var listLists = api.Endpoint{ID: "moderation.search_lists", Method: http.MethodPost, Path: "/moderation/text/list/search", Idempotent: true}

// ListLists returns a page of the keyword lists of the app, without their words. A page has
// up to [MaxListsPage] lists, or as many as the server likes where a name or tag is given and
// no Size. A name or tag that no list has gives an empty page.
//
//im:endpoint moderation.search_lists
func (s *Service) ListLists(ctx context.Context, q ListsQuery) (*page.Page[List], error) {
	o, invalid := api.Number(q.Numbered, MaxListsPage)
	body := struct {
		Name  string `json:"name,omitzero" arg:"Name"`
		TagID string `json:"tagId,omitzero" arg:"TagID"`
		Page  *int   `json:"page,omitempty"`
		Size  *int   `json:"size,omitempty"`
	}{Name: q.Name, TagID: q.TagID}
	if number := o.Page - 1; !q.filtered() || number > 0 {
		body.Page = &number
	}
	if !q.filtered() || q.Size != 0 {
		body.Size = &o.Size
	}
	var out entities[wireList]
	err := s.api.Call(ctx, &api.Call{Endpoint: &listLists, Invalid: api.First(q.check(), invalid), Body: body, Out: &out})
	if err != nil {
		return nil, err
	}
	return pageOf(&out, o, (*wireList).list), nil
}

// PageLists goes over the pages of [Service.ListLists].
func (s *Service) PageLists(ctx context.Context, q ListsQuery) iter.Seq2[*page.Page[List], error] {
	return api.NumberedPages(q.Numbered, func(o page.Numbered) (*page.Page[List], error) {
		one := q
		one.Numbered = o
		return s.ListLists(ctx, one)
	})
}

// AllLists goes over the lists of [Service.PageLists].
func (s *Service) AllLists(ctx context.Context, q ListsQuery) iter.Seq2[List, error] {
	return api.All(s.PageLists(ctx, q))
}

var deleteList = api.Endpoint{ID: "moderation.delete_list", Method: http.MethodDelete, Path: "/moderation/text/list/{listID}"}

// DeleteList deletes a list with its words. Not retried if the response is lost, when another
// call fails with im.ErrNotFound and does no harm. Errors: im.ErrNotFound.
//
//im:endpoint moderation.delete_list
func (s *Service) DeleteList(ctx context.Context, listID string) error {
	return s.api.Call(ctx, &api.Call{Endpoint: &deleteList, Params: []string{listID}, Out: confirmed()})
}
