package callbacks

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/messages"
)

// contactOperations are those of the contact list.
var contactOperations = map[string]Kind{
	"add": KindRosterAdd, "remove": KindRosterRemove, "accept": KindRosterAccept, "remote_accept": KindRosterRemoteAccept,
	"decline": KindRosterDecline, "remote_decline": KindRosterRemoteDecline, "ban": KindRosterBan, "allow": KindRosterAllow,
}

func (w *wire) contact(head Info) (Event, error) {
	var p struct {
		Operation string     `json:"operation"`
		Reason    string     `json:"reason"`
		Version   api.Text   `json:"roster_ver"`
		Status    wireStatus `json:"status"`
	}
	if err := json.Unmarshal(w.Payload, &p); err != nil {
		return nil, err
	}
	if head.Type = contactOperations[p.Operation]; head.Type == "" {
		return nil, errUnknown
	}
	return &ContactEvent{
		Info: head, Reason: p.Reason, RosterVersion: string(p.Version),
		ErrorCode: string(p.Status.ErrorCode), Description: p.Status.Description,
	}, nil
}

func (w *wire) userStatus(head Info) (Event, error) {
	var p struct {
		OS      string   `json:"os"`
		IP      string   `json:"ip"`
		Name    api.Text `json:"name"`
		Version api.Text `json:"version"`
	}
	if err := json.Unmarshal(head.Raw, &p); err != nil {
		return nil, err
	}
	switch head.Type = Kind("user." + w.Reason); head.Type {
	case KindUserLogin, KindUserLogout, KindUserReplaced:
	default:
		return nil, errUnknown
	}
	head.From, head.Device = plainName(string(w.User), w.AppKey)
	head.From = cmp.Or(string(p.Name), head.From)
	return &UserStatus{
		Info: head, Online: w.Status == "online", Reason: string(w.Reason), OS: p.OS, Address: p.IP, Version: string(p.Version),
	}, nil
}

func (w *wire) keywordAlert(head Info) (Event, error) {
	var p struct {
		Reason   string   `json:"alertReason"`
		Words    []string `json:"sensitiveWords"`
		Owner    string   `json:"contentOwner"`
		Receiver string   `json:"contentReceiver"`
		URI      string   `json:"contentUri"`
		Content  string   `json:"contentType"`
		ChatType string   `json:"chatType"`
	}
	if err := json.Unmarshal(head.Raw, &p); err != nil {
		return nil, err
	}
	head.Type, head.ContentType = KindKeywordAlert, cmp.Or(head.ContentType, p.ChatType)
	head.From, head.Device = plainName(p.Owner, w.AppKey)
	head.To, _ = plainName(p.Receiver, w.AppKey)
	head.MessageID = strings.TrimPrefix(p.URI, "msync:")
	return &KeywordAlert{Info: head, Status: string(w.Status), Reason: p.Reason, Words: p.Words, Content: p.Content}, nil
}

func (w *wire) moderated(head Info) (Event, error) {
	var p struct {
		Result      string            `json:"moderationResult"`
		Provider    string            `json:"providerResult"`
		MessageType messages.Type     `json:"messageType"`
		MessageID   api.Text          `json:"messageId"`
		ChatType    messages.ChatType `json:"targetType"`
		Source      json.RawMessage   `json:"source"`
		Risk        string            `json:"riskType"`
		Text        string            `json:"msg"`
		URL         string            `json:"url"`
	}
	if err := json.Unmarshal(head.Raw, &p); err != nil {
		return nil, err
	}
	head.Type, head.MessageID = KindModeration, cmp.Or(head.MessageID, string(p.MessageID))
	return &Moderated{
		Info: head, Result: p.Result, Provider: p.Provider, MessageType: p.MessageType, ChatType: p.ChatType, Risk: p.Risk, Text: p.Text,
		URL: p.URL, Source: p.Source,
	}, nil
}

