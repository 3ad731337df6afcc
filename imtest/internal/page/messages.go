package page

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

type messageRow struct {
	face
	ID, Href       string
	From, FromHref string
	To, ToHref     string
	Chat           string // "": to a user
	Kind, Text     string // Kind "": text
	Time           stamp
	Picture        string // address, "": none
	Recalled       bool
	Edits          int
}

// chats are the words for what messages are to.
var chats = map[world.ChatKind]string{world.ToUsers: "user", world.ToGroups: "group", world.ToRooms: "room"}

func (p *Page) messageRow(m world.Message, now time.Time) messageRow {
	v := messageRow{
		face: faceOf(m.From, m.From), ID: m.IDText(), Href: address("message", "id", m.IDText()),
		From: m.From, FromHref: address("user", "id", m.From), Kind: m.Kind, Text: cut(gist(m)), Time: shownTime(m.Time, now),
		Picture: p.pictureOf(m), Recalled: m.Recalled, Edits: int(m.Edits),
	}
	if m.Kind == "txt" {
		v.Kind = ""
	}
	v.Chat, v.To, v.ToHref = p.target(m)
	return v
}

// target is what a message is to: the kind ("" for a user), the name and the address.
func (p *Page) target(m world.Message) (kind, name, href string) {
	if m.Chat == world.ToUsers {
		return "", m.To, address("user", "id", m.To)
	}
	kind = chats[m.Chat]
	href = address(kind, "id", m.To)
	g, there := p.circleOf(m.Chat, m.To)
	if g.Kind == world.ThreadKind {
		href = address("thread", "id", m.To)
	}
	if !there {
		return kind, m.To, href
	}
	return kind, cmp.Or(g.Name, m.To), href
}

