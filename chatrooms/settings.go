package chatrooms

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// Room is a chat room with all that is known of it.
type Room struct {
	ID          string
	Name        string
	Description string
	Owner       string
	Custom      string // free text of the app
	MaxMembers  int    // with the owner
	MemberCount int    // with the owner
	Members     []Member
	MutedAll    bool // by [Service.MuteAll]; older servers do not tell
	Disabled    bool
	Created     time.Time `json:",omitzero"`

	// What follows comes from groups and is the same for all rooms.
	AllowInvites   bool // members may invite
	ConfirmInvites bool // who is invited has to agree
	ApproveJoins   bool // joining needs approval
	Public         bool
}

// wireRoom is a room as the API responds it.
type wireRoom struct {
	ID                api.Text                  `json:"id"`
	Name              string                    `json:"name"`
	Description       string                    `json:"description"`
	Owner             api.Text                  `json:"owner"`
	Custom            string                    `json:"custom"`
	MaxUsers          api.Int                   `json:"maxusers"`
	AffiliationsCount api.Int                   `json:"affiliations_count"`
	Affiliations      api.Many[api.Affiliation] `json:"affiliations"`
	Mute              api.Bool                  `json:"mute"`
	Disabled          api.Bool                  `json:"disabled"`
	Created           api.Millis                `json:"created"`
	MembersOnly       api.Bool                  `json:"membersonly"`
	AllowInvites      api.Bool                  `json:"allowinvites"`
	InviteNeedConfirm api.Bool                  `json:"invite_need_confirm"`
	Public            api.Bool                  `json:"public"`
}

func (w *wireRoom) room() *Room {
	r := &Room{
		ID: string(w.ID), Name: w.Name, Description: w.Description, Owner: string(w.Owner), Custom: w.Custom,
		MaxMembers: w.MaxUsers.Int(), MemberCount: w.AffiliationsCount.Int(),
		MutedAll: bool(w.Mute), Disabled: bool(w.Disabled), Created: w.Created.Time(),
		AllowInvites: bool(w.AllowInvites), ConfirmInvites: bool(w.InviteNeedConfirm),
		ApproveJoins: bool(w.MembersOnly), Public: bool(w.Public),
	}
	if len(w.Affiliations) > 0 {
		r.Members = api.Convert(w.Affiliations, member)
	}
	for _, m := range r.Members {
		if m.Role == RoleOwner && r.Owner == "" { // one edition names the owner only here
			r.Owner = m.Username
		}
	}
	return r
}

// wireLookup is a room, or the text that is said to stand in the place of one that
// does not exist.
type wireLookup struct{ *wireRoom }

// UnmarshalJSON implements json.Unmarshaler.
func (w *wireLookup) UnmarshalJSON(b []byte) error {
	if b[0] != '{' {
		return nil
	}
	w.wireRoom = new(wireRoom)
	return json.Unmarshal(b, w.wireRoom)
}

var get = api.Endpoint{
	ID: "chatrooms.get", Method: http.MethodGet, Path: "/chatrooms/{roomIDs}", Idempotent: true,
	MaxItems: 100, ItemsIn: "roomIDs",
}

// Get returns the details of a room; [im.ErrNotFound] when there is none. Quota:
// 100 calls a second together with GetBatch. Repeated after a lost response.
//
//im:endpoint chatrooms.get
func (s *Service) Get(ctx context.Context, roomID string) (*Room, error) {
	found, err := s.getBatch(ctx, []string{roomID}, api.Listed("roomID", roomID))
	if err != nil {
		return nil, err
	}
	return found[0].Room, found[0].Err
}

// Lookup is one room of a batch.
type Lookup struct {
	ID   string
	Room *Room // nil: there is none
	Err  error // an [im.ErrNotFound] then
}

// MarshalJSON keeps the text and the kinds of Err.
func (l Lookup) MarshalJSON() ([]byte, error) {
	type plain Lookup
	l.Err = api.Stored(l.Err)
	return json.Marshal(plain(l)) //nolint:musttag // keys are the names of the fields
}

// UnmarshalJSON makes Err a [*batch.Reason].
func (l *Lookup) UnmarshalJSON(b []byte) error {
	type plain Lookup
	return api.Restore(b, (*plain)(l), &l.Err)
}

