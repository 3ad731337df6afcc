package world

import (
	"slices"
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/internal/wire"
)

// A setting is one field that create and update take. One of text, flag and
// number says where it is kept; a field without any is taken and forgotten.
type setting struct {
	names    []string // the documented one first
	response string   // its name in the response of an update, "" for the first of names
	text     func(*Settings) *string
	flag     func(*Settings) *bool
	number   func(*Settings) *int
	most     int                // characters, or the number itself
	bytes    bool               // most is bytes
	excess   func() *wire.Error // for more; nil: the field is not valid
}

// set takes the field from a body that has it.
func (f *setting) set(v *Settings, o *wire.Object) *wire.Error {
	tooMuch := false
	switch {
	case f.text != nil:
		text := o.Text(f.names...)
		*f.text(v) = text
		tooMuch = len(text) > f.most && (f.bytes || utf8.RuneCountInString(text) > f.most)
	case f.flag != nil:
		*f.flag(v) = o.Boolean(f.names...)
	case f.number != nil:
		n := o.Integer(f.names...)
		if n < 1 {
			return wire.ErrInvalidFields(f.names[0])
		}
		tooMuch = n > int64(f.most)
		*f.number(v) = int(min(n, int64(f.most)))
	}
	switch {
	case o.Bad != "" || tooMuch && f.excess == nil:
		return wire.ErrInvalidFields(f.names[0])
	case tooMuch:
		return f.excess()
	}
	return nil
}

// create reads the settings of a new circle; other fields are ignored.
func (v *Settings) create(list []setting, o *wire.Object) *wire.Error {
	for _, f := range list {
		if !o.Has(f.names...) {
			continue
		}
		if err := f.set(v, o); err != nil {
			return err
		}
	}
	return nil
}

// update changes the settings that a body has, all or none, and returns a flag
// for each. A field that is unknown or null is refused.
func (v *Settings) update(list []setting, o *wire.Object) (map[string]bool, *wire.Error) {
	if unknown := unknownFields(list, o); len(unknown) > 0 {
		return nil, wire.ErrInvalidFields(unknown...)
	}
	changed, draft := map[string]bool{}, *v
	for _, f := range list {
		if !o.Has(f.names...) {
			continue
		}
		if err := f.set(&draft, o); err != nil {
			return nil, err
		}
		if f.response == "" {
			f.response = f.names[0]
		}
		changed[f.response] = true
	}
	*v = draft
	return changed, nil
}

func unknownFields(list []setting, o *wire.Object) []string {
	var unknown []string
	for name := range o.Fields {
		knows := func(f setting) bool { return slices.Contains(f.names, name) }
		if !o.Has(name) || !slices.ContainsFunc(list, knows) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}

// updateSettings is the update call of groups and rooms.
func updateSettings(list []setting) circleHandler {
	return func(w *World, c *wire.Call, g *Circle) (*wire.Response, *wire.Error) {
		o, err := c.Object()
		if err != nil {
			return nil, err
		}
		before := g.Settings
		changed, err := g.update(list, o)
		switch {
		case err != nil:
			return nil, err
		case changed["maxusers"] && g.MaxUsers < g.Members.Len():
			g.Settings = before
			return nil, wire.ErrBelowMembers()
		}
		g.Modified = w.Now()
		return wire.Data(changed), nil
	}
}

// foundCircle makes a group or room out of what a call has read. The caller
// holds mu.
func (w *World) foundCircle(g *Circle, members []string) *wire.Error {
	if g.ID == "" {
		g.ID = w.FreeCircleID()
	}
	if w.hasCircle(g.ID) {
		return wire.ErrCircleExists(g.ID)
	}
	members, err := w.newcomers(g, append([]string{g.Owner}, Convert(members, Fold)...))
	switch {
	case err != nil:
		return err
	case len(members) > g.MaxUsers:
		return wire.ErrTooManyMembers()
	}
	g.Kind.In(w).Found(g, members, w.Now())
	return nil
}
