package messages

import (
	"fmt"
	"log/slog"
	"math"
	"regexp"
	"strconv"
	"time"

	"github.com/imrest/im-go/internal/api"
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
	TypeCombine  Type = "combine" // in the history only, where it goes as a text of subType sub_combine
)

// Body is the content of a message. The types of this package are all there are:
// make one with [Text], [Image], [Voice], [Video], [Attach], [Location], [Command]
// or [Custom]. The history also holds [CombineBody] and [RawBody], which cannot be
// sent.
type Body interface {
	Type() Type
	check() error
	wire(Type) any // for sending: without the type, or flat with it
}

// TextBody is made by [Text].
type TextBody struct{ Text string }

// Text is a text message.
func Text(text string) TextBody { return TextBody{text} }

// Type implements Body.
func (TextBody) Type() Type { return TypeText }

func (b TextBody) check() error { return api.Required("Body.Text", b.Text) }

func (b TextBody) wire(t Type) any {
	return struct {
		Type Type   `json:"type,omitzero"`
		Msg  string `json:"msg"`
	}{t, b.Text}
}

// Attachment is a file that a message refers to; [File.Attachment] makes it from
// an upload. It prints without its secret.
type Attachment struct {
	URL    string // where the file is
	Name   string // as the receivers see it; without one they see none
	Secret string // for a file that was uploaded as restricted
	Size   int64  // bytes
}

type plainAttachment Attachment

// Format hides the secret.
func (a Attachment) Format(f fmt.State, verb rune) { api.FormatMasked(f, verb, a.masked()) }

// LogValue hides the secret.
func (a Attachment) LogValue() slog.Value { return api.LogMasked(a.masked()) }

func (a Attachment) masked() plainAttachment {
	a.Secret = api.Masked(a.Secret)
	return plainAttachment(a)
}

func (a Attachment) check() error { return api.Required("Body.File.URL", a.URL) }

// wireFile has the fields of all bodies that refer to a file.
type wireFile struct {
	Type        Type      `json:"type,omitzero"`
	URL         string    `json:"url"`
	Filename    string    `json:"filename,omitzero"`
	Secret      string    `json:"secret,omitzero"`
	FileLength  int64     `json:"file_length,omitzero"`
	Length      int       `json:"length,omitzero"` // seconds
	Size        *wireSize `json:"size,omitempty"`
	Thumb       string    `json:"thumb,omitzero"`
	ThumbSecret string    `json:"thumb_secret,omitzero"`
}

type wireSize struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

func (a Attachment) wire(t Type) wireFile {
	return wireFile{Type: t, URL: a.URL, Filename: a.Name, Secret: a.Secret, FileLength: a.Size}
}

func size(width, height int) *wireSize {
	if width == 0 && height == 0 {
		return nil
	}
	return &wireSize{width, height}
}

// secrets lists what must not be quoted in an error.
func secrets(b Body) []string {
	switch b := b.(type) {
	case ImageBody:
		return []string{b.File.Secret}
	case VoiceBody:
		return []string{b.File.Secret}
	case VideoBody:
		return []string{b.File.Secret, b.Thumbnail.Secret}
	case FileBody:
		return []string{b.File.Secret}
	}
	return nil
}

// seconds rounds up, so that a short sound is not shown as 0 s.
func seconds(d time.Duration) int {
	n := d / time.Second
	if d%time.Second > 0 {
		n++
	}
	return int(min(n, math.MaxInt32))
}

// ImageBody is made by [Image].
type ImageBody struct {
	File          Attachment
	Width, Height int // pixels; 0: not known
}

// Image is a picture, with its size in pixels or 0 where it is not known.
func Image(file Attachment, width, height int) ImageBody { return ImageBody{file, width, height} }

// LogValue hides the secrets of its files.
func (b ImageBody) LogValue() slog.Value { return api.LogMasked(b) }

// Type implements Body.
func (ImageBody) Type() Type { return TypeImage }

func (b ImageBody) check() error { return b.File.check() }

func (b ImageBody) wire(t Type) any {
	w := b.File.wire(t)
	w.Size = size(b.Width, b.Height)
	return w
}

// VoiceBody is made by [Voice].
type VoiceBody struct {
	File   Attachment
	Length time.Duration // sent in whole seconds, rounded up
}

// Voice is a sound, with its length.
func Voice(file Attachment, length time.Duration) VoiceBody { return VoiceBody{file, length} }

