package world

import (
	"slices"
	"time"
)

const (
	historyHour = "2006010215"
	historyAge  = 3 * 24 * time.Hour // older hours are gone
)

// Why there is no history of an hour.
const (
	HourIllegal Kind = "this is not an hour"
	HourMissing Kind = "the history of the hour is not there yet, or no longer"
	HourEmpty   Kind = "nothing was sent in the hour"
)

var beijing = time.FixedZone("UTC+8", 8*60*60)

// SetHistoryZone sets the time zone of the hours of history files, nil for that of
// the platform.
func (w *World) SetHistoryZone(zone *time.Location) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.messages.Zone = zone
}

// SetHistoryDelay sets how long after its end the history of an hour is there.
func (w *World) SetHistoryDelay(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.messages.Delay = d
}

// parseHour reads an hour in the server's zone. The caller holds mu.
func (w *World) parseHour(text string) (time.Time, *Error) {
	zone := w.messages.Zone
	switch {
	case zone == nil && w.Conf.Easemob:
		zone = beijing
	case zone == nil:
		zone = time.UTC
	}
	hour, err := time.ParseInLocation(historyHour, text, zone)
	if err != nil {
		return hour, refuse(HourIllegal, text)
	}
	return hour, nil
}

// inHour returns the messages of an hour, in the order of their time. The
// caller holds mu.
func (w *World) inHour(hour time.Time) []Message {
	var list []Message
	end := hour.Add(time.Hour)
	for _, m := range w.posts {
		if !m.Recalled && !m.Time.Before(hour) && m.Time.Before(end) {
			list = append(list, *m)
		}
	}
	slices.SortStableFunc(list, func(a, b Message) int { return a.Time.Compare(b.Time) })
	return list
}

// CheckHistory returns why there is no history of an hour.
func (w *World) CheckHistory(text string) *Error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	hour, err := w.parseHour(text)
	now := w.Now()
	switch {
	case err != nil:
		return err
	case now.Before(hour.Add(time.Hour).Add(w.messages.Delay)), now.Sub(hour) > historyAge:
		return refuse(HourMissing, text)
	case len(w.inHour(hour)) == 0:
		return refuse(HourEmpty, text)
	}
	return nil
}

// History returns the messages of an hour in the order of their time, whether or
// not CheckHistory has something against it, and the end of the hour.
func (w *World) History(text string) (list []Message, end time.Time, err *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	hour, err := w.parseHour(text)
	if err != nil {
		return nil, hour, err
	}
	return w.inHour(hour), hour.Add(time.Hour), nil
}

// Search says which messages a user looks for, whatever they hold.
type Search struct {
	User     string
	Users    bool      // in conversations with users
	Peers    []string  // with these only; nil: with all
	Groups   []string  // in these groups and threads, as far as the user is in them
	Rooms    []string  // in these rooms, likewise
	From, To time.Time // both included; zero: any time
}

// SearchMessages returns the messages that a user can have and that are where the
// search says, the oldest first. Those from before they joined a group or room are
// left out, as are those that they have deleted.
func (w *World) SearchMessages(s Search) []Message {
	w.mu.RLock()
	defer w.mu.RUnlock()
	user, where := Fold(s.User), w.searched(s)
	var list []Message
	for _, m := range w.posts {
		switch {
		case m.OnlineOnly || slices.Contains(m.RoamIgnore, user) || w.messages.Roaming.Deleted[user][m.ID]:
			continue
		case !s.From.IsZero() && m.Time.Before(s.From), !s.To.IsZero() && m.Time.After(s.To):
			continue
		}
		conv, ok := w.conversationOf(user, m)
		since, named := where[conv]
		if ok && (named && !m.Time.Before(since) || conv.One && s.Users && s.Peers == nil) {
			list = append(list, *m)
		}
	}
	return list
}

// searched are the conversations that a search names, each with the time from which
// on the user has a part in it. The caller holds mu.
func (w *World) searched(s Search) map[Conversation]time.Time {
	where := map[Conversation]time.Time{}
	for _, peer := range s.Peers {
		if s.Users {
			where[With(peer)] = time.Time{}
		}
	}
	circles := Convert(s.Groups, w.groupOf)
	circles = append(circles, Convert(s.Rooms, w.circles.rooms.byID.Get)...)
	for _, g := range circles {
		if g == nil {
			continue
		}
		if member := g.members.Get(Fold(s.User)); member != nil {
			where[Conversation{ID: g.ID}] = member.Joined
		}
	}
	return where
}
