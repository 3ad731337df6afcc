package page

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

type circleRow struct {
	face
	ID, Name, Href, Owner, Notes string
	Members                      int
}

func newCircleRow(g world.CircleRow) circleRow {
	name := cmp.Or(g.Name, g.ID)
	return circleRow{
		face: faceOf(name, g.ID), ID: g.ID, Name: name, Href: address(string(g.Kind), "id", g.ID), Owner: g.Owner,
		Members: g.Members, Notes: notes(g),
	}
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

// circleEntry is a link to a group, room or thread.
func circleEntry(g world.Circle) entry {
	return entry{Text: cmp.Or(g.Name, g.ID), Href: address(string(g.Kind), "id", g.ID), Note: g.ID}
}

// circles lists those of a kind.
func (p *Page) circles(kind world.CircleKind) func(*http.Request) (*view, error) {
	return func(r *http.Request) (*view, error) {
		s := newSearch(r)
		group := s.get("group")
		var keep func(world.CircleRow) bool
		if s.query != "" || group != "" {
			keep = func(g world.CircleRow) bool {
				return s.finds(g.Name, g.ID, g.Owner, g.Description) && (group == "" || g.Group == group)
			}
		}
		found, next, looked, err := collect(p.readCircles(kind), s.after, keep)
		if err != nil {
			return nil, err
		}
		exact, problem := p.world.Circle(world.CircleID{Kind: kind, ID: s.get("q")})
		found = withExact(&s, found, exact, problem == nil && group == "", func(g world.CircleRow) bool { return g.ID == exact.ID })
		var filters []filter
		if kind == world.ThreadKind {
			filters = append(filters, s.filter("group", "Group id"))
		}
		count := p.world.Count()
		total := map[world.CircleKind]int{world.GroupKind: count.Groups, world.RoomKind: count.Rooms, world.ThreadKind: count.Threads}[kind]
		l := s.page(string(kind)+"s", total, next, looked, filters...)
		l.Circles = world.Convert(found, newCircleRow)
		return &view{Title: title(kind) + "s", List: l}, nil
	}
}

func (p *Page) readCircles(kind world.CircleKind) reader[world.CircleRow] {
	return func(cursor string, limit int) ([]world.CircleRow, string, error) {
		list, next, err := p.world.ListCircles(kind, cursor, limit)
		return list, next, refused(err)
	}
}

// circle shows all of a group, room or thread.
func (p *Page) circle(kind world.CircleKind) func(*http.Request) (*view, error) {
	return func(r *http.Request) (*view, error) {
		id := world.CircleID{Kind: kind, ID: r.URL.Query().Get("id")}
		g, problem := p.world.Circle(id)
		if problem != nil {
			return nil, missing{string(kind), id.ID}
		}
		name := cmp.Or(g.Name, g.ID)
		f := faceOf(name, g.ID)
		f.Square = true
		d := &detail{Kind: string(kind), Face: &f}
		d.chip(g.Disabled, "disabled", "bad")
		d.chip(g.MutedAll, "all muted", "wait")
		p.circleFields(d, g, p.world.Now())
		parts, err := newParts(d, r)
		if err != nil {
			return nil, err
		}
		p.circleMembers(parts, g)
		p.circleLists(parts, id)
		p.circleContents(parts, id)
		p.circleMessages(parts, id)
		return &view{Title: name, Detail: d}, nil
	}
}

func (p *Page) circleFields(d *detail, g world.CircleRow, now time.Time) {
	d.add("ID", g.ID)
	d.link("Owner", g.Owner, address("user", "id", g.Owner))
	d.add("Description", g.Description)
	d.add("Announcement", g.Announcement)
	d.add("Custom", maskText(g.Custom))
	d.add("Avatar", maskText(g.Avatar))
	d.link("Group", g.Group, address("group", "id", g.Group))
	d.link("Hangs on", g.Message, address("message", "id", g.Message))
	if g.Kind == world.GroupKind {
		d.add("Public", yes(g.Public))
		d.add("Joining needs approval", yes(g.MembersOnly))
		d.add("Members may invite", yes(g.AllowInvites))
		d.add("Invited users are asked", yes(g.Asked))
	}
	if g.MaxUsers > 0 {
		d.add("Users at most", strconv.Itoa(g.MaxUsers))
	}
	d.add("Created", wholeTime(g.Created, now))
	d.add("Changed", wholeTime(g.Updated, now))
	to := "group"
	if g.Kind == world.RoomKind {
		to = "room"
	}
	d.link("Messages", "all", address("messages", "to", to, "id", g.ID))
	if g.Threads > 0 {
		d.link("Threads", strconv.Itoa(g.Threads), address("threads", "group", g.ID))
	}
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

// circleMembers shows members with what is theirs in the circle.
func (p *Page) circleMembers(parts *parts, g world.CircleRow) {
	now := p.world.Now()
	parts.add("Members", g.Members, func(skip, limit int) []entry {
		list, _ := p.world.ListMembers(g.CircleID, false, skip, limit) // none, if it was deleted just now
		return world.Convert(list, func(m world.Membership) entry {
			e := userEntry(m.User)
			e.Time, e.Note = shownTime(m.Joined, now), p.memberNote(g.CircleID, m.User)
			if m.Owner {
				e.Chip = chip{"owner", ""}
			}
			return e
		})
	})
}

// memberNote is the attributes of a member of a group, or their tags in a room.
func (p *Page) memberNote(id world.CircleID, user string) string {
	var notes []string
	switch id.Kind {
	case world.GroupKind:
		list, _ := p.world.GetMemberAttributes(id.ID, []string{user}, nil) // none, as above
		for _, m := range list {
			for _, v := range pairs(m.Values) {
				notes = append(notes, v.key+": "+pairEntry(v).Note)
			}
		}
	case world.RoomKind:
		tags, _ := p.world.MemberTags(id.ID, user) // as above
		for _, t := range tags {
			if t.Until.After(p.world.Now()) {
				t.Tag += " (muted)"
			}
			notes = append(notes, "tag "+t.Tag)
		}
	case world.ThreadKind:
	}
	return strings.Join(notes, ", ")
}

func (p *Page) circleMessages(parts *parts, id world.CircleID) {
	box := world.MessageBox{Chat: world.ToGroups, ID: id.ID}
	if id.Kind == world.RoomKind {
		box.Chat = world.ToRooms
	}
	parts.add("Messages", p.count(box), p.messageEntries(box))
}

// circleLists shows the lists of users. One that cannot be read is that of a circle that was deleted
// just now.
func (p *Page) circleLists(parts *parts, id world.CircleID) {
	if id.Kind == world.ThreadKind {
		return
	}
	admins, _ := p.world.ListAdmins(id)
	addAll(parts, "Admins", admins, userEntry)
	muted, _ := p.world.ListMutedMembers(id)
	now := p.world.Now()
	addAll(parts, "Muted", muted, func(m world.CircleMute) entry {
		e := userEntry(m.User)
		e.Note = "until " + shownTime(m.Until, now).Short
		return e
	})
	allowed, _ := p.world.ListAllowedMembers(id)
	addAll(parts, "Allowed", allowed, userEntry)
	blocked, _ := p.world.ListBlockedUsers(id)
	addAll(parts, "Blocked", blocked, userEntry)
}

// circleContents shows the attributes of a room, or the files of a group; see circleLists for errors.
func (p *Page) circleContents(parts *parts, id world.CircleID) {
	now := p.world.Now()
	switch id.Kind {
	case world.RoomKind:
		attributes, _ := p.world.RoomAttributes(id.ID, nil)
		addAll(parts, "Attributes", attributes, func(a world.RoomAttribute) entry {
			e := pairEntry(pair{a.Name, a.Value})
			e.Note += " (of " + a.User + ")"
			return e
		})
	case world.GroupKind:
		const all = 1 << 20
		shared, _ := p.world.ListSharedFiles(id.ID, "", 0, all)
		addAll(parts, "Files", shared, func(f world.SharedFile) entry {
			row := newFileRow(*f.File, now)
			return entry{Text: cmp.Or(row.Name, row.ID), Href: row.Href, Note: row.Note + ", of " + f.Owner, Time: row.Time}
		})
	case world.ThreadKind:
	}
}
