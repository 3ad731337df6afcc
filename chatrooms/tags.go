package chatrooms

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/imrest/im-go/internal/api"
)

const (
	maxTags = 10 // of a member
	maxTag  = 32 // characters
)

var setTags = api.Endpoint{
	ID: "chatrooms.set_user_tags", Method: http.MethodPut, Path: "/chatrooms/{roomID}/users/{username}/tag", Idempotent: true,
	MaxItems: maxTags, ItemsIn: "tags",
}

// SetTags gives a member of a room up to 10 tags of up to 32 characters, in place
// of those it had; an empty list takes them all. They are lost when the member
// leaves the room. Quota: 100 calls a second. Repeated after a lost response.
// Easemob and Agora in China have it since 2025, Agora's other documents do not.
// Errors: [im.ErrNotEnabled] unless the vendor has switched it on,
// [im.ErrNotFound] when there is no such room or the user is not in it.
//
//im:endpoint chatrooms.set_user_tags
func (s *Service) SetTags(ctx context.Context, roomID, username string, tags []string) error {
	if tags == nil {
		tags = []string{} // the server asks for a list
	}
	return s.confirm(ctx, &api.Call{
		Endpoint: &setTags, Params: []string{roomID, username}, Items: len(tags), Invalid: checkTags(tags),
		Body: struct {
			Tags []string `json:"tags"`
		}{tags},
	}, "result", true)
}

func checkTags(tags []string) error {
	for i, tag := range tags {
		if err := checkTag(fmt.Sprintf("tags[%d]", i), tag); err != nil {
			return err
		}
	}
	return nil
}

func checkTag(field, tag string) error {
	return api.First(api.Required(field, tag), api.MaxLength(field, tag, maxTag))
}

// Tag is a tag of a member.
type Tag struct {
	Name       string
	MutedUntil time.Time `json:",omitzero"` // zero: not muted; at the end of 2116 for a mute without an end
	Forever    bool      // the mute has no end
}

var tags = api.Endpoint{
	ID: "chatrooms.get_user_tags", Method: http.MethodGet, Path: "/chatrooms/{roomID}/users/{username}/tag", Idempotent: true,
}

// Tags returns the tags of a member of a room in order of their names, and until
// when each of them is muted. Quota, platforms and errors as for SetTags. Repeated
// after a lost response.
//
//im:endpoint chatrooms.get_user_tags
func (s *Service) Tags(ctx context.Context, roomID, username string) ([]Tag, error) {
	var out api.Data[map[string]api.Millis]
	if err := s.api.Call(ctx, &api.Call{Endpoint: &tags, Params: []string{roomID, username}, Out: &out}); err != nil {
		return nil, err
	}
	list := make([]Tag, 0, len(out.Data))
	for _, name := range slices.Sorted(maps.Keys(out.Data)) {
		until, endless := muteEnd(out.Data[name])
		list = append(list, Tag{Name: name, MutedUntil: until, Forever: endless})
	}
	return list, nil
}

var muteTag = api.Endpoint{
	ID: "chatrooms.mute_tag", Method: http.MethodPut, Path: "/chatrooms/{roomID}/tag/mute",
}

// MuteTag mutes all members of a room that carry a tag for a time, in whole
// seconds, or [Forever]; 0 ends the mute. Not repeated after a lost response: a
// repeat starts the time again. Quota, platforms and errors as for SetTags;
// [im.ErrNotFound] also when nobody in the room carries the tag.
//
//im:endpoint chatrooms.mute_tag
func (s *Service) MuteTag(ctx context.Context, roomID, tag string, duration time.Duration) error {
	return s.confirm(ctx, &api.Call{
		Endpoint: &muteTag, Params: []string{roomID}, Invalid: api.First(checkTag("tag", tag), checkTagMute(duration)),
		Body: struct {
			Tag      string `json:"tag"`
			Duration int64  `json:"mute_duration"`
		}{tag, muteLength(duration, time.Second)},
	}, "result", true)
}

// checkTagMute allows the 0 that ends a mute.
func checkTagMute(d time.Duration) error {
	if d == 0 {
		return nil
	}
	return checkMute(d, time.Second)
}
