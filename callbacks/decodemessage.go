package callbacks

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/messages"
)

// record makes the record of a message that the envelope and a payload describe.
func (w *wire) record(head *Info, payload messages.Record) messages.Record {
	r := payload
	r.ID, r.Time = head.MessageID, head.Time
	r.From, r.To = cmp.Or(r.From, head.From), cmp.Or(r.To, head.To)
	r.ChatType = w.chatType(r.ChatType)
	return r
}

// chatType is the type of the chat. The envelope calls groups and rooms the same; the
// payload and the content type may know better.
func (w *wire) chatType(inPayload messages.ChatType) messages.ChatType {
	switch {
	case w.ChatType == "chat":
		return messages.ChatTypeUser
	case w.ChatType == "chatroom", inPayload == messages.ChatTypeRoom, strings.Contains(w.ContentType, ":room:"):
		return messages.ChatTypeRoom
	}
	return messages.ChatTypeGroup
}

func (w *wire) message(head Info) (Event, error) {
	if len(w.Payload) == 0 {
		return nil, errUnknown
	}
	e := &Message{Info: head, Record: w.record(&head, messages.ReadPayload(w.Payload)), GroupID: string(w.GroupID)}
	if e.Type = messageKind(e.Record.Body); head.Offline {
		e.Type = KindMessageOffline
	}
	if e.Offline && e.GroupID != "" && e.Record.To == head.To {
		e.Record.To = e.GroupID // the payload does not say to whom, and To is the member who was offline
	}
	return e, nil
}

// recovered decodes what Recover makes of a record of the history.
func (w *wire) recovered(head Info) (Event, error) {
	r, err := messages.ReadRecord(w.Recovered)
	if err != nil {
		return nil, err
	}
	head.Type, head.Recovered, head.Key = messageKind(r.Body), true, "recovered|"+r.ID
	head.Time, head.MessageID, head.From, head.To = r.Time, r.ID, r.From, r.To
	r.Direction, r.Raw = "", nil
	e := &Message{Info: head, Record: r}
	if r.ChatType != messages.ChatTypeUser {
		e.GroupID = r.To
	}
	return e, nil
}

// sentMessage is the id of a message, if the event reports that it was sent.
func sentMessage(e Event) string {
	if m, ok := e.(*Message); ok && !m.Offline {
		return m.MessageID
	}
	return ""
}

func messageKind(b messages.Body) Kind {
	switch b.(type) {
	case messages.TextBody:
		return KindMessageText
	case messages.CommandBody:
		return KindMessageCommand
	case messages.ImageBody:
		return KindMessageImage
	case messages.VoiceBody:
		return KindMessageAudio
	case messages.VideoBody:
		return KindMessageVideo
	case messages.LocationBody:
		return KindMessageLocation
	case messages.FileBody:
		return KindMessageFile
	case messages.CustomBody:
		return KindMessageCustom
	case messages.CombineBody:
		return KindMessageCombine
	}
	return KindMessageUnknown
}

// outgoing decodes a message that waits for a decision. A payload that cannot be read is a
// [messages.RawBody].
func (w *wire) outgoing(head Info) *Outgoing {
	head.Type = KindPreSendMessage
	o := &Outgoing{Record: messages.Record{Body: messages.RawBody{JSON: w.Payload}}, GroupID: string(w.GroupID), payload: w.Payload}
	if !w.strange {
		o.Record = messages.ReadPayload(w.Payload)
	}
	_, raw := o.Record.Body.(messages.RawBody)
	if !w.strange && (raw || bytes.Contains(w.Payload, []byte(`"edit_message_id"`))) {
		w.readFlatOrEdited(&head, o)
	}
	o.Info, o.Record = head, w.record(&head, o.Record)
	return o
}

// readFlatOrEdited reads the payloads that are not in the usual form.
func (w *wire) readFlatOrEdited(head *Info, o *Outgoing) {
	var p struct {
		Bodies json.RawMessage `json:"bodies"`
		Type   string          `json:"type"`
		Sub    string          `json:"subType"`
		Ext    json.RawMessage `json:"ext"`
		Edited api.Text        `json:"edit_message_id"`
	}
	switch {
	case json.Unmarshal(w.Payload, &p) != nil:
	case p.Edited != "":
		head.Type, o.EditedID = KindPreSendMessageEdit, string(p.Edited)
	case p.Bodies == nil && (p.Type != "" || p.Sub != ""):
		head.Type = KindPreSendMessageFlat
		o.Record = messages.Record{Body: messages.ReadBody(w.Payload), Ext: messages.ReadExt(p.Ext)}
	}
}

