package messages

import (
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// Attachment is a file that a message refers to; [File.Attachment] makes it from an
// upload. It prints without its secret.
type Attachment struct {
	URL    string `json:"url"`              // where the file is
	Name   string `json:"name,omitempty"`   // as the receivers see it; empty: they see none
	Secret string `json:"secret,omitempty"` // for a file that was uploaded as restricted
	Size   int64  `json:"size,omitempty"`   // bytes
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

// seconds rounds up, so that a short sound is not shown as 0 s.
func seconds(d time.Duration) int {
	n := d / time.Second
	if d%time.Second > 0 {
		n++
	}
	return int(min(n, math.MaxInt32))
}

func checkLength(d time.Duration) error {
	if d < 0 {
		return api.Invalid("Body.Length", "is %s, must not be negative", d)
	}
	return nil
}

// ImageBody is made by [Image].
type ImageBody struct {
	File   Attachment `json:"file"`             // required
	Width  int        `json:"width,omitempty"`  // pixels; 0: not known
	Height int        `json:"height,omitempty"` // pixels; 0: not known
}

// Image makes the body of a picture, with its size in pixels, or 0 if that is not known.
func Image(file Attachment, width, height int) ImageBody { return ImageBody{file, width, height} }

// LogValue hides the secrets of its files.
func (b ImageBody) LogValue() slog.Value { return api.LogMasked(b) }

// Type implements Body.
func (ImageBody) Type() Type { return TypeImage }

func (b ImageBody) check() error { return b.File.check() }

func (b ImageBody) file() Attachment { return b.File }

func (b ImageBody) secrets() []string { return []string{b.File.Secret} }

func (b ImageBody) wire(t Type) any {
	w := b.File.wire(t)
	w.Size = size(b.Width, b.Height)
	return w
}

// VoiceBody is made by [Voice].
type VoiceBody struct {
	File   Attachment    `json:"file"`             // required
	Length time.Duration `json:"length,omitempty"` // sent in whole seconds, rounded up
}

// Voice makes the body of a voice message, with its length.
func Voice(file Attachment, length time.Duration) VoiceBody { return VoiceBody{file, length} }

// LogValue hides the secrets of its files.
func (b VoiceBody) LogValue() slog.Value { return api.LogMasked(b) }

// Type implements Body.
func (VoiceBody) Type() Type { return TypeVoice }

func (b VoiceBody) check() error { return api.First(b.File.check(), checkLength(b.Length)) }

func (b VoiceBody) file() Attachment { return b.File }

func (b VoiceBody) secrets() []string { return []string{b.File.Secret} }

func (b VoiceBody) wire(t Type) any {
	w := b.File.wire(t)
	w.Length = seconds(b.Length)
	return w
}

// VideoBody is made by [Video].
type VideoBody struct {
	File      Attachment    `json:"file"`               // required
	Thumbnail Attachment    `json:"thumbnail,omitzero"` // a picture uploaded separately: the server makes none of a video
	Length    time.Duration `json:"length,omitempty"`   // sent in whole seconds, rounded up
	Width     int           `json:"width,omitempty"`    // of the thumbnail, in pixels; comes with the history and is not sent
	Height    int           `json:"height,omitempty"`   // of the thumbnail, in pixels; comes with the history and is not sent
}

// Video makes the body of a video, with a picture that was uploaded as its thumbnail (or
// the zero Attachment), and its length.
func Video(file, thumbnail Attachment, length time.Duration) VideoBody {
	return VideoBody{File: file, Thumbnail: thumbnail, Length: length}
}

// LogValue hides the secrets of its files.
func (b VideoBody) LogValue() slog.Value { return api.LogMasked(b) }

// Type implements Body.
func (VideoBody) Type() Type { return TypeVideo }

func (b VideoBody) check() error { return api.First(b.File.check(), checkLength(b.Length)) }

func (b VideoBody) file() Attachment { return b.File }

func (b VideoBody) secrets() []string { return []string{b.File.Secret, b.Thumbnail.Secret} }

func (b VideoBody) wire(t Type) any {
	w := b.File.wire(t)
	w.Length = seconds(b.Length)
	w.Thumb, w.ThumbSecret = b.Thumbnail.URL, b.Thumbnail.Secret
	return w
}

// FileBody is made by [Attach].
type FileBody struct {
	File Attachment `json:"file"` // required
}

// Attach makes the body of a file of any kind.
func Attach(file Attachment) FileBody { return FileBody{file} }

// LogValue hides the secrets of its files.
func (b FileBody) LogValue() slog.Value { return api.LogMasked(b) }

// Type implements Body.
func (FileBody) Type() Type { return TypeFile }

func (b FileBody) check() error { return b.File.check() }

func (b FileBody) file() Attachment { return b.File }

func (b FileBody) secrets() []string { return []string{b.File.Secret} }

func (b FileBody) wire(t Type) any { return b.File.wire(t) }
