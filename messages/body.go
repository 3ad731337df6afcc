package messages

import (
	"math"
	"strconv"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/pattern"
)

// Type is the type of a message, as it stands on the wire.
type Type string

// The types.
const (
	TypeText     Type = "txt"
	TypeImage    Type = "img"
	TypeVoice    Type = "audio"
	TypeVideo    Type = "video"
	TypeFile     Type = "file"
	TypeLocation Type = "loc"
	TypeCommand  Type = "cmd"
	TypeCustom   Type = "custom"
	TypeCombine  Type = "combine" // on the wire a text of subType sub_combine
)

// Body is the content of a message. Only the types of this package implement it: make
// one with [Text], [Image], [Voice], [Video], [Attach], [Location], [Command] or [Custom].
// The history also holds [CombineBody] and [RawBody].
type Body interface {
	Type() Type // TypeText, TypeImage and so on; of a [RawBody] its Kind
	check() error
	wire(Type) any     // for sending: without the type, or flat with it
	secrets() []string // what must not be quoted in an error
}

// sentAs is the type by which the server knows a body.
func sentAs(b Body) Type {
	if t := b.Type(); t != TypeCombine {
		return t
	}
	return TypeText
}

// apart is a body for the calls that have its type beside it.
func apart(b Body) (Type, any) {
	if b == nil {
		return "", nil
	}
	return sentAs(b), b.wire("")
}

// flat is a body for the calls that have its type in it.
func flat(b Body) any {
	if b == nil {
		return nil
	}
	return b.wire(sentAs(b))
}

// secretsOf lists the secrets of a body, which may be nil.
func secretsOf(b Body) []string {
	if b == nil {
		return nil
	}
	return b.secrets()
}

func checkBody(b Body) error {
	if b == nil {
		return api.Invalid("Body", "must not be nil")
	}
	return b.check()
}

// TextBody is made by [Text].
type TextBody struct {
	Text string `json:"text"` // required
}

// Text makes the body of a text message.
func Text(text string) TextBody { return TextBody{text} }

// Type implements Body.
func (TextBody) Type() Type { return TypeText }

func (b TextBody) check() error { return api.Required("Body.Text", b.Text) }

func (TextBody) secrets() []string { return nil }

func (b TextBody) wire(t Type) any {
	return struct {
		Type Type   `json:"type,omitzero"`
		Msg  string `json:"msg"`
	}{t, b.Text}
}

// LocationBody is made by [Location].
type LocationBody struct {
	Latitude  float64 `json:"latitude"`  // degrees, -90 to 90
	Longitude float64 `json:"longitude"` // degrees, -180 to 180
	Address   string  `json:"address"`   // required
}

// Location makes the body of a location: a place, in degrees, with its address.
func Location(latitude, longitude float64, address string) LocationBody {
	return LocationBody{latitude, longitude, address}
}

// Type implements Body.
func (LocationBody) Type() Type { return TypeLocation }

func (b LocationBody) check() error {
	return api.First(degrees("Body.Latitude", b.Latitude, 90), degrees("Body.Longitude", b.Longitude, 180),
		api.Required("Body.Address", b.Address))
}

func degrees(field string, v, limit float64) error {
	if math.IsNaN(v) || v < -limit || v > limit {
		return api.Invalid(field, "is %v, must be from -%v to %v", v, limit, limit)
	}
	return nil
}

func (LocationBody) secrets() []string { return nil }

func (b LocationBody) wire(t Type) any {
	return struct {
		Type Type   `json:"type,omitzero"`
		Lat  string `json:"lat"` // a string, unlike in the history
		Lng  string `json:"lng"`
		Addr string `json:"addr"`
	}{t, decimal(b.Latitude), decimal(b.Longitude), b.Address}
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// CommandBody is made by [Command].
type CommandBody struct {
	Action string         `json:"action"`          // required; the app's own
	Param  map[string]any `json:"param,omitempty"` // free data; only the vendor's Java SDK has it
}

// Command makes the body of a command, which the receiving app acts on without showing it.
func Command(action string) CommandBody { return CommandBody{Action: action} }

// Type implements Body.
func (CommandBody) Type() Type { return TypeCommand }

func (b CommandBody) check() error { return api.Required("Body.Action", b.Action) }

func (CommandBody) secrets() []string { return nil }

func (b CommandBody) wire(t Type) any {
	return struct {
		Type   Type           `json:"type,omitzero"`
		Action string         `json:"action"`
		Param  map[string]any `json:"param,omitempty"`
	}{t, b.Action, b.Param}
}

// CustomBody is made by [Custom].
type CustomBody struct {
	Event string            `json:"event,omitempty"` // up to 32 characters of a-z A-Z 0-9 - _ / and .
	Exts  map[string]string `json:"exts,omitempty"`  // up to 16 entries
}

// Custom makes the body of a message of the app's own type.
func Custom(event string, exts map[string]string) CustomBody { return CustomBody{event, exts} }

// Type implements Body.
func (CustomBody) Type() Type { return TypeCustom }

var customEvent = pattern.Lazy(`^[a-zA-Z0-9\-_/.]{1,32}$`)

func (b CustomBody) check() error {
	if b.Event == "" && len(b.Exts) == 0 {
		return api.Invalid("Body.Event", "must not be empty without Exts: the server rejects an empty body")
	}
	if b.Event != "" {
		if err := api.First(api.MaxLength("Body.Event", b.Event, 32), api.Pattern("Body.Event", b.Event, customEvent())); err != nil {
			return err
		}
	}
	return api.MaxItems("Body.Exts", len(b.Exts), 16)
}

func (CustomBody) secrets() []string { return nil }

func (b CustomBody) wire(t Type) any {
	return struct {
		Type  Type              `json:"type,omitzero"`
		Event string            `json:"customEvent,omitzero"`
		Exts  map[string]string `json:"customExts,omitempty"`
	}{t, b.Event, b.Exts}
}
