// Package favorites keeps the favorites of users: copies of messages, or any text that the
// app wants to keep, in one list per user.
//
//   - To keep something, call [Service.Add]; to keep several things, with the times at which
//     they were made, call [Service.AddBatch].
//   - To read them, range over [Service.All], by time and type.
//   - To change the extension of one, call [Service.SetExt]; to remove some, call
//     [Service.RemoveBatch].
//
// A favorite never expires, but a file that a kept message points to does, unless
// messages.Service.SetFileLifetimes keeps it. Easemob and Shengwang document these calls,
// the international documents of Agora do not.
//
// Unless a method says otherwise, its quota is 100 calls a second and it is retried if the
// response is lost. A user who does not exist is im.ErrNotFound.
package favorites

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// Service calls the endpoints of favorites. It is the field Favorites of im.Client.
type Service struct{ api api.Caller }

// New is for package im alone.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{&add, &addBatch, &setExt, &removeBatch, &list}

// The documented limits.
const (
	MaxData  = 20_480 // characters of Data
	MaxExt   = 1024   // characters of Ext
	MaxBatch = 20     // favorites of one call of AddBatch or RemoveBatch
)

// Favorite is one entry of a user's list.
type Favorite struct {
	ID      string    `json:"id"`               // of the caller, or made by the server
	Type    int       `json:"type"`             // a number whose meaning is up to the app
	Data    string    `json:"data"`             // the content, in a form of the app's own
	Ext     string    `json:"ext,omitzero"`     // extension; empty: none
	Created time.Time `json:"created,omitzero"` // when it was made, to the millisecond
	Updated time.Time `json:"updated,omitzero"` // when Ext was set
}

// NewFavorite is what is to be kept.
type NewFavorite struct {
	ID      string    `json:"id,omitzero"`      // names the entry for good; required by AddBatch, made by the server for Add if empty
	Type    int       `json:"type"`             // a number whose meaning is up to the app; 0 is one, too
	Data    string    `json:"data"`             // required; up to [MaxData] characters, of any form
	Ext     string    `json:"ext,omitzero"`     // up to [MaxExt] characters
	Created time.Time `json:"created,omitzero"` // for AddBatch alone; zero: now
}

// check rejects what does not fit; in is "favorites[2]." in a batch.
func (n *NewFavorite) check(in string) error {
	return api.First(
		api.UTF8(in+"ID", n.ID), api.Required(in+"Data", n.Data),
		api.MaxLength(in+"Data", n.Data, MaxData), api.MaxLength(in+"Ext", n.Ext, MaxExt),
	)
}

type wireFavorite struct {
	ID      api.Text   `json:"id"`
	Type    api.Int    `json:"type"`
	Data    api.Text   `json:"data"`
	Ext     api.Text   `json:"ext"` // null where there is none
	Created api.Millis `json:"createdAt"`
	Updated api.Millis `json:"updatedAt"`
}

func (w *wireFavorite) favorite() Favorite {
	return Favorite{
		ID: string(w.ID), Type: w.Type.Int(), Data: string(w.Data), Ext: string(w.Ext),
		Created: w.Created.Time(), Updated: w.Updated.Time(),
	}
}

// one is a response about one favorite. These responses have no envelope.
type one struct {
	Favorite wireFavorite `json:"collection"`
}

// about returns a response that must be about the favorite of this id; "" for any.
func about(id string) *api.Checked[one] {
	return &api.Checked[one]{Check: func(o *one) error {
		switch got := string(o.Favorite.ID); {
		case got == "":
			return api.ErrNoEntity
		case id != "" && got != id:
			return fmt.Errorf("the response is about the favorite %s, not %s", api.Quoted(got), api.Quoted(id))
		}
		return nil
	}}
}

var add = api.Endpoint{ID: "favorites.add", Method: http.MethodPost, Path: "/users/{username}/collections"}

// Add keeps something for a user. Not retried if the response is lost: without an ID each
// call makes another entry, and what becomes of an ID that is in use is not documented.
// With an ID of your own, you can look for it in the list before adding it again.
//
//im:endpoint favorites.add
func (s *Service) Add(ctx context.Context, username string, n NewFavorite) (*Favorite, error) {
	invalid := n.check("")
	if !n.Created.IsZero() {
		invalid = api.First(invalid, api.Invalid("Created", "must be zero: the server sets it, except in AddBatch"))
	}
	out := about(n.ID)
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &add, Params: []string{username}, Invalid: invalid, Out: out,
		Body: struct {
			ID   string `json:"id,omitzero" arg:"ID"`
			Type int    `json:"type"`
			Data string `json:"data" arg:"Data"`
			Ext  string `json:"ext,omitzero" arg:"Ext"`
		}{n.ID, n.Type, n.Data, n.Ext},
	})
	if err != nil {
		return nil, err
	}
	made := out.Value.Favorite.favorite()
	return &made, nil
}

