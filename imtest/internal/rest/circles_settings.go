package rest

import (
	"slices"
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

// A setting is one field that create and update take. One of text, flag and
// number says where it goes; a field without any is taken and forgotten.
type setting struct {
	names    []string // the documented one first
	response string   // its name in the response of an update, "" for the first of names
	text     func(*world.SettingsChange) **string
	flag     func(*world.SettingsChange) **bool
	number   func(*world.SettingsChange) **int
	most     int                // characters, or the number itself
	bytes    bool               // most is bytes
	excess   func() *wire.Error // for more; nil: the field is not valid
}

// set takes the field from a body that has it.
func (f *setting) set(v *world.SettingsChange, o *wire.Object) *wire.Error {
	tooMuch := false
	switch {
	case f.text != nil:
		text := o.Text(f.names...)
		*f.text(v) = &text
		tooMuch = len(text) > f.most && (f.bytes || utf8.RuneCountInString(text) > f.most)
	case f.flag != nil:
		*f.flag(v) = new(o.Boolean(f.names...))
	case f.number != nil:
		n := o.Integer(f.names...)
		if n < 1 {
			return wire.ErrInvalidFields(f.names[0])
		}
		tooMuch = n > int64(f.most)
		*f.number(v) = new(int(min(n, int64(f.most))))
	}
	switch {
	case o.Bad != "" || tooMuch && f.excess == nil:
		return wire.ErrInvalidFields(f.names[0])
	case tooMuch:
		return f.excess()
	}
	return nil
}

// readSettings reads the settings that a body has, and returns their names in the
// response of an update; other fields are ignored.
func readSettings(list []setting, o *wire.Object) (v world.SettingsChange, given []string, err *wire.Error) {
	for _, f := range list {
		if !o.Has(f.names...) {
			continue
		}
		if err := f.set(&v, o); err != nil {
			return v, nil, err
		}
		if f.response == "" {
			f.response = f.names[0]
		}
		given = append(given, f.response)
	}
	return v, given, nil
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

// update changes the settings that a body has, all or none, and responds with a flag
// for each. A field that is unknown or null is refused.
func (k *circleCalls) update(list []setting) handler {
	return func(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
		o, err := c.Object()
		if err != nil {
			return nil, err
		}
		if unknown := unknownFields(list, o); len(unknown) > 0 {
			return nil, wire.ErrInvalidFields(unknown...)
		}
		change, given, err := readSettings(list, o)
		if err != nil {
			return nil, err
		}
		if err := a.world.UpdateCircle(k.id(c), change); err != nil {
			return nil, k.told(err)
		}
		changed := map[string]bool{}
		for _, name := range given {
			changed[name] = true
		}
		return wire.Data(changed), nil
	}
}

// createWords are those of calls that make a group or room.
var createWords = words{world.CircleFull: always(wire.ErrTooManyMembers)}

func (k *circleCalls) delete(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
	if err := a.world.DeleteCircle(k.id(c)); err != nil {
		return nil, k.told(err)
	}
	return wire.Data(map[string]any{"success": true, k.memberID: c.Value(k.param)}), nil
}

func (k *circleCalls) getAnnouncement(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
	g, err := a.world.Circle(k.id(c))
	if err != nil {
		return nil, k.told(err)
	}
	return wire.Data(map[string]string{"announcement": g.Announcement}), nil
}

// setAnnouncement takes an empty text to clear it.
func (k *circleCalls) setAnnouncement(tooLong func() *wire.Error) handler {
	return func(a *API, c *wire.Call) (*wire.Response, *wire.Error) {
		o, err := c.Object()
		if err != nil {
			return nil, err
		}
		text := o.Text("announcement")
		switch {
		case o.Bad != "":
			return nil, wire.ErrInvalidFields(o.Bad)
		case !o.Has("announcement"):
			return nil, wire.ErrIllegalArgument("announcement is null")
		case utf8.RuneCountInString(text) > 512:
			return nil, tooLong()
		}
		if err := a.world.SetAnnouncement(k.id(c), text); err != nil {
			return nil, k.told(err)
		}
		return wire.Data(map[string]any{"id": c.Value(k.param), "result": true}), nil
	}
}
