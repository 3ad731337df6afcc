package imtest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/imrest/im-go/imtest/internal/world"
)

// How much of each the page shows: the newest.
const (
	pageUsers    = 50
	pageCircles  = 30
	pageMessages = 50
	pageRequests = 30
	pageQuotas   = 12
	pageText     = 2000 // characters of a message
)

// pageView is what the page shows.
type pageView struct {
	AppKey, URL, Now, Ahead, Nonce string
	Form                           *pageForm

	Users    []pageUser
	Groups   []pageCircle
	Rooms    []pageCircle
	Messages []pageMessage
	Requests []pageRequest
	Quotas   []pageQuota
	QuotasOn bool

	Deliveries []pageDelivery

	UserCount, Online, Banned, GroupCount, RoomCount, MessageCount int
	FileCount, MoreUsers, MoreGroups, MoreRooms                    int
}

type pageUser struct {
	Name, Initial    string
	Hue              int
	Online, Banned   bool
	Waiting          int // messages
	Nickname, Joined string
}

type pageCircle struct {
	ID, Name, Initial, Owner, Notes string
	Hue, Members                    int
}

type pageMessage struct {
	ID, From, To, Initial string
	Chat                  string // "": to a user
	Hue                   int
	Kind, Text, Time, At  string // Kind "": text
	Recalled              bool
	Edits                 int
}

type pageRequest struct {
	Method, Path, ID, Time, At string
	Status                     int
	Class                      string // of the status
}

type pageQuota struct {
	Name, Limit   string
	Used, N, High int
	Full          bool
}

// view collects what the page shows.
func (srv *Server) view() *pageView {
	s := srv.world
	now := s.Now()
	users := new(pageView)
	users.addUsers(s, now)
	messages, count := s.NewestMessages(pageMessages)
	v := &pageView{
		Users: users.Users, UserCount: users.UserCount, Online: users.Online, Banned: users.Banned,
		AppKey: s.AppKey(), URL: srv.url, Now: now.Format("15:04:05"), Ahead: aheadOf(now),
		Groups: pageCirclesOf(s, world.GroupKind), GroupCount: s.CountCircles(world.GroupKind),
		Rooms: pageCirclesOf(s, world.RoomKind), RoomCount: s.CountCircles(world.RoomKind),
		MessageCount: count, FileCount: s.CountFiles(),
		Quotas: srv.quotaBars(), QuotasOn: srv.quotas != nil, Deliveries: srv.deliveriesView(),
	}
	for _, m := range messages {
		v.Messages = append(v.Messages, pageMessageOf(s, m, now))
	}
	for _, r := range srv.log.newest(pageRequests) {
		v.Requests = append(v.Requests, srv.pageRequest(r, now))
	}
	v.MoreUsers, v.MoreGroups, v.MoreRooms = v.UserCount-len(v.Users), v.GroupCount-len(v.Groups), v.RoomCount-len(v.Rooms)
	return v
}

// aheadOf returns how far the server's clock is from the machine's, if it is.
func aheadOf(now time.Time) string {
	ahead := time.Until(now).Round(time.Second)
	if ahead.Abs() < 2*time.Second {
		return ""
	}
	return fmt.Sprintf("%+.0f s", ahead.Seconds())
}

// addUsers shows those who are online first, then the banned, then the newest.
func (v *pageView) addUsers(s *world.World, now time.Time) {
	var online, banned, others []world.User
	for u := range s.EachUser {
		v.UserCount++
		switch {
		case u.Online:
			v.Online++
			online = append(online, u)
		case u.Banned:
			v.Banned++
			banned = append(banned, u)
		default:
			if len(others) == 2*pageUsers {
				others = append(others[:0], others[pageUsers:]...) // the newest are enough
			}
			others = append(others, u)
		}
	}
	slices.Reverse(others)
	all := slices.Concat(online[:min(len(online), pageUsers)], banned[:min(len(banned), pageUsers)], others[:min(len(others), pageUsers)])
	for _, u := range all[:min(len(all), pageUsers)] {
		waiting, _ := s.Waiting(u.Name) // nothing, if they were deleted just now
		v.Users = append(v.Users, pageUser{
			Name: u.Name, Initial: initial(u.Name), Hue: hue(u.Name), Online: u.Online, Banned: u.Banned,
			Waiting: waiting, Nickname: u.Nickname, Joined: clockTime(u.Created, now),
		})
	}
}

func pageCirclesOf(s *world.World, kind world.CircleKind) []pageCircle {
	list, _, _ := s.ListCircles(kind, "", pageCircles) // the first page has no cursor to fail with
	return world.Convert(list, func(g world.CircleRow) pageCircle {
		name := cmp.Or(g.Name, g.ID)
		return pageCircle{
			ID: g.ID, Name: name, Initial: initial(name), Hue: hue(g.ID), Owner: g.Owner,
			Members: g.Members, Notes: notes(g),
		}
	})
}

