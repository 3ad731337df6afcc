package imtest

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

// Push is one push notification, to however many users.
type Push struct {
	Endpoint string          `json:"endpoint"`          // id in the catalogue of the call that sent it
	TaskID   int64           `json:"task_id,omitzero"`  // 0: no task
	Users    []string        `json:"users,omitzero"`    // whom it is for, nil if it is for all
	Labels   []string        `json:"labels,omitzero"`   // by which the users were found
	All      bool            `json:"all,omitzero"`      // for all users of the app
	Strategy int             `json:"strategy"`          // as sent: 0 to 4, 2 if the call named none
	Platform string          `json:"platform,omitzero"` // android, ios or harmonyos, "" for all
	Start    time.Time       `json:"start,omitzero"`    // when it is to be sent
	Message  json.RawMessage `json:"message,omitzero"`  // pushMessage of the call
	Time     time.Time       `json:"time"`              // of the call
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
	Device   string `json:"device"`   // id of the device
	Notifier string `json:"notifier"` // name of the certificate
	Token    string `json:"token"`    // of the device, made by its vendor
}

// PushUser is what push knows of a user. Nickname, display style and the old
// do-not-disturb window are those of the account.
type PushUser struct {
	Language string        `json:"language,omitzero"` // for translations, "": none
	Template string        `json:"template,omitzero"` // that the user chose, "": none
	Bindings []PushBinding `json:"bindings"`          // in the order of binding
	Labels   []string      `json:"labels,omitzero"`   // under which the user is
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
	Mode     string    `json:"mode"`              // DEFAULT, ALL, AT or NONE
	Interval string    `json:"interval,omitzero"` // quiet hours of each day, "HH:MM-HH:MM", "": none
	Until    time.Time `json:"until,omitzero"`    // end of a pause, zero: none
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
	Success int `json:"success"`         // pushes that the vendor took
	Fail    int `json:"fail,omitzero"`   // pushes that failed
	Arrive  int `json:"arrive,omitzero"` // pushes that reached a device
}

// SetPushCounts sets what the statistics report of a day and a platform, for
// example "APNS". An unknown platform panics: nothing counts by it.
func (srv *Server) SetPushCounts(day time.Time, platform string, counts PushCounts) {
	if !slices.Contains(world.PushPlatforms, platform) {
		panic("imtest: there is no push platform " + platform)
	}
	srv.world.SetPushCounts(world.DayCounts{Day: day.Format(time.DateOnly), Platform: platform, PushCounts: world.PushCounts(counts)})
}