var addBatch = api.Endpoint{
	ID: "favorites.add_batch", Method: http.MethodPost, Path: "/collections", MaxItems: MaxBatch, ItemsIn: "favorites",
}

type dated struct {
	ID      string `json:"id" arg:"ID"`
	Type    int    `json:"type"`
	Data    string `json:"data"`
	Ext     string `json:"ext"` // must be there
	Created int64  `json:"createdAt"`
}

// AddBatch keeps up to [MaxBatch] things for a user, each with an ID and, if wanted,
// the time at which it was made. Not retried if the response is lost: see [Service.Add].
//
//im:endpoint favorites.add_batch
func (s *Service) AddBatch(ctx context.Context, username string, favorites []NewFavorite) (batch.Results[Favorite], error) {
	entries, ids, invalid := make([]dated, len(favorites)), make([]string, len(favorites)), checkBatch(favorites)
	for i, n := range favorites {
		if n.Created.IsZero() {
			n.Created = time.Now()
		}
		entries[i], ids[i] = dated{n.ID, n.Type, n.Data, n.Ext, n.Created.UnixMilli()}, n.ID
	}
	var out entriesBody
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &addBatch, Invalid: api.First(api.Username("username", username), invalid), Items: len(favorites), Out: &out,
		Body: struct {
			Username  string  `json:"username"`
			Favorites []dated `json:"collections" arg:"favorites"`
		}{username, entries},
	})
	if err != nil {
		return nil, err
	}
	said := api.Reported[Favorite]{Exact: true}
	for _, f := range out.list() {
		said.Done(f.ID, f)
	}
	return said.Results(ids)
}

func checkBatch(favorites []NewFavorite) error {
	if len(favorites) == 0 {
		return api.Invalid("favorites", "must have at least one entry")
	}
	for i := range favorites {
		in := fmt.Sprintf("favorites[%d].", i)
		if err := api.First(api.Required(in+"ID", favorites[i].ID), favorites[i].check(in)); err != nil {
			return err
		}
	}
	return nil
}

// entriesBody is a response that holds favorites, which must be there.
type entriesBody struct {
	Favorites *api.Many[wireFavorite] `json:"collections"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (e *entriesBody) UnmarshalJSON(b []byte) error {
	type plain entriesBody
	out := api.Checked[plain]{Check: func(p *plain) error {
		if p.Favorites == nil {
			return api.ErrNoEntity
		}
		return nil
	}}
	err := out.UnmarshalJSON(b)
	*e = entriesBody(out.Value)
	return err
}

func (e *entriesBody) list() []Favorite { return api.Convert(*e.Favorites, (*wireFavorite).favorite) }

var setExt = api.Endpoint{
	ID: "favorites.set_ext", Method: http.MethodPut, Path: "/users/{username}/collections/{favoriteID}", Idempotent: true,
}

// SetExt replaces the extension of a favorite, up to [MaxExt] characters; "" takes it away.
// Nothing else of a favorite can be changed. Errors: im.ErrNotFound if the user has no such
// favorite.
//
//im:endpoint favorites.set_ext
func (s *Service) SetExt(ctx context.Context, username, favoriteID, ext string) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &setExt, Params: []string{username, favoriteID}, Invalid: api.MaxLength("ext", ext, MaxExt),
		Body: struct {
			Ext string `json:"ext"`
		}{ext},
		Out: about(favoriteID),
	})
}

var removeBatch = api.Endpoint{
	ID: "favorites.remove", Method: http.MethodDelete, Path: "/users/{username}/collections", MaxItems: MaxBatch, ItemsIn: "favoriteIDs",
}

// RemoveBatch removes up to [MaxBatch] favorites of a user. The server reports one
// outcome for all of them. Not retried if the response is lost, when another call fails with
// im.ErrNotFound and does no harm. Errors: im.ErrNotFound if the user has no such favorite;
// whether the others of the call are removed then is not documented.
//
//im:endpoint favorites.remove
func (s *Service) RemoveBatch(ctx context.Context, username string, favoriteIDs []string) (batch.Result, error) {
	var out struct {
		Result *api.Bool `json:"result"`
	}
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &removeBatch, Params: []string{username}, Items: len(favoriteIDs),
		Invalid: api.Identifiers("favoriteIDs", favoriteIDs), Out: &out,
		Body: struct {
			IDs []string `json:"collection_ids" arg:"favoriteIDs"`
		}{favoriteIDs},
	})
	if err != nil {
		return nil, err
	}
	return api.SameForAll(favoriteIDs, (*bool)(out.Result))
}
