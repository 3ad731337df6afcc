package imtest

import (
	"encoding/json"
	"slices"
	"time"
)

// Push is one push notification, to however many users.
type Push struct {
	Endpoint string   // id in the catalogue of the call that sent it
	TaskID   int64    // 0: no task
	Users    []string // whom it is for, nil if it is for all
	Labels   []string // by which the users were found
	All      bool
	Strategy int
	Platform string    // android, ios or harmonyos, "" for all
	Start    time.Time // when it is to be sent
	Message  json.RawMessage
	Time     time.Time // of the call
}

// Pushes returns what was pushed, oldest first.
func (srv *Server) Pushes() []Push {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	return convert(s.push.sent, (*Push).clone)
}

// PushesTo returns those of Pushes that were for a user.
func (srv *Server) PushesTo(user string) []Push {
	return slices.DeleteFunc(srv.Pushes(), func(p Push) bool { return !p.All && !slices.Contains(p.Users, fold(user)) })
}

func (p *Push) clone() Push {
	shown := *p
	shown.Users, shown.Labels = slices.Clone(p.Users), slices.Clone(p.Labels)
	return shown
}

// PushBinding is a device that push notifications go to.
type PushBinding struct {
	Device   string
	Notifier string // name of the certificate
	Token    string
}

// PushUser is what push knows of a user. Nickname, display style and the old
// do-not-disturb window are those of the account.
type PushUser struct {
	Language string // for translations, "": none
	Template string // that the user chose, "": none
	Bindings []PushBinding
	Labels   []string
}

// PushUser returns what push knows of a user.
func (srv *Server) PushUser(name string) PushUser {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	u := s.push.user(fold(name))
	shown := PushUser{Language: u.language, Template: u.template}
	for b := range u.bindings.all {
		shown.Bindings = append(shown.Bindings, PushBinding{b.Device, b.Notifier, b.Token})
	}
	for l := range s.push.labels.all {
		if l.users.has(fold(name)) {
			shown.Labels = append(shown.Labels, l.name)
		}
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
// "chatgroup", and key the other user or the group. A user with himself are the
// settings for all messages.
func (srv *Server) PushSettings(user, chatType, key string) PushSettings {
	s := srv.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	if chatType == "user" {
		key = fold(key)
	}
	all := chatType == "user" && key == fold(user)
	p := s.settingsOf(fold(user), chatType+"/"+key, all)
	return PushSettings{p.mode, p.interval, p.until}
}

// AddPushBinding binds a device of a user, so that pushes reach it.
func (srv *Server) AddPushBinding(user string, b PushBinding) {
	s := srv.state
	s.mu.Lock()
	defer s.mu.Unlock()
	s.push.edit(fold(user)).bind(&binding{b.Device, b.Token, b.Notifier})
}

// SetPushCounts sets what the statistics tell of a day and a platform, for
// example "APNS".
func (srv *Server) SetPushCounts(day time.Time, platform string, counts PushCounts) {
	s := srv.state
	s.mu.Lock()
	defer s.mu.Unlock()
	*s.push.countsOf(day.Format(time.DateOnly), platform) = counts
}
