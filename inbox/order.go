package inbox

import (
	"strings"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/messages"
)

// Conversation names the conversation of an event, for [Options.OrderBy]: two users, or a
// group or room. It has no name for logins, reports of pushes, super admins of rooms and what is not known.
// A recall that does not name its group counts as one between users.
func Conversation(e callbacks.Event) string {
	switch e := e.(type) {
	case *callbacks.Message:
		return conversation(e.Record)
	case *callbacks.Edited:
		return conversation(e.Record)
	case *callbacks.Recalled:
		return group(e.GroupID, e)
	case *callbacks.Receipt:
		if e.GroupAcks || e.Kind() == callbacks.KindMessageGroupReadAck {
			return group(e.To, e)
		}
		return users(e.From, e.To)
	case *callbacks.GroupEvent:
		return group(e.GroupID, e)
	case *callbacks.ContactEvent:
		return users(e.From, e.To)
	case *callbacks.Reacted:
		if len(e.Messages) > 0 {
			m := e.Messages[0]
			return conversation(messages.Record{ChatType: m.ChatType, From: m.From, To: m.To})
		}
	case *callbacks.ThreadUpdated:
		return group(e.ThreadID, e)
	case *callbacks.KeywordAlert:
		if strings.HasPrefix(e.ContentType, "chat:group:") || strings.HasPrefix(e.ContentType, "chat:room:") {
			return group(e.To, e)
		}
		return users(e.From, e.To)
	case *callbacks.Moderated:
		return conversation(messages.Record{ChatType: e.ChatType, From: e.From, To: e.To})
	}
	return ""
}

func conversation(r messages.Record) string {
	if r.ChatType == messages.ChatTypeUser || r.ChatType == "" {
		return users(r.From, r.To)
	}
	return "group " + r.To
}

// group names a group, or the two users where there is none.
func group(id string, e callbacks.Event) string {
	if id == "" {
		return users(e.Head().From, e.Head().To)
	}
	return "group " + id
}

func users(one, other string) string {
	if one == "" || other == "" {
		return ""
	}
	return "users " + min(one, other) + " " + max(one, other)
}
