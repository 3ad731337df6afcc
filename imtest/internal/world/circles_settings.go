package world

import "github.com/imrest/im-go/imtest/event"

// NewCircle is a group or room to make.
type NewCircle struct {
	CircleID // an empty id is made up
	Owner    string
	Members  []string // without the owner, or with
	Large    bool     // of a group: more users are allowed, if MaxUsers is not given
	Settings SettingsChange
}

// SettingsChange has the settings that a call gives.
type SettingsChange struct {
	Name, Description, Avatar, Custom        *string
	Public, MembersOnly, AllowInvites, Asked *bool
	MaxUsers                                 *int
}

// apply changes the settings that are given.
func (c *SettingsChange) apply(s *Settings) {
	set(&s.Name, c.Name)
	set(&s.Description, c.Description)
	set(&s.Avatar, c.Avatar)
	set(&s.Custom, c.Custom)
	set(&s.Public, c.Public)
	set(&s.MembersOnly, c.MembersOnly)
	set(&s.AllowInvites, c.AllowInvites)
	set(&s.Asked, c.Asked)
	set(&s.MaxUsers, c.MaxUsers)
}

func set[V any](to, given *V) {
	if given != nil {
		*to = *given
	}
}

// defaultSettings are those of a new group or room.
func defaultSettings(kind CircleKind) Settings {
	if kind == RoomKind {
		return Settings{Public: true, Asked: true, MaxUsers: 1000}
	}
	return Settings{Asked: true, MaxUsers: 200}
}

// CreateCircle makes a group or room. All of its users must exist.
func (w *World) CreateCircle(n NewCircle) (Circle, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := &circle{Circle: Circle{CircleID: n.CircleID, Settings: defaultSettings(n.Kind), Owner: Fold(n.Owner)}}
	if n.Large {
		g.MaxUsers = 1000
	}
	n.Settings.apply(&g.Settings)
	if n.Kind == GroupKind && g.Public {
		g.AllowInvites = false // a public group begins so
	}
	if g.ID == "" {
		g.ID = w.freeCircleID()
	}
	if w.hasCircle(g.ID) {
		return Circle{}, refuse(CircleTaken, g.ID)
	}
	members, err := w.newcomers(g, append([]string{g.Owner}, Convert(n.Members, Fold)...))
	switch {
	case err != nil:
		return Circle{}, err
	case len(members) > g.MaxUsers:
		return Circle{}, refuse(CircleFull, g.ID)
	}
	w.found(g, members)
	w.emit(event.CircleCreated{Circle: g.Circle, Members: g.names()})
	return g.Circle, nil
}

// UpdateCircle changes settings, all that are given or none.
func (w *World) UpdateCircle(id CircleID, change SettingsChange) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	g, err := w.managed(id)
	if err != nil {
		return err
	}
	draft := g.Settings
	change.apply(&draft)
	if change.MaxUsers != nil && draft.MaxUsers < g.members.Len() {
		return refuse(BelowMembers, id.ID)
	}
	changed := draft != g.Settings
	g.Settings, g.Updated = draft, w.Now()
	if changed {
		w.emit(event.CircleUpdated{Circle: g.Circle})
	}
	return nil
}

// DeleteCircle deletes a group with its threads and files, a room or a thread.
// Messages stay. A disabled group can be deleted, its threads by themselves cannot.
func (w *World) DeleteCircle(id CircleID) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	g, err := w.managed(id)
	if err.Of(CircleDisabled) && id.Kind == GroupKind {
		err = nil
	}
	if err != nil {
		return err
	}
	w.dissolve(g)
	return nil
}

// DisableGroup makes a group silent: nothing can be sent to it, and nobody
// manages it.
func (w *World) DisableGroup(id string) *Error { return w.setDisabled(id, true) }

// EnableGroup is the end of DisableGroup.
func (w *World) EnableGroup(id string) *Error { return w.setDisabled(id, false) }

func (w *World) setDisabled(id string, disabled bool) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	g, err := w.circle(CircleID{Kind: GroupKind, ID: id})
	if err != nil {
		return err
	}
	changed := g.Disabled != disabled
	g.Disabled, g.Updated = disabled, w.Now()
	switch {
	case changed && disabled:
		w.emit(event.GroupDisabled{In: g.CircleID})
	case changed:
		w.emit(event.GroupEnabled{In: g.CircleID})
	}
	return nil
}

// SetAnnouncement sets what a group or room announces; an empty text clears it.
func (w *World) SetAnnouncement(id CircleID, text string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	g, err := w.managed(id)
	if err != nil {
		return err
	}
	changed := g.Announcement != text
	g.Announcement, g.Updated = text, w.Now()
	if changed {
		w.emit(event.AnnouncementSet{In: g.CircleID, Text: text})
	}
	return nil
}

// MuteAll mutes all members, which the mute list does not show.
func (w *World) MuteAll(id CircleID) *Error { return w.setMutedAll(id, true) }

// UnmuteAll lifts the mute of all members; those of single members stay.
func (w *World) UnmuteAll(id CircleID) *Error { return w.setMutedAll(id, false) }

func (w *World) setMutedAll(id CircleID, on bool) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	g, err := w.managed(id)
	if err != nil {
		return err
	}
	changed := g.MutedAll != on
	g.MutedAll = on
	switch {
	case changed && on:
		w.emit(event.AllMuted{In: g.CircleID})
	case changed:
		w.emit(event.AllUnmuted{In: g.CircleID})
	}
	return nil
}