// notes are what is unusual of a group or room.
func notes(g world.CircleRow) string {
	var notes []string
	if g.Disabled {
		notes = append(notes, "disabled")
	}
	if g.MutedAll {
		notes = append(notes, "all muted")
	}
	if g.Threads > 0 {
		notes = append(notes, fmt.Sprint("threads: ", g.Threads))
	}
	return strings.Join(notes, ", ")
}

func pageMessageOf(s *world.World, m world.Message, now time.Time) pageMessage {
	v := pageMessage{
		ID: m.IDText(), From: m.From, To: m.To, Initial: initial(m.From), Hue: hue(m.From),
		Kind: m.Kind, Text: cut(gist(m)), Time: clockTime(m.Time, now), At: m.Time.Format(time.RFC3339),
		Recalled: m.Recalled, Edits: int(m.Edits),
	}
	if m.Kind == "txt" {
		v.Kind = ""
	}
	switch m.Chat {
	case world.ToGroups:
		v.Chat = "group"
	case world.ToRooms:
		v.Chat = "room"
	case world.ToUsers:
	}
	v.nameTarget(s)
	return v
}

// nameTarget puts the name of a group, thread or room in place of its id.
func (m *pageMessage) nameTarget(s *world.World) {
	var g world.CircleRow
	switch m.Chat {
	case "group":
		g, _ = groupOrThread(s, m.To)
	case "room":
		g, _ = s.Circle(world.CircleID{Kind: world.RoomKind, ID: m.To}) // without a name, if it is gone
	}
	m.To = cmp.Or(g.Name, m.To)
}

// groupOrThread returns what a message to a group is to, if it exists.
func groupOrThread(s *world.World, id string) (world.CircleRow, bool) {
	for _, kind := range []world.CircleKind{world.GroupKind, world.ThreadKind} {
		if g, err := s.Circle(world.CircleID{Kind: kind, ID: id}); err == nil {
			return g, true
		}
	}
	return world.CircleRow{}, false
}

// gist is a message in one text.
func gist(m world.Message) string {
	var body struct {
		Msg         string          `json:"msg"`
		Action      string          `json:"action"`
		Addr        string          `json:"addr"`
		CustomEvent string          `json:"customEvent"`
		Filename    string          `json:"filename"`
		URL         string          `json:"url"`
		Exts        json.RawMessage `json:"customExts"`
	}
	if json.Unmarshal([]byte(m.Body), &body) != nil { // a field of another type than usual
		return m.Body
	}
	text := cmp.Or(body.Msg, body.Action, body.Addr, body.CustomEvent, body.Filename, body.URL, string(body.Exts))
	if text == "" && m.Kind != "txt" {
		return m.Body
	}
	return text
}

func (srv *Server) pageRequest(r Request, now time.Time) pageRequest {
	path := strings.TrimPrefix(r.Path, "/"+srv.Org()+"/"+srv.App())
	if r.Query != "" {
		path += "?" + r.Query
	}
	class := "good"
	switch {
	case r.Status >= 500:
		class = "bad"
	case r.Status >= 400:
		class = "poor"
	}
	return pageRequest{r.Method, cut(path), r.ID, clockTime(r.Time, now), r.Time.Format(time.RFC3339), r.Status, class}
}

// quotaBars are the quotas that are used most, the fullest first.
func (srv *Server) quotaBars() []pageQuota {
	list := srv.QuotaUse()
	slices.SortFunc(list, func(a, b QuotaUse) int {
		return cmp.Or(
			cmp.Compare(float64(b.Used)/float64(b.N), float64(a.Used)/float64(a.N)),
			strings.Compare(a.Pool, b.Pool), strings.Compare(a.User, b.User), cmp.Compare(a.Per, b.Per),
		)
	})
	return world.Convert(list[:min(len(list), pageQuotas)], func(u QuotaUse) pageQuota {
		name, what := u.Pool, "calls"
		if u.User != "" {
			name += " of " + u.User
		}
		if u.Items {
			what = "targets"
		}
		return pageQuota{
			Name: name, Limit: fmt.Sprintf("%d %s a %s", u.N, what, period(u.Per)),
			Used: u.Used, N: u.N, High: u.N * 3 / 4, Full: u.Used >= u.N,
		}
	})
}

func period(d time.Duration) string {
	switch d {
	case time.Second:
		return "second"
	case time.Minute:
		return "minute"
	case time.Hour:
		return "hour"
	case 24 * time.Hour:
		return "day"
	}
	return d.String()
}

// clockTime is the time of day, with the date if it is of another day.
func clockTime(t, now time.Time) string {
	t = t.In(now.Location())
	if y, m, d := t.Date(); y == now.Year() && m == now.Month() && d == now.Day() {
		return t.Format("15:04:05")
	}
	return t.Format("2006-01-02 15:04")
}

// initial is the first letter of a name.
func initial(name string) string {
	for _, r := range name {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return "?"
}

// hue is the number of the colour of a name.
func hue(name string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))
	return int(h.Sum32() % 8)
}

// cut shortens what would fill the page.
func cut(text string) string {
	if runes := []rune(text); len(runes) > pageText {
		return string(runes[:pageText]) + "…"
	}
	return text
}
