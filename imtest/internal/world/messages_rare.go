package world

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
)

// messageLifetime is how long a message is kept for recalls, edits and
// reactions.
const messageLifetime = 7 * 24 * time.Hour

// messagesState holds what is known of messages beside themselves.
type messagesState struct {
	Roaming    roamingState
	Streams    map[int64]*Stream // by message
	Broadcasts int64             // number of those sent
	Zone       *time.Location    // of the hours of history files, nil: by platform
	Delay      time.Duration     // from the end of an hour until its file is there
}

// Rare is what few messages have.
type Rare struct {
	Users     []string // those in a group or room whom it is for, nil: all
	Imported  bool
	Broadcast int64 // id of the broadcast, 0: none
}

// imported holds for a message that was never sent.
func (m *Message) imported() bool { return m.Rare != nil && m.Rare.Imported }

// directed holds for a message to some of a group or room.
func (m *Message) directed() bool { return m.Rare != nil && m.Rare.Users != nil }

// Find returns a message by its id, nil if there is none.
func (w *World) Find(id string) *Message {
	n, err := strconv.ParseInt(id, 10, 64)
	if i := n - FirstMessageID; err == nil && i >= 0 && i < int64(len(w.Posts)) {
		return w.Posts[i]
	}
	return nil
}

// kept returns a message that is there still: neither recalled nor too old.
func (w *World) kept(id string) *Message {
	m := w.Find(id)
	if m == nil || m.Recalled || w.outlived(m) {
		return nil
	}
	return m
}

// outlived holds for a message that is too old to be kept.
func (w *World) outlived(m *Message) bool {
	return !m.imported() && w.Now().After(m.Time.Add(messageLifetime))
}

// fields returns the fields of a message's body, with the type among them, as
// payloads have it.
func (m *Message) fields() map[string]json.RawMessage {
	fields := map[string]json.RawMessage{}
	_ = json.Unmarshal([]byte(m.Body), &fields) // it was read before
	fields["type"] = wire.Encode(m.Kind)
	return fields
}

// fileOf returns the attachment of a message, nil if it has none of this server.
func (w *World) fileOf(m *Message) *File {
	var url string
	_ = json.Unmarshal(m.fields()["url"], &url) // a missing one stays ""
	url, _, _ = strings.Cut(url, "?")           // a share-secret may follow
	return w.Files.Get(url[strings.LastIndexByte(url, '/')+1:])
}
