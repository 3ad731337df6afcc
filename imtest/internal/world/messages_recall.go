package world

import (
	"net/http"
	"slices"
	"time"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const (
	recallWindow   = 2 * time.Minute
	maxRecallBatch = 30
)

var recallRoutes = []Legacy{
	{wire.Route{
		ID: "messages.recall", Method: post, Path: "/messages/msg_recall", Shape: wire.Full,
		Body: wire.JSONBody,
	}, (*World).recallOne},
	{wire.Route{
		ID: "messages.recall_batch", Method: post, Path: "/messages/batch_recall", Shape: wire.Full,
		Body: wire.JSONBody,
	}, (*World).recallBatch},
	{wire.Route{
		ID: "messages.recall_batch_legacy", Method: post, Path: "/messages/recall", Shape: wire.Full,
		Body: wire.JSONBody,
	}, (*World).recallLegacy},
}

// recallOrder is one message to recall.
type recallOrder struct {
	Recalled string `json:"recalled"` // "yes"
	ChatType string `json:"chattype"`
	From     string `json:"from"`
	To       string `json:"to"`
	ID       string `json:"msg_id"`

	chat  ChatKind
	force bool
}

// readRecall reads one order. An absent force is an error, as the table of the
// errors has it: some documents call it optional.
func readRecall(o *wire.Object) (recallOrder, *wire.Error) {
	order := recallOrder{
		Recalled: "yes", From: "admin", To: o.Text("to"), ID: o.Text("msg_id"), force: o.Boolean("force"),
	}
	kind := o.Text("chat_type")
	if o.Has("from") {
		order.From = Fold(o.Text("from"))
	}
	switch {
	case o.Bad != "":
		return order, wire.ErrInvalidBody()
	case order.ID == "":
		return order, wire.ErrRecall(http.StatusBadRequest, "param msg_id can't be empty")
	case order.To == "":
		return order, wire.ErrRecall(http.StatusBadRequest, "param to can't be empty")
	case kind == "":
		return order, wire.ErrRecall(http.StatusBadRequest, "param chat_type can't be empty")
	case !o.Has("force"):
		return order, wire.ErrRecall(http.StatusBadRequest, "param force can't be empty")
	}
	switch Fold(kind) {
	case "chat":
		order.chat, order.To = ToUsers, Fold(order.To)
	case "groupchat", "group_chat": // some documents write it so
		order.chat = ToGroups
	case "chatroom":
		order.chat = ToRooms
	default:
		return order, wire.ErrInvalidBody()
	}
	order.ChatType = ChatKinds[order.chat].Chat
	return order, nil
}

// refusal returns why a message cannot be recalled. Force helps where it is too
// late, and even an unknown one responds "yes"; it does not where the message has
// another target. The caller holds mu.
func (w *World) refusal(r recallOrder) *wire.Error {
	m := w.Find(r.ID)
	gone := m == nil || m.Recalled || w.outlived(m)
	switch {
	case !gone && (m.To != r.To || m.Chat != r.chat):
		return wire.ErrRecall(http.StatusBadRequest, "can't find msg to")
	case r.force:
		return nil
	case gone:
		return wire.ErrRecall(http.StatusForbidden, "not_found msg")
	case w.Now().After(m.Time.Add(recallWindow)):
		return wire.ErrRecall(http.StatusForbidden, "exceed recall time limit")
	}
	return nil
}

// recall takes a message from all who have it, with its attachment. The caller
// holds mu.
func (w *World) recall(id string) {
	m := w.Find(id)
	if m == nil || m.Recalled {
		return
	}
	m.Recalled = true
	switch m.Chat {
	case ToGroups:
		w.Groups[m.To] = without(w.Groups[m.To], m)
	case ToRooms:
		w.Rooms[m.To] = without(w.Rooms[m.To], m)
	case ToUsers:
		w.Inboxes[m.To].withdraw(m)
		w.Inboxes[m.From].withdraw(m)
	}
	if m.Chat != ToUsers {
		for _, box := range w.Inboxes {
			box.withdraw(m)
		}
	}
	if f := w.fileOf(m); f != nil {
		w.Files.Remove(f.UUID)
	}
	delete(w.Reactions.To, m.ID)
}

func without(list []*Message, m *Message) []*Message {
	return slices.DeleteFunc(list, func(other *Message) bool { return other == m })
}

// withdraw takes a message out of an inbox.
func (b *Inbox) withdraw(m *Message) {
	if b == nil {
		return
	}
	i := slices.Index(b.Messages, m)
	if i < 0 {
		return
	}
	b.Messages = slices.Delete(b.Messages, i, i+1)
	if i < b.Delivered {
		b.Delivered--
	}
}

func (w *World) recallOne(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, wire.ErrInvalidBody()
	}
	order, err := readRecall(o)
	if err != nil {
		return nil, err
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	if err := w.refusal(order); err != nil {
		return nil, err
	}
	w.recall(order.ID)
	return wire.Data(order), nil
}

// recallBatch recalls all messages or none: the first that cannot be recalled
// is the response. How a batch fails in part is not documented.
func (w *World) recallBatch(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, wire.ErrInvalidBody()
	}
	msgs := o.All("msgs")
	if o.Bad != "" || len(msgs) == 0 || len(msgs) > maxRecallBatch {
		return nil, wire.ErrInvalidBody()
	}
	orders := make([]recallOrder, len(msgs))
	for i := range msgs {
		if orders[i], err = readRecall(&msgs[i]); err != nil {
			return nil, err
		}
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	for _, order := range orders {
		if err := w.refusal(order); err != nil {
			return nil, err
		}
	}
	for _, order := range orders {
		w.recall(order.ID)
	}
	return wire.Data(orders), nil
}

// recallOutcome is what became of one message of the older batch.
type recallOutcome struct {
	ID       string `json:"msg_id"`
	Recalled string `json:"recalled"` // "yes" or the reason
}

// recallLegacy recalls each message that it can, and says why for the others.
// The limit tables know its path as that of a single recall.
func (w *World) recallLegacy(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, wire.ErrInvalidBody()
	}
	msgs := []wire.Object{*o}
	if !o.Has("msg_id") {
		msgs = o.All("msgs")
	}
	if o.Bad != "" || len(msgs) == 0 {
		return nil, wire.ErrInvalidBody()
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	list := make([]recallOutcome, len(msgs))
	for i := range msgs {
		if !msgs[i].Has("force") {
			msgs[i].Fields["force"] = []byte("false")
		}
		order, err := readRecall(&msgs[i])
		if err == nil {
			err = w.refusal(order)
		}
		list[i] = recallOutcome{order.ID, "yes"}
		if err != nil {
			list[i].Recalled = err.Description
			continue
		}
		w.recall(order.ID)
	}
	return wire.Data(map[string]any{"msgs": list}), nil
}
