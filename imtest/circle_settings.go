package imtest

import (
	"slices"
	"unicode/utf8"
)

// A setting is one field that create and update take. One of text, flag and
// number says where it is kept; a field without any is taken and forgotten.
type setting struct {
	names    []string // the documented one first
	response string   // its name in the response of an update, "" for the first of names
	text     func(*settings) *string
	flag     func(*settings) *bool
	number   func(*settings) *int
	most     int              // characters, or the number itself
	bytes    bool             // most is bytes
	excess   func() *apiError // for more; nil: the field is not valid
}

// set takes the field from a body that has it.
func (f *setting) set(v *settings, o *object) *apiError {
	tooMuch := false
	switch {
	case f.text != nil:
		text := o.text(f.names...)
		*f.text(v) = text
		tooMuch = len(text) > f.most && (f.bytes || utf8.RuneCountInString(text) > f.most)
	case f.flag != nil:
		*f.flag(v) = o.boolean(f.names...)
	case f.number != nil:
		n := o.integer(f.names...)
		if n < 1 {
			return errInvalidFields(f.names[0])
		}
		tooMuch = n > int64(f.most)
		*f.number(v) = int(min(n, int64(f.most)))
	}
	switch {
	case o.bad != "" || tooMuch && f.excess == nil:
		return errInvalidFields(f.names[0])
	case tooMuch:
		return f.excess()
	}
	return nil
}

// create reads the settings of a new circle; other fields are ignored.
func (v *settings) create(list []setting, o *object) *apiError {
	for _, f := range list {
		if !o.has(f.names...) {
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
func (v *settings) update(list []setting, o *object) (map[string]bool, *apiError) {
	if unknown := unknownFields(list, o); len(unknown) > 0 {
		return nil, errInvalidFields(unknown...)
	}
	changed, draft := map[string]bool{}, *v
	for _, f := range list {
		if !o.has(f.names...) {
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

func unknownFields(list []setting, o *object) []string {
	var unknown []string
	for name := range o.fields {
		knows := func(f setting) bool { return slices.Contains(f.names, name) }
		if !o.has(name) || !slices.ContainsFunc(list, knows) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}

// updateSettings is the update call of groups and rooms.
func updateSettings(list []setting) circleHandler {
	return func(s *state, c *call, g *circle) (*response, *apiError) {
		o, err := c.object()
		if err != nil {
			return nil, err
		}
		before := g.settings
		changed, err := g.update(list, o)
		switch {
		case err != nil:
			return nil, err
		case changed["maxusers"] && g.maxUsers < g.members.len():
			g.settings = before
			return nil, errBelowMembers()
		}
		g.modified = s.now()
		return data(changed), nil
	}
}

// foundCircle makes a group or room out of what a call has read. The caller
// holds mu.
func (s *state) foundCircle(g *circle, members []string) *apiError {
	if g.id == "" {
		g.id = s.freeCircleID()
	}
	if s.hasCircle(g.id) {
		return errCircleExists(g.id)
	}
	members, err := s.newcomers(g, append([]string{g.owner}, convert(members, fold)...))
	switch {
	case err != nil:
		return err
	case len(members) > g.maxUsers:
		return errTooManyMembers()
	}
	g.kind.in(s).found(g, members, s.now())
	return nil
}
