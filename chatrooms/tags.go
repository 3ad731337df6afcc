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

// Easemob and Agora in China have had the calls of this file since 2025; Agora's other
// documents do not have them.

const tagPath = "/chatrooms/{roomID}/users/{username}/tag"

// The most tags of a member, and the longest one.
const (
	MaxTags = 10
	MaxTag  = 32 // characters
)

var setTags = api.Endpoint{
	ID: "chatrooms.set_user_tags", Method: http.MethodPut, Path: tagPath, Idempotent: true,
	MaxItems: MaxTags, ItemsIn: "tags",
}

// SetTags replaces the tags of a member of a room by up to [MaxTags] tags of up to [MaxTag]
// characters; an empty list removes them all. They are lost when the member leaves the room. Only
// Easemob and Agora in China have tags. Errors: im.ErrNotEnabled unless the vendor has
// enabled them, im.ErrNotFound also if the user is not a member.
//
//im:endpoint chatrooms.set_user_tags
func (s *Service) SetTags(ctx context.Context, roomID, username string, tags []string) error {
	if tags == nil {
		tags = []string{} // the server asks for a list
	}
	return s.api.Call(ctx, &api.Call{
		Endpoint: &setTags, Params: []string{roomID, username}, Items: len(tags), Invalid: checkTags(tags),
		Body: struct {
			Tags []string `json:"tags"`
		}{tags},
		Out: &api.Confirmed{Field: "result", Want: true},
	})
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
	return api.First(api.Required(field, tag), api.MaxLength(field, tag, MaxTag))
}

// Tag is a tag of a member.
type Tag struct {
	Name       string    `json:"name"`                 // up to 32 characters
	MutedUntil time.Time `json:"muted_until,omitzero"` // zero: not muted; at the end of 2116 for a mute without an end
	Forever    bool      `json:"forever,omitzero"`     // the mute has no end
}

var getTags = api.Endpoint{ID: "chatrooms.get_user_tags", Method: http.MethodGet, Path: tagPath, Idempotent: true}

// GetTags returns the tags of a member of a room in the order of their names, and until
// when each is muted. Platforms and errors are those of [Service.SetTags].
//
//im:endpoint chatrooms.get_user_tags
func (s *Service) GetTags(ctx context.Context, roomID, username string) ([]Tag, error) {
	var out api.Data[map[string]api.Millis]
	if err := s.api.Call(ctx, &api.Call{Endpoint: &getTags, Params: []string{roomID, username}, Out: &out}); err != nil {
		return nil, err
	}
	list := make([]Tag, 0, len(out.Data))
	for _, name := range slices.Sorted(maps.Keys(out.Data)) {
		until, forever := api.MuteEnd(out.Data[name])
		list = append(list, Tag{Name: name, MutedUntil: until, Forever: forever})
	}
	return list, nil
}

var muteTag = api.Endpoint{ID: "chatrooms.mute_tag", Method: http.MethodPut, Path: "/chatrooms/{roomID}/tag/mute"}

// MuteTag keeps all members of a room with a tag from writing for a time in whole seconds
// (rounded down), or im.Forever. Not retried if the response is lost: a retry would start the time anew.
// Platforms and errors are those of [Service.SetTags], and im.ErrNotFound also if nobody in the
// room has the tag.
//
//im:endpoint chatrooms.mute_tag
func (s *Service) MuteTag(ctx context.Context, roomID, tag string, duration time.Duration) error {
	return s.setTagMute(ctx, roomID, tag, duration, api.CheckMute(duration, time.Second))
}

// UnmuteTag ends what [Service.MuteTag] began. Not retried if the response is lost.
func (s *Service) UnmuteTag(ctx context.Context, roomID, tag string) error {
	return s.setTagMute(ctx, roomID, tag, 0, nil)
}

func (s *Service) setTagMute(ctx context.Context, roomID, tag string, duration time.Duration, invalid error) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &muteTag, Params: []string{roomID}, Invalid: api.First(checkTag("tag", tag), invalid),
		Body: struct {
			Tag      string `json:"tag"`
			Duration int64  `json:"mute_duration"`
		}{tag, api.MuteLength(duration, time.Second)},
		Out: &api.Confirmed{Field: "result", Want: true},
	})
}
