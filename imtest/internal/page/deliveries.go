package page

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

type deliveryRow struct {
	ID                      int64
	Href                    string
	Kind, Rule, State, Note string
	Status, Class           string
	Time                    stamp
	Resend, CanResend       bool
}

// deliveryRow shows a callback by its last attempt.
func (p *Page) deliveryRow(d Delivery) deliveryRow {
	v := deliveryRow{
		ID: d.ID, Href: address("callback", "id", strconv.FormatInt(d.ID, 10)), Kind: d.Kind, Rule: d.Rule, State: d.State,
		Note: maskText(d.Reason), Status: "–", Class: "poor", Time: shownTime(d.Time, p.world.Now()), Resend: d.Resend, CanResend: d.CanResend,
	}
	if n := len(d.Attempts); n > 0 {
		last := d.Attempts[n-1]
		if last.Status != 0 {
			v.Status = strconv.Itoa(last.Status)
		}
		v.Note = cmp.Or(v.Note, maskText(last.Error))
	}
	switch {
	case d.Good:
		v.Class = "good"
	case d.Bad:
		v.Class = "bad"
	}
	return v
}

// deliveries lists the newest callbacks.
func (p *Page) deliveries(r *http.Request) (*view, error) {
	s := newSearch(r)
	state := s.filter("state", "State", "any", "waiting", "accepted", "lost", "stored", "rejected", "rewritten", "failed")
	list := p.server.Deliveries()
	first := int64(1)
	if len(list) > 0 {
		first = list[0].ID // the others follow one by one
	}
	read := func(cursor string, limit int) ([]Delivery, string, error) {
		return backwards(list, first, cursor, limit)
	}
	var keep func(Delivery) bool
	if s.query != "" || chosen(state) {
		keep = func(d Delivery) bool {
			return s.finds(d.Kind, d.Rule, d.CallID, d.Reason, shownBody(d.Body)) && (!chosen(state) || d.State == state.Value)
		}
	}
	found, next, looked, err := collect(read, s.after, keep)
	if err != nil {
		return nil, err
	}
	l := s.page("callbacks", len(list), next, looked, state)
	l.Deliveries = world.Convert(found, p.deliveryRow)
	return &view{Title: "Callbacks", List: l}, nil
}

// delivery shows all of a callback, secrets masked.
func (p *Page) delivery(r *http.Request) (*view, error) {
	id := r.URL.Query().Get("id")
	list := p.server.Deliveries()
	i := slices.IndexFunc(list, func(d Delivery) bool { return strconv.FormatInt(d.ID, 10) == id })
	if i < 0 {
		return nil, missing{"callback, or none any more", id}
	}
	c, now := list[i], p.world.Now()
	d := &detail{Kind: "callback"}
	d.chip(true, c.State, p.deliveryRow(c).Class)
	d.chip(c.Resend, "resent", "")
	if c.CanResend {
		d.Redeliver = c.ID
	}
	d.add("Rule", c.Rule)
	d.add("URL", maskText(c.URL))
	d.add("Call id", c.CallID)
	d.add("Made", wholeTime(c.Time, now))
	d.add("Why", maskText(c.Reason))
	d.block("Body", shownBody(c.Body))
	for i, a := range c.Attempts {
		d.block("Attempt "+strconv.Itoa(i+1), attemptText(a, now))
	}
	return &view{Title: c.Kind + " " + id, Detail: d}, nil
}

func attemptText(a Attempt, now time.Time) string {
	lines := []string{wholeTime(a.Time, now)}
	if a.Status != 0 {
		lines = append(lines, "status "+strconv.Itoa(a.Status))
	}
	for _, text := range []string{maskText(a.Error), shownBody([]byte(a.Response))} {
		if text != "" {
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, "\n")
}
