package chatrooms

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// checkMute refuses what is shorter than the unit that is sent: 0 ends a mute.
func checkMute(d, unit time.Duration) error {
	if d == api.Forever || d >= unit {
		return nil
	}
	return api.Invalid("duration", "is %s, must be im.Forever or at least %s", d, unit)
}

// muteLength gives a length in this unit, as the API has it.
func muteLength(d, unit time.Duration) int64 {
	if d == api.Forever {
		return -1
	}
	return int64(d / unit)
}

// Muted is a member who may not speak.
type Muted struct {
	Username string
	Until    time.Time `json:",omitzero"` // at the end of 2116 for a mute without an end
	Forever  bool      // the mute has no end
}

// forever is the end that the server gives to mutes without one.
const forever api.Millis = 4638873600000

func muteEnd(m api.Millis) (until time.Time, endless bool) {
	if m < 0 { // of tags
		m = forever
	}
	return m.Time(), m >= forever
}

var listMuted = api.Endpoint{
	ID: "chatrooms.list_muted", Method: http.MethodGet, Path: "/chatrooms/{roomID}/mute", Idempotent: true,
}

// ListMuted returns all members of a room that are muted by name or by tag; those
// of [Service.MuteAll] are not among them: [Room.MutedAll] tells. Quota: 100 calls
// a second. Repeated after a lost response. [im.ErrNotFound] when there is no such
// room.
//
//im:endpoint chatrooms.list_muted
func (s *Service) ListMuted(ctx context.Context, roomID string) ([]Muted, error) {
	var out api.Data[api.Many[api.MemberDone]]
	if err := s.api.Call(ctx, &api.Call{Endpoint: &listMuted, Params: []string{roomID}, Out: &out}); err != nil {
		return nil, err
	}
	return api.Convert(out.Data, func(m *api.MemberDone) Muted {
		until, endless := muteEnd(m.Expire)
		return Muted{Username: string(m.User), Until: until, Forever: endless}
	}), nil
}

// MuteResult is what became of muting one member.
type MuteResult struct {
	Username string
	Until    time.Time `json:",omitzero"` // zero: not muted; at the end of 2116 for a mute without an end
	Err      error
}

// MarshalJSON keeps the text and the kinds of Err.
func (r MuteResult) MarshalJSON() ([]byte, error) {
	type plain MuteResult
	r.Err = api.Stored(r.Err)
	return json.Marshal(plain(r)) //nolint:musttag // keys are the names of the fields
}

// UnmarshalJSON makes Err a [*batch.Reason].
func (r *MuteResult) UnmarshalJSON(b []byte) error {
	type plain MuteResult
	return api.Restore(b, (*plain)(r), &r.Err)
}

// MuteResults has one entry per member, in the order of the call.
type MuteResults []MuteResult

// Err is nil when all are muted, else a [*batch.Error].
func (r MuteResults) Err() error {
	return batch.Result(api.Convert(r, func(one *MuteResult) batch.Outcome {
		return batch.Outcome{ID: one.Username, Err: one.Err}
	})).Err()
}

var muteMembers = api.Endpoint{
	ID: "chatrooms.mute_members", Method: http.MethodPost, Path: "/chatrooms/{roomID}/mute", Idempotent: true,
	MaxItems: maxBatch, ItemsIn: "usernames",
}

// MuteMembers mutes up to 60 members of a room (100 in the newest documents, which
// older servers refuse) for a time, in whole milliseconds, or [im.Forever]. A mute
// outlives leaving the room and joining it again; [Service.UnmuteMembers] ends it.
// Retried if the response is lost, which starts the time again. Quota: 100
// calls a second, whatever the number of members. [im.ErrNotFound] when there is no
// such room or a user is not in it.
//
//im:endpoint chatrooms.mute_members
func (s *Service) MuteMembers(ctx context.Context, roomID string, usernames []string, duration time.Duration) (MuteResults, error) {
	response, err := s.reports(ctx, &api.Call{
		Endpoint: &muteMembers, Params: []string{roomID}, Invalid: checkMute(duration, time.Millisecond),
		Body: struct {
			Usernames []string `json:"usernames"`
			Duration  int64    `json:"mute_duration"`
		}{usernames, muteLength(duration, time.Millisecond)},
	}, usernames)
	if err != nil {
		return nil, err
	}
	ends := make(map[string]time.Time, len(response))
	for _, m := range response {
		ends[strings.ToLower(string(m.User))], _ = muteEnd(m.Expire)
	}
	return api.Convert(api.MemberOutcomes(usernames, response), func(o *batch.Outcome) MuteResult {
		if o.Err != nil {
			return MuteResult{Username: o.ID, Err: o.Err}
		}
		return MuteResult{Username: o.ID, Until: ends[strings.ToLower(o.ID)]}
	}), nil
}

var unmuteMembers = api.Endpoint{
	ID: "chatrooms.unmute_members", Method: http.MethodDelete, Path: "/chatrooms/{roomID}/mute/{usernames}", Idempotent: true,
	MaxItems: maxBatch, ItemsIn: "usernames",
}

// UnmuteMembers ends the mutes of up to 60 members of a room, and reports on each.
// Quota: 100 calls a second, whatever the number of users. Repeated after a lost
// response. [im.ErrNotFound] when there is no such room; what the server responds for
// a user who is not muted is not documented.
//
//im:endpoint chatrooms.unmute_members
func (s *Service) UnmuteMembers(ctx context.Context, roomID string, usernames []string) (batch.Result, error) {
	return s.several(ctx, &api.Call{Endpoint: &unmuteMembers, Params: []string{roomID}, List: usernames}, usernames)
}

var muteAll = api.Endpoint{
	ID: "chatrooms.mute_all", Method: http.MethodPost, Path: "/chatrooms/{roomID}/ban", Idempotent: true,
}

// MuteAll mutes all members of a room, those too who join later, but for those on
// the allow list. It lasts until [Service.UnmuteAll]. Quota: 100 calls a second.
// Repeated after a lost response. [im.ErrNotFound] when there is no such room.
//
//im:endpoint chatrooms.mute_all
func (s *Service) MuteAll(ctx context.Context, roomID string) error {
	return s.confirm(ctx, &api.Call{Endpoint: &muteAll, Params: []string{roomID}}, "mute", true)
}

var unmuteAll = api.Endpoint{
	ID: "chatrooms.unmute_all", Method: http.MethodDelete, Path: "/chatrooms/{roomID}/ban", Idempotent: true,
}

// UnmuteAll ends what [Service.MuteAll] began. Members who are muted by name or by
// tag stay so. Quota: 100 calls a second. Repeated after a lost response.
// [im.ErrNotFound] when there is no such room.
//
//im:endpoint chatrooms.unmute_all
func (s *Service) UnmuteAll(ctx context.Context, roomID string) error {
	return s.confirm(ctx, &api.Call{Endpoint: &unmuteAll, Params: []string{roomID}}, "mute", false)
}
