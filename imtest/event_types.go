package imtest

import (
	"encoding/json"
	"reflect"
	"sync"
	"time"
)

// Reset says that the server holds something else from now on: nothing, after
// [Server.Reset], or what was saved, after [Server.Load]. What changed by it has no
// events of its own.
type Reset struct{}

// What happens to users.
type (
	// UserRegistered says that there is a new user.
	UserRegistered struct {
		User string `json:"user"`
	}
	// UserDeleted says that a user is gone, with all that was theirs.
	UserDeleted struct {
		User string `json:"user"`
	}
	// UserBanned says that a user was deactivated.
	UserBanned struct {
		User string `json:"user"`
	}
	// UserUnbanned says that a user was activated again.
	UserUnbanned struct {
		User string `json:"user"`
	}
	// UserPasswordSet says that a user has a new password.
	UserPasswordSet struct {
		User string `json:"user"`
	}
	// UserMuted says that a user cannot send messages of a kind of chat ("chat",
	// "groupchat", "chatroom"). A zero Until means forever.
	UserMuted struct {
		User  string    `json:"user"`
		Kind  string    `json:"kind"`
		Until time.Time `json:"until,omitzero"`
	}
	// UserUnmuted says that a mute was lifted; one that ends by time is not an event.
	UserUnmuted struct {
		User string `json:"user"`
		Kind string `json:"kind"`
	}
)

// What happens when users come and go.
type (
	// UserCameOnline says that a user is online who was not.
	UserCameOnline struct {
		User string `json:"user"`
	}
	// UserWentOffline says that a user is not on any device any more.
	UserWentOffline struct {
		User string `json:"user"`
	}
	// DeviceLoggedIn says that a user is on a device.
	DeviceLoggedIn struct {
		User   string `json:"user"`
		Device string `json:"device"`
	}
	// DeviceLoggedOut says that a user is not on a device any more.
	DeviceLoggedOut struct {
		User   string `json:"user"`
		Device string `json:"device"`
	}
	// MessagesArrived says that a user received the messages that were waiting.
	MessagesArrived struct {
		User  string `json:"user"`
		Count int    `json:"count"`
	}
)

// What happens between users.
type (
	// ContactAdded says that two users are friends.
	ContactAdded struct {
		User   string `json:"user"`
		Friend string `json:"friend"`
	}
	// ContactRemoved says that two users are not friends any more.
	ContactRemoved struct {
		User   string `json:"user"`
		Friend string `json:"friend"`
	}
	// ContactRemarkSet says what a user calls a friend.
	ContactRemarkSet struct {
		User   string `json:"user"`
		Friend string `json:"friend"`
		Remark string `json:"remark"`
	}
	// UserBlocked says that a user is on the block list of another.
	UserBlocked struct {
		User    string `json:"user"`
		Blocked string `json:"blocked"`
	}
	// UserUnblocked says that a user was taken off the block list of another.
	UserUnblocked struct {
		User    string `json:"user"`
		Blocked string `json:"blocked"`
	}
)

// eventKinds make the struct of a kind. A new event needs a struct above with the
// fields of its JSON form, and its name here.
var eventKinds = sync.OnceValue(func() map[string]func(json.RawMessage) (any, error) {
	kinds := map[string]func(json.RawMessage) (any, error){}
	for _, add := range []func(map[string]func(json.RawMessage) (any, error)){
		kindOf[Missed], kindOf[Reset],
		kindOf[UserRegistered], kindOf[UserDeleted], kindOf[UserBanned], kindOf[UserUnbanned], kindOf[UserPasswordSet],
		kindOf[UserMuted], kindOf[UserUnmuted],
		kindOf[UserCameOnline], kindOf[UserWentOffline], kindOf[DeviceLoggedIn], kindOf[DeviceLoggedOut], kindOf[MessagesArrived],
		kindOf[ContactAdded], kindOf[ContactRemoved], kindOf[ContactRemarkSet], kindOf[UserBlocked], kindOf[UserUnblocked],
	} {
		add(kinds)
	}
	return kinds
})

// kindOf adds the struct of a kind, whose name is that of the struct.
func kindOf[T any](kinds map[string]func(json.RawMessage) (any, error)) {
	kinds[snakeCase(reflect.TypeFor[T]().Name())] = func(fields json.RawMessage) (any, error) {
		var data T
		err := json.Unmarshal(fields, &data)
		return data, err
	}
}