func (w *wire) recalled(head Info) (Event, error) {
	var r struct {
		ID      api.Text `json:"recall_id"`
		Payload struct {
			ID  api.Text        `json:"ack_message_id"`
			Ext json.RawMessage `json:"ext"`
		} `json:"payload"`
	}
	if err := json.Unmarshal(head.Raw, &r); err != nil {
		return nil, err
	}
	id := string(cmp.Or(r.ID, r.Payload.ID))
	if id == "" {
		return nil, errUnknown
	}
	head.Type = KindMessageRecall
	return &Recalled{Info: head, RecalledID: id, GroupID: string(w.GroupID), Ext: messages.ReadExt(r.Payload.Ext)}, nil
}

func (w *wire) edited(head Info) (Event, error) {
	var p struct {
		ID   api.Text `json:"edit_message_id"`
		Type string   `json:"type"`
		Meta struct {
			Edit struct {
				ChatType string     `json:"chat_type"`
				Count    api.Int    `json:"count"`
				SendTime api.Millis `json:"send_time"`
				EditTime api.Millis `json:"edit_time"`
				Sender   api.Text   `json:"sender"`
				Operator api.Text   `json:"operator"`
			} `json:"edit_msg"`
		} `json:"meta"`
	}
	if err := json.Unmarshal(w.Payload, &p); err != nil {
		return nil, err
	}
	if p.ID == "" {
		return nil, errUnknown
	}
	edit := &p.Meta.Edit
	head.Type = KindMessageEdit
	e := &Edited{
		Info: head, Record: messages.ReadPayload(w.Payload), Count: edit.Count.Int(), EditedAt: moment(edit.EditTime),
		Operator: string(edit.Operator), Scope: edit.ChatType, EditType: p.Type,
	}
	r := &e.Record
	r.ID, r.Time = string(p.ID), moment(edit.SendTime)
	r.From, r.To = cmp.Or(string(edit.Sender), r.From, head.From), cmp.Or(r.To, head.To)
	r.ChatType = map[string]messages.ChatType{
		"chat:user": messages.ChatTypeUser, "chat:group": messages.ChatTypeGroup, "chat:room": messages.ChatTypeRoom,
	}[edit.ChatType]
	return e, nil
}

func (w *wire) receipt(head Info) (Event, error) {
	var ack struct {
		Channel api.Text `json:"channel_channel"`
		Reader  api.Text `json:"channel_user"`
		Written api.Bool `json:"writed_channel"`
		Payload struct {
			ID     api.Text        `json:"ack_message_id"`
			Ext    json.RawMessage `json:"ext"`
			Config *struct {
				GroupAck api.Bool `json:"allow_group_ack"`
			} `json:"msg_config"`
		} `json:"payload"`
	}
	if err := json.Unmarshal(head.Raw, &ack); err != nil {
		return nil, err
	}
	p := &ack.Payload
	e := &Receipt{Info: head, AckedID: string(p.ID), Ext: messages.ReadExt(p.Ext), Written: bool(ack.Written)}
	e.Channel, _ = plainName(string(ack.Channel), w.AppKey)
	e.Reader, _ = plainName(string(ack.Reader), w.AppKey)
	switch {
	case w.ChatType == "channel_ack":
		e.Type = KindMessageConversationAck
	case w.ChatType == "delivery_ack":
		e.Type = KindMessageDeliveryAck
	case p.Config != nil || w.ContentType == "chat:ack:read":
		e.Type, e.GroupAcks = KindMessageGroupReadAck, p.Config != nil && bool(p.Config.GroupAck)
	default:
		e.Type = KindMessageReadAck
	}
	return e, nil
}

// operation is that of a payload, as far as the key of an event needs it.
func (w *wire) operation() string {
	if !bytes.Contains(w.Payload, []byte(`"operation"`)) {
		return ""
	}
	var p struct {
		Operation loose `json:"operation"`
	}
	_ = json.Unmarshal(w.Payload, &p) // "" where there is none
	return string(p.Operation)
}
