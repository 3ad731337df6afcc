package imtest

import (
	"net/http"
	"slices"
	"time"
)

const (
	recallWindow   = 2 * time.Minute
	maxRecallBatch = 30
)

var recallRoutes = []legacy{
	{
		id: "messages.recall", method: post, path: "/messages/msg_recall", shape: full,
		body: jsonBody, do: (*state).recallOne,
	},
	{
		id: "messages.recall_batch", method: post, path: "/messages/batch_recall", shape: full,
		body: jsonBody, do: (*state).recallBatch,
	},
	{
		id: "messages.recall_batch_legacy", method: post, path: "/messages/recall", shape: full,
		body: jsonBody, do: (*state).recallLegacy,
	},
}

// recallOrder is one message to recall.
type recallOrder struct {
	Recalled string `json:"recalled"` // "yes"
	ChatType string `json:"chattype"`
	From     string `json:"from"`
	To       string `json:"to"`
	ID       string `json:"msg_id"`

	chat  chatKind
	force bool
}

// readRecall reads one order. An absent force is an error, as the table of the
// errors has it: some documents call it optional.
func readRecall(o *object) (recallOrder, *apiError) {
	order := recallOrder{
		Recalled: "yes", From: "admin", To: o.text("to"), ID: o.text("msg_id"), force: o.boolean("force"),
	}
	kind := o.text("chat_type")
	if o.has("from") {
		order.From = fold(o.text("from"))
	}
	switch {
	case o.bad != "":
		return order, errInvalidBody()
	case order.ID == "":
		return order, errRecall(http.StatusBadRequest, "param msg_id can't be empty")
	case order.To == "":
		return order, errRecall(http.StatusBadRequest, "param to can't be empty")
	case kind == "":
		return order, errRecall(http.StatusBadRequest, "param chat_type can't be empty")
	case !o.has("force"):
		return order, errRecall(http.StatusBadRequest, "param force can't be empty")
	}
	switch fold(kind) {
	case "chat":
		order.chat, order.To = toUsers, fold(order.To)
	case "groupchat", "group_chat": // some documents write it so
		order.chat = toGroups
	case "chatroom":
		order.chat = toRooms
	default:
		return order, errInvalidBody()
	}
	order.ChatType = chatKinds[order.chat].chat
	return order, nil
}

// refusal returns why a message cannot be recalled. Force helps where it is too
// late, and even an unknown one responds "yes"; it does not where the message has
// another target. The caller holds mu.
func (s *state) refusal(r recallOrder) *apiError {
	m := s.find(r.ID)
	gone := m == nil || m.recalled || s.outlived(m)
	switch {
	case !gone && (m.to != r.To || m.chat != r.chat):
		return errRecall(http.StatusBadRequest, "can't find msg to")
	case r.force:
		return nil
	case gone:
		return errRecall(http.StatusForbidden, "not_found msg")
	case s.now().After(m.time.Add(recallWindow)):
		return errRecall(http.StatusForbidden, "exceed recall time limit")
	}
	return nil
}

// recall takes a message from all who have it, with its attachment. The caller
// holds mu.
func (s *state) recall(id string) {
	m := s.find(id)
	if m == nil || m.recalled {
		return
	}
	m.recalled = true
	switch m.chat {
	case toGroups:
		s.groups[m.to] = without(s.groups[m.to], m)
	case toRooms:
		s.rooms[m.to] = without(s.rooms[m.to], m)
	case toUsers:
		s.inboxes[m.to].withdraw(m)
		s.inboxes[m.from].withdraw(m)
	}
	if m.chat != toUsers {
		for _, box := range s.inboxes {
			box.withdraw(m)
		}
	}
	if f := s.fileOf(m); f != nil {
		s.files.remove(f.uuid)
	}
	delete(s.reactions.to, m.id)
}

func without(list []*message, m *message) []*message {
	return slices.DeleteFunc(list, func(other *message) bool { return other == m })
}

// withdraw takes a message out of an inbox.
func (b *inbox) withdraw(m *message) {
	if b == nil {
		return
	}
	i := slices.Index(b.messages, m)
	if i < 0 {
		return
	}
	b.messages = slices.Delete(b.messages, i, i+1)
	if i < b.delivered {
		b.delivered--
	}
}

func (s *state) recallOne(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, errInvalidBody()
	}
	order, err := readRecall(o)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.refusal(order); err != nil {
		return nil, err
	}
	s.recall(order.ID)
	return data(order), nil
}

// recallBatch recalls all messages or none: the first that cannot be recalled
// is the response. How a batch fails in part is not documented.
func (s *state) recallBatch(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, errInvalidBody()
	}
	msgs := o.all("msgs")
	if o.bad != "" || len(msgs) == 0 || len(msgs) > maxRecallBatch {
		return nil, errInvalidBody()
	}
	orders := make([]recallOrder, len(msgs))
	for i := range msgs {
		if orders[i], err = readRecall(&msgs[i]); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, order := range orders {
		if err := s.refusal(order); err != nil {
			return nil, err
		}
	}
	for _, order := range orders {
		s.recall(order.ID)
	}
	return data(orders), nil
}

// recallOutcome is what became of one message of the older batch.
type recallOutcome struct {
	ID       string `json:"msg_id"`
	Recalled string `json:"recalled"` // "yes" or the reason
}

// recallLegacy recalls each message that it can, and says why for the others.
// The limit tables know its path as that of a single recall.
func (s *state) recallLegacy(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, errInvalidBody()
	}
	msgs := []object{*o}
	if !o.has("msg_id") {
		msgs = o.all("msgs")
	}
	if o.bad != "" || len(msgs) == 0 {
		return nil, errInvalidBody()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]recallOutcome, len(msgs))
	for i := range msgs {
		if !msgs[i].has("force") {
			msgs[i].fields["force"] = []byte("false")
		}
		order, err := readRecall(&msgs[i])
		if err == nil {
			err = s.refusal(order)
		}
		list[i] = recallOutcome{order.ID, "yes"}
		if err != nil {
			list[i].Recalled = err.description
			continue
		}
		s.recall(order.ID)
	}
	return data(map[string]any{"msgs": list}), nil
}