func (w *wire) pushed(head Info) (Event, error) {
	var p struct {
		Vendor      string          `json:"channel"`
		Target      api.Text        `json:"target"`
		Data        json.RawMessage `json:"data"`
		DeviceID    api.Text        `json:"device_id"`
		DeviceToken api.Text        `json:"device_token"`
		Notifier    string          `json:"notifier_name"`
		Error       string          `json:"e_message"`
		Detail      string          `json:"detail"`
	}
	if err := json.Unmarshal(head.Raw, &p); err != nil {
		return nil, err
	}
	switch head.Type = Kind("push." + w.Status); head.Type {
	case KindPushSuccess, KindPushFail, KindPushError:
	default:
		return nil, errUnknown
	}
	e := &Pushed{
		Info: head, Status: string(w.Status), Target: string(p.Target), Channel: p.Vendor, ChatType: messages.ChatType(w.ChatType),
		GroupID: string(w.GroupID), Detail: p.Detail, Error: p.Error, DeviceID: string(p.DeviceID), DeviceToken: string(p.DeviceToken),
		Notifier: p.Notifier, Vendor: p.Data,
	}
	if len(w.Payload) > 0 {
		e.Record = w.record(&head, messages.ReadPayload(w.Payload))
	}
	return e, nil
}

func (w *wire) notified(head Info) (Event, error) {
	var p struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(w.Payload, &p); err != nil {
		return nil, err
	}
	switch p.Type {
	case "reaction":
		head.Type = KindNotifyReaction
		return w.reacted(head)
	case "thread":
		head.Type = KindNotifyThread
		return w.threadUpdated(head)
	}
	return nil, errUnknown
}

func (w *wire) reacted(head Info) (Event, error) {
	var p struct {
		ChatType string  `json:"channel_type"`
		Num      api.Int `json:"num"`
		Data     api.Many[struct {
			ID        api.Text   `json:"messageId"`
			From      api.Text   `json:"from"`
			To        api.Text   `json:"to"`
			ChatType  string     `json:"channel_type"`
			Time      api.Millis `json:"ts"`
			Reactions []struct {
				Reaction string     `json:"reaction"`
				Users    []api.Text `json:"userList"`
				Count    api.Int    `json:"count"`
				Op       []struct {
					Type     string   `json:"reactionType"`
					Operator api.Text `json:"operator"`
				} `json:"op"`
			} `json:"reactions"`
		}] `json:"data"`
	}
	if err := json.Unmarshal(w.Payload, &p); err != nil {
		return nil, err
	}
	e := &Reacted{Info: head, ChatType: messages.ChatType(p.ChatType), Operations: p.Num.Int()}
	for _, d := range p.Data {
		m := ReactedMessage{
			MessageID: string(d.ID), From: string(d.From), To: string(d.To), ChatType: messages.ChatType(d.ChatType), Time: moment(d.Time),
		}
		for _, r := range d.Reactions {
			reaction := Reaction{Reaction: r.Reaction, Users: api.Texts(r.Users), Count: r.Count.Int()}
			for _, op := range r.Op {
				reaction.Changes = append(reaction.Changes, ReactionChange{Type: op.Type, Operator: string(op.Operator)})
			}
			m.Reactions = append(m.Reactions, reaction)
		}
		e.Messages = append(e.Messages, m)
	}
	return e, nil
}

func (w *wire) threadUpdated(head Info) (Event, error) {
	var p struct {
		Data struct {
			ID          api.Text   `json:"id"`
			Name        string     `json:"name"`
			From        api.Text   `json:"from"`
			Operation   string     `json:"operation"`
			ParentID    api.Text   `json:"msg_parent_id"`
			GroupID     api.Text   `json:"muc_parent_id"`
			Count       api.Int    `json:"message_count"`
			Time        api.Millis `json:"timestamp"`
			LastMessage struct {
				ID      api.Text        `json:"id"`
				From    api.Text        `json:"from"`
				To      api.Text        `json:"to"`
				Time    api.Millis      `json:"timestamp"`
				Payload json.RawMessage `json:"payload"`
			} `json:"last_message"`
		} `json:"data"`
	}
	if err := json.Unmarshal(w.Payload, &p); err != nil {
		return nil, err
	}
	d, last := &p.Data, &p.Data.LastMessage
	e := &ThreadUpdated{
		Info: head, ThreadID: string(d.ID), Name: d.Name, Operation: d.Operation, Operator: string(d.From),
		ParentID: string(d.ParentID), GroupID: string(d.GroupID), MessageCount: d.Count.Int(), Updated: moment(d.Time),
	}
	if last.ID != "" {
		e.LastSender, _ = plainName(string(last.From), w.AppKey)
		to, _ := plainName(string(last.To), w.AppKey)
		r := messages.ReadPayload(last.Payload)
		r.ID, r.Time, r.From, r.To = string(last.ID), moment(last.Time), cmp.Or(r.From, e.LastSender), cmp.Or(r.To, to)
		e.LastMessage = r
	}
	return e, nil
}
