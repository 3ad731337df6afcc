package imtest

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

// Push is one push notification, to however many users.
type Push struct {
	Endpoint string          // id in the catalogue of the call that sent it
	TaskID   int64           // 0: no task
	Users    []string        // whom it is for, nil if it is for all
	Labels   []string        // by which the users were found
	All      bool            // for all users of the app
	Strategy int             // as sent: 0 to 4, 2 if the call named none
	Platform string          // android, ios or harmonyos, "" for all
	Start    time.Time       // when it is to be sent
	Message  json.RawMessage // pushMessage of the call
	Time     time.Time       // of the call
}

// Pushes returns what was pushed, oldest first.
func (srv *Server) Pushes() []Push { return world.Convert(srv.world.Pushes(), shownPush) }

// PushesTo returns those of Pushes that were for a user.
func (srv *Server) PushesTo(user string) []Push {
	return slices.DeleteFunc(srv.Pushes(), func(p Push) bool { return !p.All && !slices.Contains(p.Users, world.Fold(user)) })
}

func shownPush(p world.Push) Push {
	shown := Push{
		Endpoint: p.Endpoint, TaskID: p.TaskID, Users: p.Users, Labels: p.Labels, All: p.All, Strategy: p.Strategy,
		Platform: p.Platform, Start: p.Start, Time: p.Time,
	}
	if p.Message != "" {
		shown.Message = json.RawMessage(p.Message)
	}
	return shown
}

// PushBinding is a device that push notifications go to.
type PushBinding struct {
	Device   string // id of the device
	Notifier string // name of the certificate
	Token    string // of the device, made by its vendor
}

// PushUser is what push knows of a user. Nickname, display style and the old
// do-not-disturb window are those of the account.
type PushUser struct {
	Language string        // for translations, "": none
	Template string        // that the user chose, "": none
	Bindings []PushBinding // in the order of binding
	Labels   []string      // under which the user is
}

// PushUser returns what push knows of a user.
func (srv *Server) PushUser(name string) PushUser {
	u := srv.world.PushUser(name)
	shown := PushUser{Language: u.Language, Template: u.Template, Labels: srv.world.LabelsOf(name)}
	for _, b := range u.Bindings {
		shown.Bindings = append(shown.Bindings, PushBinding{b.Device, b.Notifier, b.Token})
	}
	return shown
}

// PushSettings are the settings of a user, for all messages or one conversation.
type PushSettings struct {
	Mode     string    // DEFAULT, ALL, AT or NONE
	Interval string    // quiet hours of each day, "HH:MM-HH:MM", "": none
	Until    time.Time // end of a pause, zero: none
}

// PushSettings returns the settings of a user: chatType is "user" or
// "chatgroup", and key the other user or the group. With the user's own name
// they are the settings for all messages.
func (srv *Server) PushSettings(user, chatType, key string) PushSettings {
	p, _ := srv.world.PushSettings(user, world.PushScope{Chat: chatType, Key: key}) // an unknown user has the default
	return PushSettings(p)
}

// AddPushBinding binds a device of a user, so that pushes reach it.
func (srv *Server) AddPushBinding(user string, b PushBinding) {
	srv.world.AddBinding(user, world.Binding{Device: b.Device, Token: b.Token, Notifier: b.Notifier})
}

// PushCounts are the pushes of one day to one platform.
type PushCounts struct {
	Success int `json:"successCount"`          // pushes that the vendor took
	Fail    int `json:"failCount,omitempty"`   // pushes that failed
	Arrive  int `json:"arriveCount,omitempty"` // pushes that reached a device
}

// SetPushCounts sets what the statistics report of a day and a platform, for
// example "APNS".
func (srv *Server) SetPushCounts(day time.Time, platform string, counts PushCounts) {
	srv.world.SetPushCounts(world.DayCounts{Day: day.Format(time.DateOnly), Platform: platform, PushCounts: world.PushCounts(counts)})
}
