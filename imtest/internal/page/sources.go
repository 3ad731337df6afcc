package page

import (
	"context"
	"iter"
	"net/http"
	"time"

	"github.com/imrest/im-go/imtest/event"
	"github.com/imrest/im-go/imtest/internal/world"
)

// World is what the page reads of the app: rules that change nothing.
type World interface {
	AppKey() string
	Now() time.Time
	Count() world.Census

	User(name string) (world.User, *world.Error)
	NewestUsers(state world.UserState, cursor string, limit int) ([]world.User, string, *world.Error)
	Waiting(name string) (int, *world.Error)
	Mutes(name string) ([]world.MuteLeft, *world.Error)
	Contacts(name string) []world.Friend
	Blocked(name string) []string
	Attributes(name string) map[string]string
	Favorites(name string) []world.Favorite
	PresenceOf(name string) world.Presence
	Subscriptions(name string) []world.Subscription
	PushUser(name string) world.PushUser
	LabelsOf(name string) []string
	ListJoined(kind world.CircleKind, user string, skip, limit int) ([]world.Circle, int, *world.Error)

	Circle(id world.CircleID) (world.CircleRow, *world.Error)
	ListCircles(kind world.CircleKind, cursor string, limit int) ([]world.CircleRow, string, *world.Error)
	ListMembers(id world.CircleID, newestFirst bool, skip, limit int) ([]world.Membership, *world.Error)
	GetMemberAttributes(group string, users, names []string) ([]world.MemberAttributes, *world.Error)
	MemberTags(room, user string) ([]world.TagMute, *world.Error)
	ListAdmins(id world.CircleID) ([]string, *world.Error)
	ListBlockedUsers(id world.CircleID) ([]string, *world.Error)
	ListAllowedMembers(id world.CircleID) ([]string, *world.Error)
	ListMutedMembers(id world.CircleID) ([]world.CircleMute, *world.Error)
	RoomAttributes(room string, names []string) ([]world.RoomAttribute, *world.Error)
	ListSharedFiles(group, user string, skip, limit int) ([]world.SharedFile, *world.Error)

	Message(id string) (world.Message, bool)
	NewestMessages(box world.MessageBox, end, limit int) ([]world.Message, int)
	AttachmentOf(m world.Message) (world.File, bool)
	Reactions(id string) []world.Reaction
	NewestFiles(cursor string, limit int) ([]world.File, string, *world.Error)
	StoredFile(uuid string) (world.File, *world.Error)

	LastEvent() int64
	Events(after int64) iter.Seq[event.Event]
}

// Server is what the page asks of the server around the app.
type Server interface {
	URL() string
	Org() string
	App() string
	ClockRuns() bool
	MoveClock(move ClockMove)
	Requests() (list []Request, first int64) // oldest first, and the number of the first
	Deliveries() []Delivery                  // oldest first
	Quotas() (list []Quota, on bool)
	Send(ctx context.Context, kind, from, to, text string) (status int, problem string) // problem "": it was sent
	Redeliver(id int64) error
}

// ClockMove is what a button does to the clock.
type ClockMove struct {
	Ahead     time.Duration
	Stop, Run bool
}

// Request is a call that a client made.
type Request struct {
	Endpoint, Method, Path, Query string
	Params                        map[string]string
	Header                        http.Header
	Body                          []byte // nil for uploads
	Status                        int
	Time                          time.Time
}

// Delivery is a callback, and what became of it.
type Delivery struct {
	ID                      int64
	Rule, Kind, CallID, URL string
	Body                    []byte
	Time                    time.Time
	State, Reason           string
	Good, Bad               bool // by its state
	Resend, CanResend       bool
	Attempts                []Attempt // oldest first
}

// Attempt is a request to a receiver of callbacks.
type Attempt struct {
	Time            time.Time
	Status          int // 0: there was no response
	Response, Error string
}

// Quota is how much of a quota is used.
type Quota struct {
	Name, Unit string // Unit: "calls" or "targets"
	Per        time.Duration
	N, Used    int
}
