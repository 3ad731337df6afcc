package page

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

// form is the form to send a message, with what became of it.
type form struct {
	From, Kind, To, Text string
	Notice               string
	Failed               bool
	status               int
}

// post does what a form or a button asks for, and goes back to the view that it is on, so that a
// reload does not do it again.
func (p *Page) post(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	err := r.ParseForm()
	clock, redeliver := r.PostForm.Get("clock"), r.PostForm.Get("redeliver")
	switch {
	case err != nil:
	case clock != "":
		err = p.moveClock(clock)
	case redeliver != "":
		err = p.redeliver(redeliver)
	case r.URL.Path == "/":
		p.send(w, r)
		return
	default:
		err = badQuery{"There is no such form."}
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, r.URL.RequestURI(), http.StatusSeeOther) //nolint:gosec // to itself
}

func (p *Page) redeliver(text string) error {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return err
	}
	return p.server.Redeliver(id)
}

// send sends a message. Without script the form is an ordinary one.
func (p *Page) send(w http.ResponseWriter, r *http.Request) {
	f := form{
		From: strings.TrimSpace(r.PostForm.Get("from")), Kind: r.PostForm.Get("kind"),
		To: strings.TrimSpace(r.PostForm.Get("to")), Text: r.PostForm.Get("text"),
	}
	if f.Kind != "chatgroups" && f.Kind != "chatrooms" {
		f.Kind = "users"
	}
	status, problem := p.server.Send(r.Context(), f.Kind, f.From, f.To, f.Text)
	if problem == "" {
		http.Redirect(w, r, "/?sent&missing="+p.missing(f.Kind, f.To), http.StatusSeeOther)
		return
	}
	f.Failed, f.Notice, f.status = true, "Not sent: "+problem, status
	v, err := p.overviewWith(f)
	p.write(w, r, v, err)
}

// sentNotice says of a message whether what it was sent to is missing.
func sentNotice(missing string) string {
	switch missing {
	case "user", "group", "room":
		return "Sent, though there is no such " + missing + "."
	}
	return "Sent."
}

// missing names what a message was sent to, if it does not exist: the API takes
// such messages.
func (p *Page) missing(kind, to string) string {
	var there bool
	var what string
	switch kind {
	case "users":
		_, err := p.world.User(to)
		what, there = "user", err == nil
	case "chatgroups":
		_, there = p.circleOf(world.ToGroups, to)
		what = "group"
	default:
		_, there = p.circleOf(world.ToRooms, to)
		what = "room"
	}
	if there {
		return ""
	}
	return what
}

// clockView is the server's time, and how far it is from the machine's.
type clockView struct {
	Now, Zone, Ahead string
	At               string // for machines
	Runs             bool
}

func (p *Page) clock() clockView {
	now := p.world.Now()
	zone := now.Format("UTC-07:00")
	if name, offset := now.Zone(); offset == 0 {
		zone = "UTC"
	} else if !strings.ContainsAny(name, "+-") {
		zone = name + " (" + zone + ")"
	}
	v := clockView{Now: now.Format(time.DateTime), Zone: zone, At: now.Format(time.RFC3339), Runs: p.server.ClockRuns()}
	if ahead := time.Until(now).Round(time.Second); ahead.Abs() >= 2*time.Second {
		v.Ahead = fmt.Sprintf("%+.0f s", ahead.Seconds())
	}
	return v
}

// clockMoves are what the buttons of the clock do.
var clockMoves = map[string]ClockMove{
	"minute": {Ahead: time.Minute}, "hour": {Ahead: time.Hour}, "day": {Ahead: 24 * time.Hour}, "stop": {Stop: true}, "run": {Run: true},
}

func (p *Page) moveClock(name string) error {
	move, known := clockMoves[name]
	if !known {
		return badQuery{"The clock cannot be moved so."}
	}
	p.server.MoveClock(move)
	return nil
}
