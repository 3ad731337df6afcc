package event

import "time"

// What happens to accounts.
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
	// UserMuted says that a user cannot send messages of a kind of chat: "chat",
	// "groupchat" or "chatroom". A zero Until means forever.
	UserMuted struct {
		User     string    `json:"user"`
		ChatType string    `json:"chat_type"`
		Until    time.Time `json:"until,omitzero"`
	}
	// UserUnmuted says that a mute was lifted. One that ends by time is not an event.
	UserUnmuted struct {
		User     string `json:"user"`
		ChatType string `json:"chat_type"`
	}
	// AttributesSet says which attributes of a user have new values.
	AttributesSet struct {
		User       string            `json:"user"`
		Attributes map[string]string `json:"attributes"`
	}
	// AttributesDeleted says that a user has no attributes any more.
	AttributesDeleted struct {
		User string `json:"user"`
	}
	// TokenIssued says that there is a further token, for a user, or for the app if User
	// is empty. A zero Expires means never.
	TokenIssued struct {
		User    string    `json:"user"`
		Expires time.Time `json:"expires,omitzero"`
	}
	// TokensExpired says that all tokens have ended at once.
	TokensExpired struct{}
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
		Device string `json:"device"` // id
	}
	// DeviceLoggedOut says that a user is not on a device any more.
	DeviceLoggedOut struct {
		User   string `json:"user"`
		Device string `json:"device"` // id
		Why    Logout `json:"why"`
	}
	// MessagesArrived says that a user received the messages that were waiting.
	MessagesArrived struct {
		User  string `json:"user"`
		Count int    `json:"count"`
	}
	// PresenceSet says what a user publishes about a device.
	PresenceSet struct {
		User   string `json:"user"`
		Device string `json:"device"`
		Status string `json:"status"`
		Ext    string `json:"ext"`
	}
	// PresenceSubscribed says that a user watches another until a time.
	PresenceSubscribed struct {
		User string    `json:"user"`
		To   string    `json:"to"`
		Ends time.Time `json:"ends"`
	}
	// PresenceUnsubscribed says that a user does not watch another any more.
	PresenceUnsubscribed struct {
		User string `json:"user"`
		To   string `json:"to"`
	}
)

// Logout is why a user is not on a device any more.
type Logout string

// Why a device is logged out.
const (
	LogoutSelf     Logout = "self"     // the user did it
	LogoutReplaced Logout = "replaced" // by the devices of another login
	LogoutKicked   Logout = "kicked"   // by a call of the API, as when the user is banned or deleted
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

// What users keep.
type (
	// FavoriteAdded says that a user keeps something. One of the same id is replaced.
	FavoriteAdded struct {
		User string `json:"user"`
		ID   string `json:"id"`
		Type int64  `json:"type"`
		Data string `json:"data"`
		Ext  string `json:"ext"`
	}
	// FavoriteExtSet says that a favorite has another extension.
	FavoriteExtSet struct {
		User string `json:"user"`
		ID   string `json:"id"`
		Ext  string `json:"ext"`
	}
	// FavoriteRemoved says that a user does not keep something any more.
	FavoriteRemoved struct {
		User string `json:"user"`
		ID   string `json:"id"`
	}
)

var userKinds = []Data{
	UserRegistered{},
	UserDeleted{},
	UserBanned{},
	UserUnbanned{},
	UserPasswordSet{},
	UserMuted{},
	UserUnmuted{},
	AttributesSet{},
	AttributesDeleted{},
	TokenIssued{},
	TokensExpired{},
	UserCameOnline{},
	UserWentOffline{},
	DeviceLoggedIn{},
	DeviceLoggedOut{},
	MessagesArrived{},
	PresenceSet{},
	PresenceSubscribed{},
	PresenceUnsubscribed{},
	ContactAdded{},
	ContactRemoved{},
	ContactRemarkSet{},
	UserBlocked{},
	UserUnblocked{},
	FavoriteAdded{},
	FavoriteExtSet{},
	FavoriteRemoved{},
}

// Kind returns "user_registered".
func (UserRegistered) Kind() string { return "user_registered" }

// Kind returns "user_deleted".
func (UserDeleted) Kind() string { return "user_deleted" }

// Kind returns "user_banned".
func (UserBanned) Kind() string { return "user_banned" }

// Kind returns "user_unbanned".
func (UserUnbanned) Kind() string { return "user_unbanned" }

// Kind returns "user_password_set".
func (UserPasswordSet) Kind() string { return "user_password_set" }

// Kind returns "user_muted".
func (UserMuted) Kind() string { return "user_muted" }

// Kind returns "user_unmuted".
func (UserUnmuted) Kind() string { return "user_unmuted" }

// Kind returns "attributes_set".
func (AttributesSet) Kind() string { return "attributes_set" }

// Kind returns "attributes_deleted".
func (AttributesDeleted) Kind() string { return "attributes_deleted" }

// Kind returns "token_issued".
func (TokenIssued) Kind() string { return "token_issued" }

// Kind returns "tokens_expired".
func (TokensExpired) Kind() string { return "tokens_expired" }

// Kind returns "user_came_online".
func (UserCameOnline) Kind() string { return "user_came_online" }

// Kind returns "user_went_offline".
func (UserWentOffline) Kind() string { return "user_went_offline" }

// Kind returns "device_logged_in".
func (DeviceLoggedIn) Kind() string { return "device_logged_in" }

// Kind returns "device_logged_out".
func (DeviceLoggedOut) Kind() string { return "device_logged_out" }

// Kind returns "messages_arrived".
func (MessagesArrived) Kind() string { return "messages_arrived" }

// Kind returns "presence_set".
func (PresenceSet) Kind() string { return "presence_set" }

// Kind returns "presence_subscribed".
func (PresenceSubscribed) Kind() string { return "presence_subscribed" }

// Kind returns "presence_unsubscribed".
func (PresenceUnsubscribed) Kind() string { return "presence_unsubscribed" }

// Kind returns "contact_added".
func (ContactAdded) Kind() string { return "contact_added" }

// Kind returns "contact_removed".
func (ContactRemoved) Kind() string { return "contact_removed" }

// Kind returns "contact_remark_set".
func (ContactRemarkSet) Kind() string { return "contact_remark_set" }

// Kind returns "user_blocked".
func (UserBlocked) Kind() string { return "user_blocked" }

// Kind returns "user_unblocked".
func (UserUnblocked) Kind() string { return "user_unblocked" }

// Kind returns "favorite_added".
func (FavoriteAdded) Kind() string { return "favorite_added" }

// Kind returns "favorite_ext_set".
func (FavoriteExtSet) Kind() string { return "favorite_ext_set" }

// Kind returns "favorite_removed".
func (FavoriteRemoved) Kind() string { return "favorite_removed" }
