package outbound

import (
	"cmp"
	"encoding/json"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

// providerResults are what the provider says where a test leaves it open.
var providerResults = map[event.Verdict]string{
	event.VerdictPass: "PASS", event.VerdictExchange: "REVIEWED", event.VerdictReject: "REJECT", event.VerdictRecall: "REJECT",
}

// moderated makes the callback of a verdict.
func (m *maker) moderated(at time.Time, what event.MessageModerated) Callback {
	msg := &what.Message
	var body struct {
		Msg string `json:"msg"`
		URL string `json:"url"`
	}
	_ = json.Unmarshal(msg.Body, &body) // what is not there is not reported
	fields := object{
		"eventType": "moderation", "moderationResult": string(what.Result),
		"providerResult": cmp.Or(what.Provider, providerResults[what.Result]), "messageType": msg.Type, "messageId": msg.ID,
		"targetType": msg.ChatType, "source": object{}, "from": msg.From, "to": msg.To, "url": body.URL, "appkey": m.appKey,
	}
	if msg.Type == "txt" {
		fields["msg"] = body.Msg
	}
	if what.Risk != "" {
		fields["riskType"] = what.Risk
	}
	return Callback{Kind: "moderation", CallID: m.byUUID(), Time: at, fields: fields}
}