// Lookups has one entry per room asked for, in that order.
type Lookups []Lookup

// Err is nil when all exist, else a [*batch.Error].
func (l Lookups) Err() error {
	var failed []batch.Outcome
	for _, one := range l {
		if one.Err != nil {
			failed = append(failed, batch.Outcome{ID: one.ID, Err: one.Err})
		}
	}
	return batch.Failed(failed, len(l))
}

var errNoRoom error = &batch.Reason{Text: "no such room", Kind: api.ErrNotFound}

// GetBatch returns the details of up to 100 rooms. A room that the response leaves
// out counts as not found; where no room of the list exists, the call itself fails
// with [im.ErrNotFound]. Quota: 100 calls a second together with Get, whatever the
// number of rooms. Repeated after a lost response.
func (s *Service) GetBatch(ctx context.Context, roomIDs []string) (Lookups, error) {
	return s.getBatch(ctx, roomIDs, api.Identifiers("roomIDs", roomIDs))
}

func (s *Service) getBatch(ctx context.Context, roomIDs []string, invalid error) (Lookups, error) {
	var out api.Payload[api.Many[wireLookup]]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &get, List: roomIDs, Items: len(roomIDs), Invalid: invalid, Out: &out,
	})
	if err != nil {
		return nil, err
	}
	found := make(map[string]*Room, len(roomIDs))
	for _, w := range out.Value {
		if w.wireRoom != nil && w.ID != "" {
			found[string(w.ID)] = w.room()
		}
	}
	lookups := make(Lookups, len(roomIDs))
	for i, id := range roomIDs {
		lookups[i] = Lookup{ID: id, Room: found[id]}
		if found[id] == nil {
			lookups[i].Err = errNoRoom
		}
	}
	return lookups, nil
}

// Changes are what to change in a room. What is left nil or zero stays as it is.
type Changes struct {
	Name        *string `json:"name,omitempty"`        // up to 128 characters
	Description *string `json:"description,omitempty"` // up to 512 characters
	MaxMembers  int     `json:"maxusers,omitzero"`     // with the owner; above 10,000 the vendor must have raised the limit
	// Custom and ReviewName are as in NewRoom. Only the vendor's Java SDK changes
	// them; a server that follows the documents refuses Custom.
	Custom     *string `json:"custom,omitempty"`
	ReviewName *bool   `json:"need_verify,omitempty"`
}

func (c Changes) check() error {
	if c == (Changes{}) {
		return api.Invalid("Changes", "must change something")
	}
	return api.First(
		api.MaxLength("Name", value(c.Name), maxName), api.MaxLength("Description", value(c.Description), maxDescription),
		api.Range("MaxMembers", c.MaxMembers, 0, math.MaxInt32), api.MaxBytes("Custom", value(c.Custom), maxCustom),
	)
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

var update = api.Endpoint{
	ID: "chatrooms.update", Method: http.MethodPut, Path: "/chatrooms/{roomID}", Idempotent: true,
}

// Update changes a room. The server confirms each field but ReviewName: where it
// did not take some, the error is a [*batch.Error] that names them, and the others
// are changed. Quota: 100 calls a second. Repeated after a lost response. Errors:
// [im.ErrNotFound] when there is no such room, [im.ErrPartial], [im.ErrPlanLimit]
// or [im.ErrTooLarge] for a value above its limit.
//
//im:endpoint chatrooms.update
func (s *Service) Update(ctx context.Context, roomID string, c Changes) error {
	var out api.Data[map[string]json.RawMessage]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &update, Params: []string{roomID}, Invalid: c.check(), Body: c, Out: &out,
	})
	if err != nil {
		return err
	}
	return api.ChangeOutcomes(
		out.Data,
		api.Change{Field: "Name", Keys: []string{"groupname", "name"}, Sent: c.Name != nil, Text: value(c.Name)},
		api.Change{Field: "Description", Keys: []string{"description"}, Sent: c.Description != nil, Text: value(c.Description)},
		api.Change{Field: "MaxMembers", Keys: []string{"maxusers"}, Sent: c.MaxMembers != 0, Text: strconv.Itoa(c.MaxMembers)},
		api.Change{Field: "Custom", Keys: []string{"custom"}, Sent: c.Custom != nil, Text: value(c.Custom)},
	).Err()
}
