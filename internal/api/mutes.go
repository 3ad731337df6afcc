package api

import (
	"context"
	"time"

	"github.com/imrest/im-go/batch"
)

// This file holds what the mutes of groups and chat rooms share.

// noEnd is the end that the server gives to a mute without one. The documents show it
// for chat rooms only.
const noEnd Millis = 4638873600000

// MuteEnd returns when a mute ends; -1 stands for a mute without an end in places.
func MuteEnd(m Millis) (until time.Time, forever bool) {
	if m < 0 {
		m = noEnd
	}
	return m.Time(), m >= noEnd
}

// CheckMute rejects what is shorter than the unit that is sent: 0 ends a mute in places.
func CheckMute(d, unit time.Duration) error {
	if d == Forever || d >= unit {
		return nil
	}
	return Invalid("duration", "is %s, must be im.Forever or at least %s", d, unit)
}

// MuteLength is a length in units, as the API has it.
func MuteLength(d, unit time.Duration) int64 {
	if d == Forever {
		return -1
	}
	return int64(d / unit)
}

// MuteMembers carries out a call that mutes users. The value of each is when the mute
// ends.
func MuteMembers(ctx context.Context, s Caller, e *Endpoint, id string, usernames []string, d time.Duration) (batch.Results[time.Time], error) {
	c := &Call{
		Endpoint: e, Params: []string{id}, Invalid: CheckMute(d, time.Millisecond),
		Body: struct {
			Usernames []string `json:"usernames"`
			Duration  int64    `json:"mute_duration"`
		}{usernames, MuteLength(d, time.Millisecond)},
	}
	return ReportMembers(ctx, s, c, usernames, func(m *MemberDone) time.Time {
		until, _ := MuteEnd(m.Expire)
		return until
	})
}

// ListMuted carries out a call that lists muted users.
func ListMuted[T any](ctx context.Context, s Caller, e *Endpoint, id string, muted func(username string, until time.Time, forever bool) T) ([]T, error) {
	var out Data[Many[MemberDone]]
	if err := s.Call(ctx, &Call{Endpoint: e, Params: []string{id}, Out: &out}); err != nil {
		return nil, err
	}
	return Convert(out.Data, func(m *MemberDone) T {
		until, forever := MuteEnd(m.Expire)
		return muted(string(m.User), until, forever)
	}), nil
}
