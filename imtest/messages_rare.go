package imtest

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// messageLifetime is how long a message is kept for recalls, edits and
// reactions.
const messageLifetime = 7 * 24 * time.Hour

// messagesState holds what is known of messages beside themselves.
type messagesState struct {
	roaming    roamingState
	streams    map[int64]*stream // by message
	broadcasts int64             // number of those sent
	zone       *time.Location    // of the hours of history files, nil: by platform
	delay      time.Duration     // from the end of an hour until its file is there
}

// rare is what few messages have.
type rare struct {
	users     []string // those in a group or room whom it is for, nil: all
	imported  bool
	broadcast int64 // id of the broadcast, 0: none
}

// imported holds for a message that was never sent.
func (m *message) imported() bool { return m.rare != nil && m.rare.imported }

// directed holds for a message to some of a group or room.
func (m *message) directed() bool { return m.rare != nil && m.rare.users != nil }

// find returns a message by its id, nil if there is none.
func (s *state) find(id string) *message {
	n, err := strconv.ParseInt(id, 10, 64)
	if i := n - firstMessageID; err == nil && i >= 0 && i < int64(len(s.posts)) {
		return s.posts[i]
	}
	return nil
}

// kept returns a message that is there still: neither recalled nor too old.
func (s *state) kept(id string) *message {
	m := s.find(id)
	if m == nil || m.recalled || s.outlived(m) {
		return nil
	}
	return m
}

// outlived holds for a message that is too old to be kept.
func (s *state) outlived(m *message) bool {
	return !m.imported() && s.now().After(m.time.Add(messageLifetime))
}

// fields returns the fields of a message's body, with the type among them, as
// payloads have it.
func (m *message) fields() map[string]json.RawMessage {
	fields := map[string]json.RawMessage{}
	_ = json.Unmarshal([]byte(m.body), &fields) // it was read before
	fields["type"] = encode(m.kind)
	return fields
}

// fileOf returns the attachment of a message, nil if it has none of this server.
func (s *state) fileOf(m *message) *file {
	var url string
	_ = json.Unmarshal(m.fields()["url"], &url) // a missing one stays ""
	url, _, _ = strings.Cut(url, "?")           // a share-secret may follow
	return s.files.get(url[strings.LastIndexByte(url, '/')+1:])
}