// LogValue hides the secrets of its files.
func (b VoiceBody) LogValue() slog.Value { return api.LogMasked(b) }

// Type implements Body.
func (VoiceBody) Type() Type { return TypeVoice }

func (b VoiceBody) check() error {
	return api.First(b.File.check(), checkLength(b.Length))
}

func (b VoiceBody) wire(t Type) any {
	w := b.File.wire(t)
	w.Length = seconds(b.Length)
	return w
}

func checkLength(d time.Duration) error {
	if d < 0 {
		return api.Invalid("Body.Length", "is %s, must not be negative", d)
	}
	return nil
}

// VideoBody is made by [Video].
type VideoBody struct {
	File      Attachment
	Thumbnail Attachment // a picture uploaded by itself: the server makes none of a video
	Length    time.Duration
	// Width and Height are those of the thumbnail in pixels. They come with the
	// history and are not sent.
	Width, Height int
}

// Video is a film, with a picture that was uploaded as its thumbnail (or the zero
// Attachment), and its length.
func Video(file, thumbnail Attachment, length time.Duration) VideoBody {
	return VideoBody{File: file, Thumbnail: thumbnail, Length: length}
}

// LogValue hides the secrets of its files.
func (b VideoBody) LogValue() slog.Value { return api.LogMasked(b) }

// Type implements Body.
func (VideoBody) Type() Type { return TypeVideo }

func (b VideoBody) check() error {
	return api.First(b.File.check(), checkLength(b.Length))
}

func (b VideoBody) wire(t Type) any {
	w := b.File.wire(t)
	w.Length = seconds(b.Length)
	w.Thumb, w.ThumbSecret = b.Thumbnail.URL, b.Thumbnail.Secret
	return w
}

// FileBody is made by [Attach].
type FileBody struct{ File Attachment }

// Attach is a file of any kind.
func Attach(file Attachment) FileBody { return FileBody{file} }

// LogValue hides the secrets of its files.
func (b FileBody) LogValue() slog.Value { return api.LogMasked(b) }

// Type implements Body.
func (FileBody) Type() Type { return TypeFile }

func (b FileBody) check() error { return b.File.check() }

func (b FileBody) wire(t Type) any { return b.File.wire(t) }

// LocationBody is made by [Location].
type LocationBody struct {
	Latitude, Longitude float64 // degrees
	Address             string
}

// Location is a place, in degrees, with its address.
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
	Action string
	Param  map[string]any // free data; only the vendor's Java SDK knows it
}

// Command is a message that the receiving app acts on without showing it.
func Command(action string) CommandBody { return CommandBody{Action: action} }

// Type implements Body.
func (CommandBody) Type() Type { return TypeCommand }

func (b CommandBody) check() error { return api.Required("Body.Action", b.Action) }

func (b CommandBody) wire(t Type) any {
	return struct {
		Type   Type           `json:"type,omitzero"`
		Action string         `json:"action"`
		Param  map[string]any `json:"param,omitempty"`
	}{t, b.Action, b.Param}
}

// CustomBody is made by [Custom].
type CustomBody struct {
	Event string            // up to 32 characters of a-z A-Z 0-9 - _ / and .
	Exts  map[string]string // up to 16 entries
}

// Custom is a message of a type of the app's own.
func Custom(event string, exts map[string]string) CustomBody { return CustomBody{event, exts} }

// Type implements Body.
func (CustomBody) Type() Type { return TypeCustom }

var customEvent = regexp.MustCompile(`^[a-zA-Z0-9\-_/.]{1,32}$`)

func (b CustomBody) check() error {
	if b.Event == "" && len(b.Exts) == 0 {
		return api.Invalid("Body.Event", "must not be empty where there are no Exts: the server refuses an empty body")
	}
	if b.Event != "" {
		if err := api.First(api.MaxLength("Body.Event", b.Event, 32), api.Pattern("Body.Event", b.Event, customEvent)); err != nil {
			return err
		}
	}
	return api.MaxItems("Body.Exts", len(b.Exts), 16)
}

func (b CustomBody) wire(t Type) any {
	return struct {
		Type  Type              `json:"type,omitzero"`
		Event string            `json:"customEvent,omitzero"`
		Exts  map[string]string `json:"customExts,omitempty"`
	}{t, b.Event, b.Exts}
}