// circleOf returns the group, thread or room that messages are sent to, if it exists.
func (p *Page) circleOf(chat world.ChatKind, id string) (world.CircleRow, bool) {
	kinds := []world.CircleKind{world.GroupKind, world.ThreadKind}
	if chat == world.ToRooms {
		kinds = []world.CircleKind{world.RoomKind}
	}
	for _, kind := range kinds {
		if g, err := p.world.Circle(world.CircleID{Kind: kind, ID: id}); err == nil {
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
		return maskedLine([]byte(m.Body))
	}
	if text := cmp.Or(body.Msg, body.Action, body.Addr, body.CustomEvent, body.Filename, maskText(body.URL)); text != "" || m.Kind == "txt" {
		return text
	}
	if body.Exts != nil {
		return maskedLine(body.Exts)
	}
	return maskedLine([]byte(m.Body))
}

// messageFilter is what a search wants of messages; empty fields want all.
type messageFilter struct {
	box                  world.MessageBox // in which it looks
	chat, to, from, kind string
}

func (s *search) messageFilter(filters []filter) messageFilter {
	f := messageFilter{from: world.Fold(filters[2].Value)}
	if chosen(filters[0]) {
		f.chat = filters[0].Value
	}
	if chosen(filters[3]) {
		f.kind = filters[3].Value
	}
	f.to = filters[1].Value
	for chat, name := range chats {
		if f.to != "" && f.chat == name { // there is a box for that
			f.box, f.chat, f.to = world.MessageBox{Chat: chat, ID: f.to}, "", ""
			break
		}
	}
	return f
}

// all holds if everything in the box is wanted.
func (f *messageFilter) all() bool { return f.chat+f.to+f.from+f.kind == "" }

func (f *messageFilter) wants(m world.Message) bool {
	return (f.chat == "" || f.chat == chats[m.Chat]) && (f.to == "" || f.to == m.To) &&
		(f.from == "" || f.from == m.From) && (f.kind == "" || f.kind == m.Kind)
}

// messages lists those of everyone, or what a user, group or room was sent.
func (p *Page) messages(r *http.Request) (*view, error) {
	s := newSearch(r)
	filters := []filter{
		s.filter("to", "To a", "any", "user", "group", "room"), s.filter("id", "Its name or id"), s.filter("from", "From"),
		s.filter("type", "Type", "any", "txt", "img", "audio", "video", "file", "loc", "cmd", "custom"),
	}
	f := s.messageFilter(filters)
	var keep func(world.Message) bool
	if s.query != "" || !f.all() {
		keep = func(m world.Message) bool { return f.wants(m) && s.finds(m.IDText(), m.Body, m.Ext, m.From, m.To) }
	}
	found, next, looked, err := collect(p.readMessages(f.box), s.after, keep)
	if err != nil {
		return nil, err
	}
	exact, there := p.world.Message(s.query)
	found = withExact(&s, found, exact, there && f.all() && f.box.ID == "", func(m world.Message) bool { return m.ID == exact.ID })
	l := s.page("messages", p.count(f.box), next, looked, filters...)
	now := p.world.Now()
	l.Messages = world.Convert(found, func(m world.Message) messageRow { return p.messageRow(m, now) })
	return &view{Title: "Messages", List: l}, nil
}

// chosen holds for a filter that leaves something out.
func chosen(f filter) bool { return f.Value != "" && f.Value != f.Options[0] }

// readMessages reads a box; the cursor is how many messages are left.
func (p *Page) readMessages(box world.MessageBox) reader[world.Message] {
	return func(cursor string, limit int) ([]world.Message, string, error) {
		end := -1
		if cursor != "" {
			var err error
			if end, err = strconv.Atoi(cursor); err != nil || end < 0 {
				return nil, "", badQuery{"The place in the list is not one."}
			}
		}
		list, count := p.world.NewestMessages(box, end, limit)
		if end < 0 || end > count {
			end = count
		}
		if left := end - len(list); left > 0 {
			return list, strconv.Itoa(left), nil
		}
		return list, "", nil
	}
}

// count is how many messages are in a box.
func (p *Page) count(box world.MessageBox) int {
	_, count := p.world.NewestMessages(box, -1, 0)
	return count
}

// messageEntries reads the messages of a part, the newest first.
func (p *Page) messageEntries(box world.MessageBox) func(skip, limit int) []entry {
	return func(skip, limit int) []entry {
		now := p.world.Now()
		list, _ := p.world.NewestMessages(box, max(0, p.count(box)-skip), limit)
		return world.Convert(list, func(m world.Message) entry {
			row := p.messageRow(m, now)
			e := entry{Text: row.Text, Href: row.Href, Note: row.From, Time: row.Time}
			if e.Text == "" {
				e.Text = "(no text)"
			}
			if row.Chat != "" {
				e.Note += " to " + row.Chat + " " + row.To
			}
			if row.Kind != "" {
				e.Chip = chip{row.Kind, ""}
			}
			return e
		})
	}
}

// message shows all of a message.
func (p *Page) message(r *http.Request) (*view, error) {
	id := r.URL.Query().Get("id")
	m, there := p.world.Message(id)
	if !there {
		return nil, missing{"message", id}
	}
	f := faceOf(m.From, m.From)
	d := &detail{Kind: "message", Face: &f, Picture: p.pictureOf(m)}
	d.chip(m.Kind != "txt", m.Kind, "")
	d.chip(m.Recalled, "recalled", "bad")
	d.chip(m.Edits > 0, fmt.Sprint("edited ", m.Edits, "×"), "")
	p.messageFields(d, m)
	d.block("Body", shownBody([]byte(m.Body)))
	d.block("Ext", shownBody([]byte(m.Ext)))
	parts, err := newParts(d, r)
	if err != nil {
		return nil, err
	}
	now := p.world.Now()
	addAll(parts, "Reactions", p.world.Reactions(id), func(r world.Reaction) entry {
		return entry{Text: r.Text, Note: strings.Join(r.Users, ", "), Time: shownTime(r.Created, now)}
	})
	if m.Rare != nil {
		addAll(parts, "Only for", m.Rare.Users, userEntry)
	}
	addAll(parts, "Not in the history of", m.RoamIgnore, userEntry)
	return &view{Title: "Message " + id, Detail: d}, nil
}

func (p *Page) messageFields(d *detail, m world.Message) {
	chat, name, href := p.target(m)
	d.add("ID", m.IDText())
	d.link("From", m.From, address("user", "id", m.From))
	d.link("To "+cmp.Or(chat, "user"), name, href)
	if name != m.To {
		d.add("Target id", m.To)
	}
	d.add("Type", m.Kind)
	d.add("Sent", wholeTime(m.Time, p.world.Now()))
	d.add("Priority", m.Level)
	d.flag("Only for those online", m.OnlineOnly)
	d.flag("Receipt wanted", m.NeedReceipt)
	d.flag("Sender gets it too", m.SyncDevice)
	if m.Rare == nil {
		return
	}
	d.flag("Imported", m.Rare.Imported)
	if m.Rare.Broadcast != 0 {
		d.add("Broadcast", strconv.FormatInt(m.Rare.Broadcast, 10))
	}
	d.add("File", m.Rare.File)
}
