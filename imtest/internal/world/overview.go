package world

import (
	"slices"
	"time"
)

// An Overview says how much there is, and shows the newest of it.
type Overview struct {
	Groups, Rooms, Messages, Files int // how many there are

	NewestGroups, NewestRooms []CircleSummary
	NewestMessages            []MessageSummary
}

// CircleSummary is a group or room in short.
type CircleSummary struct {
	ID, Name, Owner    string
	Members, Threads   int
	Disabled, MutedAll bool
}

// MessageSummary is a message in short.
type MessageSummary struct {
	ID         int64
	From, To   string
	Chat       ChatKind
	CircleName string // of the group, thread or room that it is to, "" if it has none
	Kind, Body string
	Time       time.Time
	Recalled   bool
	Edits      int
}

// Overview shows up to a number of groups, as many rooms, and up to a number of
// messages, the newest first.
func (w *World) Overview(circles, messages int) Overview {
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	o := Overview{
		Groups: w.Chatgroups.ByID.Len(), Rooms: w.Chatrooms.ByID.Len(), Messages: len(w.Posts), Files: w.Files.Len(),
		NewestGroups: summaries(&w.Chatgroups.Circles, circles), NewestRooms: summaries(&w.Chatrooms.Circles, circles),
	}
	for _, m := range slices.Backward(w.Posts[max(0, len(w.Posts)-messages):]) {
		s := MessageSummary{
			ID: m.ID, From: m.From, To: m.To, Chat: m.Chat, Kind: m.Kind, Body: m.Body, Time: m.Time,
			Recalled: m.Recalled, Edits: int(m.Edits),
		}
		if g := w.target(m.Chat, m.To); g != nil {
			s.CircleName = g.Name
		}
		o.NewestMessages = append(o.NewestMessages, s)
	}
	return o
}

func summaries(cs *Circles, most int) []CircleSummary {
	list := cs.ByID.Newest()
	return Convert(list[:min(len(list), most)], func(g *Circle) CircleSummary {
		return CircleSummary{g.ID, g.Name, g.Owner, g.Members.Len(), g.Threads.Len(), g.Disabled, g.MutedAll}
	})
}

// target returns the group, thread or room that messages of a kind go to, nil if there is
// none. The caller holds mu.
func (w *World) target(chat ChatKind, id string) *Circle {
	switch chat {
	case ToGroups:
		return w.groupOf(id)
	case ToRooms:
		return w.Chatrooms.ByID.Get(id)
	case ToUsers:
	}
	return nil
}

// HasTarget holds if what a message would be sent to exists: the API takes messages to
// what does not.
func (w *World) HasTarget(chat ChatKind, id string) bool {
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	if chat == ToUsers {
		return w.users.Has(Fold(id))
	}
	return w.target(chat, id) != nil
}
