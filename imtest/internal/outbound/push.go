package outbound

import (
	"cmp"
	"maps"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

// pushes makes the callbacks of a push: one for each device that a vendor brings it to, and one
// for each user without a device. Each has an id of its own, since it is not a message.
func (m *maker) pushes(at time.Time, what event.PushSent) []Callback {
	reached := map[string]bool{}
	var list []Callback
	for _, d := range what.Devices {
		reached[d.User] = true
		list = append(list, m.push(at, m.newID(), d.User, "success", object{
			"channel": d.Platform, "device_id": d.Device, "notifier_name": d.Notifier, "data": object{},
		}))
	}
	for _, user := range what.Users {
		if !reached[user] {
			list = append(list, m.push(at, m.newID(), user, "fail", object{"detail": "no push binding"}))
		}
	}
	return list
}

// reported makes the callback of what a vendor reports of the push for a message.
func (m *maker) reported(at time.Time, what event.PushReported) Callback {
	extra := object{}
	for name, value := range map[string]string{
		"channel": what.Platform, "device_id": what.Device, "notifier_name": what.Notifier,
	} {
		if value != "" {
			extra[name] = value
		}
	}
	switch what.Status {
	case event.PushSuccess:
		extra["data"] = object{}
	case event.PushFail:
		extra["detail"] = what.Detail
	case event.PushError:
		extra["e_message"] = what.Detail
	}
	return m.push(at, cmp.Or(what.Message, m.newID()), what.User, string(what.Status), extra)
}

func (m *maker) push(at time.Time, id, user, status string, extra object) Callback {
	fields := object{
		"step": "push", "status": status, "chat_type": "chat", "msg_id": id, "target": user, "appkey": m.appKey,
	}
	maps.Copy(fields, extra)
	return Callback{Kind: "push." + status, CallID: m.byID(id), Time: at, fields: fields}
}
