package messages

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// Direction says whose copy of a message a record is.
type Direction string

// The directions. Newer files hold the sender's copies only; older ones may hold both, so
// that a message appears twice.
const (
	DirectionOutgoing Direction = "outgoing"
	DirectionIncoming Direction = "incoming"
)

// Record is a message in the history. It prints without Raw, which may hold the secrets of
// files.
type Record struct {
	ID        string         `json:"id"`                  // message id: digits
	Time      time.Time      `json:"time,omitzero"`       // when it was sent
	ChatType  ChatType       `json:"chat_type,omitempty"` // where it was sent
	Direction Direction      `json:"direction,omitempty"` // whose copy it is; newer files hold the sender's only
	From      string         `json:"from,omitempty"`      // the sender
	To        string         `json:"to,omitempty"`        // the user, group or room
	Body      Body           `json:"body,omitzero"`       // never nil in what is read; a RawBody where the type is not known, and for several bodies
	Ext       map[string]any `json:"ext,omitempty"`       // its numbers are json.Number, so that long ids survive
	// Raw is the record as it came, with all that has no field here.
	Raw json.RawMessage `json:"raw,omitempty"`
}

// Message makes a message from the record, to be sent on: its sender, body and ext. Files
// are not uploaded again; those that have expired are gone. One of several bodies cannot be
// sent: im.ErrInvalidArgument.
func (r Record) Message() Message {
	return Message{From: r.From, Body: r.Body, Ext: maps.Clone(r.Ext)}
}

// Text returns the text of a text message, or of a combined one what apps show that do not
// support those; "" for other types.
func (r Record) Text() string {
	switch body := r.Body.(type) {
	case TextBody:
		return body.Text
	case CombineBody:
		return body.Text
	}
	return ""
}

// Attachment returns the file of a picture, voice, video, file or combined message, for
// [Service.DownloadAttachment]; false for other types.
func (r Record) Attachment() (Attachment, bool) {
	body, ok := r.Body.(interface{ file() Attachment })
	if !ok {
		return Attachment{}, false
	}
	return body.file(), true
}

type plainRecord Record

// Format hides Raw.
func (r Record) Format(s fmt.State, verb rune) {
	r.Raw = nil
	api.FormatMasked(s, verb, plainRecord(r))
}

// LogValue hides Raw.
func (r Record) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", r)) }
