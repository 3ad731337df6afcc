package world

import (
	"slices"
	"strconv"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

const (
	recallWindow = 2 * time.Minute
	maxEdits     = 10 // of one message
)

// Why a message cannot be recalled or edited.
const (
	NoMessage        Kind = "there is no such message, or none any more"
	MessageElsewhere Kind = "the message was sent to another target"
	RecallTooLate    Kind = "it is too late to recall the message"
	MessageIDIllegal Kind = "the id of a message is not a number"
	MessageForeign   Kind = "the message is of another app"
	EditedTooOften   Kind = "the message was edited as often as it can be"
	OtherType        Kind = "the message is of another type"
	MessageTooLarge  Kind = "the message would be too large"
)

// Recall says which message to recall.
type Recall struct {
	ID, From, To string // From is who recalls it, To its target
	Chat         ChatKind
	Force        bool
}

// mayRecall returns why a message cannot be recalled. Force helps where it is too
// late, or where there is no message; it does not where the message has another
// target. The caller holds mu.
func (w *World) mayRecall(r Recall) *Error {
	m := w.Find(r.ID)
	gone := m == nil || m.Recalled || w.outlived(m)
	to := r.To
	if r.Chat == ToUsers {
		to = Fold(to)
	}
	switch {
	case !gone && (m.To != to || m.Chat != r.Chat):
		return refuse(MessageElsewhere, r.ID)
	case r.Force:
		return nil
	case gone:
		return refuse(NoMessage, r.ID)
	case w.Now().After(m.Time.Add(recallWindow)):
		return refuse(RecallTooLate, r.ID)
	}
	return nil
}

// recall takes a message from all who have it, with its attachment. The caller
// holds mu.
func (w *World) recall(r Recall) {
	m := w.Find(r.ID)
	if m == nil || m.Recalled {
		return
	}
	m.Recalled = true
	if m.Chat == ToUsers {
		w.inboxes[m.To].withdraw(m)
		w.inboxes[m.From].withdraw(m)
	} else {
		lines := w.timelines(m.Chat)
		lines[m.To] = slices.DeleteFunc(lines[m.To], func(other *Message) bool { return other == m })
		for _, box := range w.inboxes {
			box.withdraw(m)
		}
	}
	if f := w.fileOf(m); f != nil {
		w.files.Remove(f.UUID)
	}
	delete(w.reactions.To, m.ID)
	w.emit(event.MessageRecalled{Message: m.Shown(), By: Fold(r.From)})
}

// RecallAll recalls all messages or none: the error is that of the first that
// cannot be recalled.
func (w *World) RecallAll(orders ...Recall) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range orders {
		if err := w.mayRecall(r); err != nil {
			return err
		}
	}
	for _, r := range orders {
		w.recall(r)
	}
	return nil
}

// RecallEach recalls those messages that can be recalled, one after the other, and
// returns an error for each, nil for those that it has recalled.
func (w *World) RecallEach(orders []Recall) []*Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return Convert(orders, func(r Recall) *Error {
		err := w.mayRecall(r)
		if err == nil {
			w.recall(r)
		}
		return err
	})
}

// editable returns a message that can be edited as one of its kind. Who edits is not
// checked. IDs from before the first message of this app belong to another. The
// caller holds mu.
func (w *World) editable(id, kind string) (*Message, *Error) {
	n, err := strconv.ParseInt(id, 10, 64)
	m := w.kept(id)
	switch {
	case err != nil:
		return nil, refuse(MessageIDIllegal, id)
	case n < FirstMessageID:
		return nil, refuse(MessageForeign, id)
	case m == nil:
		return nil, refuse(NoMessage, id)
	case m.Edits >= maxEdits:
		return nil, refuse(EditedTooOften, id)
	case m.Kind != kind:
		return nil, refuse(OtherType, id)
	}
	return m, nil
}

// EditMessage edits a message for all who have it. edit is given a copy of the
// content; it must not ask the world. By is who edits, "" for the app.
func (w *World) EditMessage(id, by, kind string, edit func(*Content)) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	m, err := w.editable(id, kind)
	if err != nil {
		return err
	}
	edited := *m.Content
	edit(&edited)
	if len(edited.Body)+len(edited.Ext) > MaxMessage {
		return refuse(MessageTooLarge, id)
	}
	m.Content = &edited
	m.Edits++
	w.emit(event.MessageEdited{Message: m.Shown(), By: Fold(by)})
	return nil
}
