package rest

import (
	"encoding/json"
	"maps"
	"net/http"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

const maxRecallBatch = 30

// changeRoutes are the routes that recall and edit messages.
var changeRoutes = []route{
	{wire.Route{
		ID: "messages.recall", Method: post, Path: "/messages/msg_recall", Shape: wire.Full,
		Body: wire.JSONBody,
	}, (*API).messagesRecall},
	{wire.Route{
		ID: "messages.recall_batch", Method: post, Path: "/messages/batch_recall", Shape: wire.Full,
		Body: wire.JSONBody,
	}, (*API).messagesRecallBatch},
	{wire.Route{
		ID: "messages.recall_batch_legacy", Method: post, Path: "/messages/recall", Shape: wire.Full,
		Body: wire.JSONBody,
	}, (*API).messagesRecallLegacy},
	{wire.Route{
		ID: "messages.modify", Method: put, Path: "/messages/rewrite/{msg_id}", Shape: wire.Full,
		Body: wire.JSONBody,
	}, (*API).messagesModify},
}

// recalled is the response for a message that was recalled.
type recalled struct {
	Recalled string `json:"recalled"` // "yes"
	ChatType string `json:"chattype"`
	From     string `json:"from"`
	To       string `json:"to"`
	ID       string `json:"msg_id"`
}

func recalledOf(r world.Recall) recalled {
	return recalled{"yes", r.Chat.String(), r.From, r.To, r.ID}
}

// readRecall reads one order. An absent force is an error, as the table of the
// errors has it: some documents call it optional.
func readRecall(o *wire.Object) (world.Recall, *wire.Error) {
	r := world.Recall{From: "admin", To: o.Text("to"), ID: o.Text("msg_id"), Force: o.Boolean("force")}
	kind := o.Text("chat_type")
	if o.Has("from") {
		r.From = world.Fold(o.Text("from"))
	}
	switch {
	case o.Bad != "":
		return r, wire.ErrInvalidBody()
	case r.ID == "":
		return r, wire.ErrRecall(http.StatusBadRequest, "param msg_id can't be empty")
	case r.To == "":
		return r, wire.ErrRecall(http.StatusBadRequest, "param to can't be empty")
	case kind == "":
		return r, wire.ErrRecall(http.StatusBadRequest, "param chat_type can't be empty")
	case !o.Has("force"):
		return r, wire.ErrRecall(http.StatusBadRequest, "param force can't be empty")
	}
	kind = world.Fold(kind)
	if kind == "group_chat" { // some documents write it so
		kind = "groupchat"
	}
	var known bool
	if r.Chat, known = world.ChatKindOf(kind); !known {
		return r, wire.ErrInvalidBody()
	}
	if r.Chat == world.ToUsers {
		r.To = world.Fold(r.To)
	}
	return r, nil
}

func (a *API) messagesRecall(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, wire.ErrInvalidBody()
	}
	r, err := readRecall(o)
	if err != nil {
		return nil, err
	}
	if err := a.world.RecallAll(r); err != nil {
		return nil, told(err)
	}
	return wire.Data(recalledOf(r)), nil
}

// messagesRecallBatch recalls all messages or none: the first that cannot be
// recalled is the response. How a batch fails in part is not documented.
func (a *API) messagesRecallBatch(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, wire.ErrInvalidBody()
	}
	msgs := o.All("msgs")
	if o.Bad != "" || len(msgs) == 0 || len(msgs) > maxRecallBatch {
		return nil, wire.ErrInvalidBody()
	}
	orders := make([]world.Recall, len(msgs))
	for i := range msgs {
		if orders[i], err = readRecall(&msgs[i]); err != nil {
			return nil, err
		}
	}
	if err := a.world.RecallAll(orders...); err != nil {
		return nil, told(err)
	}
	return wire.Data(world.Convert(orders, recalledOf)), nil
}

// recallOutcome is what became of one message of the older batch.
type recallOutcome struct {
	ID       string `json:"msg_id"`
	Recalled string `json:"recalled"` // "yes" or the reason
}

// messagesRecallLegacy recalls each message that it can, and says why for the
// others. The limit tables know its path as that of a single recall.
func (a *API) messagesRecallLegacy(c *wire.Call) (*wire.Response, *wire.Error) {
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
	list := make([]recallOutcome, len(msgs))
	var orders []world.Recall
	var places []int // of the orders in the list
	for i := range msgs {
		if !msgs[i].Has("force") {
			msgs[i].Fields["force"] = []byte("false")
		}
		r, err := readRecall(&msgs[i])
		list[i] = recallOutcome{r.ID, "yes"}
		if err != nil {
			list[i].Recalled = err.Description
			continue
		}
		orders, places = append(orders, r), append(places, i)
	}
	for i, err := range a.world.RecallEach(orders) {
		if err != nil {
			list[places[i]].Recalled = told(err).Description
		}
	}
	return wire.Data(map[string]any{"msgs": list}), nil
}

// edit is what a call makes of a message.
type edit struct {
	by      string // who edits
	kind    string
	body    *wire.Object               // nil: as it was
	ext     map[string]json.RawMessage // nil: as it was
	replace bool                       // ext replaces the old one, and is not merged
}

func readEdit(o *wire.Object) (*edit, *wire.Error) {
	msg, ext := o.Inner("new_msg"), o.Inner("new_ext")
	if msg == nil && o.Bad == "" {
		return nil, wire.ErrIllegalArgument("new_msg is required")
	}
	if o.Bad != "" || !o.IsObject("new_ext") {
		return nil, wire.ErrInvalidBody()
	}
	e := &edit{by: o.Text("user"), kind: flatType(msg)}
	if e.kind == "image" { // an example writes it so
		e.kind = "img"
	}
	if ext != nil {
		e.ext = ext.Fields
	}
	e.replace = o.Has("is_combine_ext") && !o.Boolean("is_combine_ext")
	switch {
	case o.Bad != "" || msg.Bad != "":
		return nil, wire.ErrInvalidBody()
	case e.kind != "txt" && len(msg.Fields) == 0 && e.ext != nil:
		return e, nil // the newest documents change the ext of every type
	case e.kind != "txt" && e.kind != "custom":
		return nil, errEditType()
	case e.kind == "txt" && !msg.Has("msg"):
		return nil, wire.ErrInvalidBody()
	}
	e.body = msg
	return e, nil
}

func errEditType() *wire.Error {
	return wire.ErrRewrite(http.StatusBadRequest, "UnsupportedMessageTypeException",
		"The message is of a type that is currently not supported for modification.")
}

// apply edits the content of a message.
func (e *edit) apply(msg *world.Content) {
	if e.body != nil {
		setBody(msg, e.body)
	}
	if e.ext == nil {
		return
	}
	ext := map[string]json.RawMessage{}
	if !e.replace {
		ext = fieldsOf(msg.Ext)
	}
	maps.Copy(ext, e.ext)
	msg.Ext = string(wire.Encode(ext))
}

// editWords are how the call that edits says what other calls say otherwise.
var editWords = words{
	world.NoMessage: editError(http.StatusNotFound, "MessageUnavailableException", "The message is unavailable or has expired."),
}

// messagesModify edits a message of the same type for all who have it.
func (a *API) messagesModify(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, wire.ErrInvalidBody()
	}
	e, err := readEdit(o)
	if err != nil {
		return nil, err
	}
	if err := a.world.EditMessage(c.Value("msg_id"), e.by, e.kind, e.apply); err != nil {
		return nil, told(err, editWords)
	}
	return wire.Data("success"), nil
}
