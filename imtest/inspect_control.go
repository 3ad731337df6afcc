package imtest

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/internal/world"

	im "github.com/imrest/im-go"
)

// controlPaths are functions by the patterns of [handle].
type controlPaths map[string]func(*http.Request) (any, error)

// inspection is what shows the things that the server holds.
func (srv *Server) inspection() controlPaths {
	paths := controlPaths{
		"GET /_im/users":                   func(*http.Request) (any, error) { return srv.Users(), nil },
		"GET /_im/users/{id}":              byID("user", srv.User),
		"GET /_im/users/{user}/{view}":     noView,
		"GET /_im/groups":                  func(*http.Request) (any, error) { return world.Convert(srv.Groups(), wholeGroup), nil },
		"GET /_im/groups/{id}":             byID("group", srv.wholeGroup),
		"GET /_im/groups/{id}/messages":    messagesOf(srv.GroupMessages),
		"GET /_im/rooms":                   func(*http.Request) (any, error) { return world.Convert(srv.Rooms(), wholeRoom), nil },
		"GET /_im/rooms/{id}":              byID("room", srv.wholeRoom),
		"GET /_im/rooms/{id}/messages":     messagesOf(srv.RoomMessages),
		"GET /_im/threads":                 func(*http.Request) (any, error) { return whole(srv.Threads()), nil },
		"GET /_im/threads/{id}":            byID("thread", srv.Thread),
		"GET /_im/messages":                func(*http.Request) (any, error) { return whole(srv.AllMessages()), nil },
		"GET /_im/messages/{id}":           byID("message", srv.MessageByID),
		"GET /_im/messages/{id}/reactions": func(r *http.Request) (any, error) { return whole(srv.Reactions(r.PathValue("id"))), nil },
		"GET /_im/streams":                 func(*http.Request) (any, error) { return whole(srv.Streams()), nil },
		"GET /_im/files":                   func(*http.Request) (any, error) { return world.Convert(srv.Files(), srv.viewFile), nil },
		"GET /_im/pushes":                  func(*http.Request) (any, error) { return whole(srv.Pushes()), nil },
		"GET /_im/super_admins":            func(*http.Request) (any, error) { return whole(srv.SuperAdmins()), nil },
		"GET /_im/stored_callbacks":        func(*http.Request) (any, error) { return whole(srv.StoredCallbacks()), nil },
	}
	for view, show := range userViews {
		paths["GET /_im/users/{user}/"+view] = func(r *http.Request) (any, error) {
			return show(srv, world.Fold(r.PathValue("user")), r)
		}
	}
	return paths
}

// byID shows one thing.
func byID[T any](what string, get func(id string) (T, bool)) func(*http.Request) (any, error) {
	return func(r *http.Request) (any, error) {
		one, there := get(r.PathValue("id"))
		if !there {
			return nil, errUnknown(what, r.PathValue("id"))
		}
		return one, nil
	}
}

func messagesOf(get func(id string) []Message) func(*http.Request) (any, error) {
	return func(r *http.Request) (any, error) { return whole(get(r.PathValue("id"))), nil }
}

// whole is a list that is [] in JSON if it is empty, not null.
func whole[T any](list []T) []T { return append([]T{}, list...) }

func wholeGroup(g Group) Group {
	g.Admins, g.Blocked, g.Allowed = whole(g.Admins), whole(g.Blocked), whole(g.Allowed)
	return g
}

func wholeRoom(r Room) Room {
	r.Admins, r.Blocked, r.Allowed = whole(r.Admins), whole(r.Blocked), whole(r.Allowed)
	return r
}

func (srv *Server) wholeGroup(id string) (Group, bool) {
	g, there := srv.Group(id)
	return wholeGroup(g), there
}

func (srv *Server) wholeRoom(id string) (Room, bool) {
	r, there := srv.Room(id)
	return wholeRoom(r), there
}

// fileView is an attachment without its content, which is at its URL.
type fileView struct {
	File
	URL  string `json:"url"`
	Size int    `json:"size"`
}

func (srv *Server) viewFile(f File) fileView { return fileView{f, srv.FileURL(f.UUID), len(f.Data)} }

// userViews are what GET /_im/users/{user}/{view} shows, with the parameters as in the patterns of [handle].
var userViews = map[string]func(*Server, string, *http.Request) (any, error){
	"messages":      viewing(func(srv *Server, user string) any { return whole(srv.Messages(user)) }),
	"conversations": viewing(func(srv *Server, user string) any { return whole(srv.Conversations(user)) }),
	"contacts":      viewing(func(srv *Server, user string) any { return whole(srv.Contacts(user)) }),
	"blocked":       viewing(func(srv *Server, user string) any { return whole(srv.Blocked(user)) }),
	"attributes":    viewing(func(srv *Server, user string) any { return some(srv.UserAttributes(user)) }),
	"mutes":         viewing(func(srv *Server, user string) any { return secondsOf(srv.Mutes(user)) }),
	"presence":      viewing(func(srv *Server, user string) any { return srv.Presence(user) }),
	"subscriptions": viewing(func(srv *Server, user string) any { return whole(srv.Subscriptions(user)) }),
	"favorites":     viewing(func(srv *Server, user string) any { return whole(srv.Favorites(user)) }),
	"pushes":        viewing(func(srv *Server, user string) any { return whole(srv.PushesTo(user)) }),
	"push_user": viewing(func(srv *Server, user string) any {
		p := srv.PushUser(user)
		p.Bindings = whole(p.Bindings)
		return p
	}),
	"push_settings?with&group": func(srv *Server, user string, r *http.Request) (any, error) {
		with, group, err := oneOf(r, true)
		switch {
		case err != nil:
			return nil, err
		case group != "":
			return srv.PushSettings(user, "chatgroup", group), nil
		case with != "":
			return srv.PushSettings(user, "user", with), nil
		}
		return srv.PushSettings(user, "user", user), nil
	},
	"roaming?with&group": func(srv *Server, user string, r *http.Request) (any, error) {
		with, group, err := oneOf(r, false)
		switch {
		case err != nil:
			return nil, err
		case group != "":
			return whole(srv.GroupRoaming(user, group)), nil
		}
		return whole(srv.Roaming(user, with)), nil
	},
}

func viewing(view func(srv *Server, user string) any) func(*Server, string, *http.Request) (any, error) {
	return func(srv *Server, user string, _ *http.Request) (any, error) { return view(srv, user), nil }
}

// oneOf reads ?with=USER or ?group=ID.
func oneOf(r *http.Request, none bool) (with, group string, err error) {
	with, group = r.URL.Query().Get("with"), r.URL.Query().Get("group")
	if with != "" && group != "" || with+group == "" && !none {
		return "", "", errors.New(`one of "with", a user, and "group", the id of a group or room, is needed`)
	}
	return with, group, nil
}

// noView is for the views that there are not.
func noView(*http.Request) (any, error) {
	views := slices.Sorted(maps.Keys(userViews))
	for i, view := range views {
		views[i], _, _ = strings.Cut(view, "?")
	}
	return nil, errors.New("what is shown of a user is one of " + strings.Join(views, ", "))
}

// some is a map that is {} in JSON if it is empty, not null.
func some(values map[string]string) map[string]string {
	if values == nil {
		return map[string]string{}
	}
	return values
}

// secondsOf are mutes as the API has them: -1 is for ever.
func secondsOf(mutes map[string]time.Duration) map[string]int64 {
	seconds := map[string]int64{}
	for kind, left := range mutes {
		if seconds[kind] = int64(left / time.Second); left == im.Forever {
			seconds[kind] = -1
		}
	}
	return seconds
}
