package groups

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

const mutePath = "/chatgroups/{groupID}/mute"

// Muted is a member who may not write.
type Muted struct {
	Username string
	Until    time.Time `json:",omitzero"` // at the end of 2116 for a mute without an end
	Forever  bool      // the mute has no end
}

// forever is the end that the server gives to mutes without one in chat rooms; the
// documents do not show one of a group.
const forever api.Millis = 4638873600000

func muteEnd(m api.Millis) (until time.Time, endless bool) {
	if m < 0 {
		m = forever
	}
	return m.Time(), m >= forever
}

var listMuted = api.Endpoint{ID: "groups.list_muted", Method: http.MethodGet, Path: mutePath, Idempotent: true}

// ListMuted returns the mute list of a group. It does not tell whether all are
// muted by [Service.MuteAll]: [Group.MutedAll] does. Quota: 100 calls a second.
// Repeated after a lost response. [im.ErrNotFound] when there is no such group.
//
//im:endpoint groups.list_muted
func (s *Service) ListMuted(ctx context.Context, groupID string) ([]Muted, error) {
	var out api.Data[api.Many[api.MemberDone]]
	if err := s.api.Call(ctx, &api.Call{Endpoint: &listMuted, Params: []string{groupID}, Out: &out}); err != nil {
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
	return failures(r, func(one *MuteResult) batch.Outcome { return batch.Outcome{ID: one.Username, Err: one.Err} })
}

var muteMembers = api.Endpoint{
	ID: "groups.mute_members", Method: http.MethodPost, Path: mutePath, Idempotent: true,
	MaxItems: maxBatch, ItemsIn: "usernames",
}

// MuteMembers keeps up to 60 members (10 by the documents of 2023) from writing in
// a group and its threads for a time, in whole milliseconds, or [im.Forever]. They
// still receive. The allow list does not help them, and neither does leaving and
// joining again. A mute takes the place of one before it. Each member is reported.
// Quota: 100 calls a second, whatever the number of members. Repeated after a lost
// response, which starts the time again. Errors: [im.ErrNotFound] when none is a
// member or there is no such group, [im.ErrForbidden] for the owner.
//
//im:endpoint groups.mute_members
func (s *Service) MuteMembers(ctx context.Context, groupID string, usernames []string, duration time.Duration) (MuteResults, error) {
	response, err := s.reports(ctx, &api.Call{
		Endpoint: &muteMembers, Params: []string{groupID}, Invalid: checkMute(duration),
		Body: struct {
			Duration  int64    `json:"mute_duration"`
			Usernames []string `json:"usernames"`
		}{muteMillis(duration), usernames},
	}, usernames)
	if err != nil {
		return nil, err
	}
	until := make(map[string]time.Time, len(response))
	for _, m := range response {
		until[strings.ToLower(string(m.User))], _ = muteEnd(m.Expire)
	}
	return api.Convert(api.MemberOutcomes(usernames, response), func(o *batch.Outcome) MuteResult {
		if o.Err != nil {
			return MuteResult{Username: o.ID, Err: o.Err}
		}
		return MuteResult{Username: o.ID, Until: until[strings.ToLower(o.ID)]}
	}), nil
}

// checkMute refuses 0, which lifts a mute by some documents only.
func checkMute(duration time.Duration) error {
	if duration == api.Forever || duration >= time.Millisecond {
		return nil
	}
	return api.Invalid("duration", "is %s, must be im.Forever or at least a millisecond; UnmuteMembers lifts a mute", duration)
}

func muteMillis(d time.Duration) int64 {
	if d == api.Forever {
		return -1
	}
	return d.Milliseconds()
}

var unmuteMembers = api.Endpoint{
	ID: "groups.unmute_members", Method: http.MethodDelete, Path: mutePath + "/{usernames}", Idempotent: true,
	MaxItems: maxBatch, ItemsIn: "usernames",
}

// UnmuteMembers takes up to 60 members off the mute list. Each is reported; what is
// responded for one who is not muted is not documented. Retried if the response is
// lost. Quota: 100 calls a second, whatever the
// number of members. [im.ErrNotFound] when there is no such group.
//
//im:endpoint groups.unmute_members
func (s *Service) UnmuteMembers(ctx context.Context, groupID string, usernames []string) (batch.Result, error) {
	return s.several(ctx, &api.Call{Endpoint: &unmuteMembers, Params: []string{groupID}, List: usernames}, usernames)
}

const muteAllPath = "/chatgroups/{groupID}/ban"

var muteAll = api.Endpoint{ID: "groups.mute_all", Method: http.MethodPost, Path: muteAllPath, Idempotent: true}

// MuteAll keeps all members from writing until [Service.UnmuteAll], but for the
// owner, admins and the allow list. The mute list stays as it is. Quota: 100 calls
// a second. Repeated after a lost response. [im.ErrNotFound] when there is no such
// group.
//
//im:endpoint groups.mute_all
func (s *Service) MuteAll(ctx context.Context, groupID string) error {
	return s.confirm(ctx, &api.Call{Endpoint: &muteAll, Params: []string{groupID}}, "mute", true)
}

var unmuteAll = api.Endpoint{ID: "groups.unmute_all", Method: http.MethodDelete, Path: muteAllPath, Idempotent: true}

// UnmuteAll lets the members write again. Who is on the mute list stays muted.
// Quota: 100 calls a second. Repeated after a lost response. [im.ErrNotFound] when
// there is no such group.
//
//im:endpoint groups.unmute_all
func (s *Service) UnmuteAll(ctx context.Context, groupID string) error {
	return s.confirm(ctx, &api.Call{Endpoint: &unmuteAll, Params: []string{groupID}}, "mute", false)
}
