package outbound

import (
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

// status makes the callback of a device that has come or gone.
func (m *maker) status(at time.Time, user, device, reason, status string) Callback {
	os, _, _ := strings.Cut(device, "_")
	return Callback{Kind: "user." + reason, CallID: m.byUUID(), Time: at, fields: object{
		"reason": reason, "status": status, "os": os, "ip": "127.0.0.1", "version": sdk, "host": hostName, "appkey": m.appKey,
		"user": m.jid(user) + "/" + device, "name": user,
	}}
}

// logoutReason says that a user was forced off a device unless they left by themselves.
func logoutReason(why event.Logout) string {
	if why == event.LogoutSelf {
		return "logout"
	}
	return "replaced"
}

// pushes makes the callbacks of a push: one for each device that a vendor brings it to, and one
// for each user without a device.
func (m *maker) pushes(at time.Time, what event.PushSent) []Callback {
	id := m.newID()
	reached := map[string]bool{}
	var list []Callback
	for _, d := range what.Devices {
		reached[d.User] = true
		list = append(list, m.push(at, id, d.User, "success", object{
			"channel": d.Platform, "device_id": d.Device, "notifier_name": d.Notifier, "data": object{},
		}))
	}
	for _, user := range what.Users {
		if !reached[user] {
			list = append(list, m.push(at, id, user, "fail", object{"detail": "no push binding"}))
		}
	}
	return list
}

func (m *maker) push(at time.Time, id, user, status string, extra object) Callback {
	fields := object{
		"step": "push", "status": status, "chat_type": "chat", "msg_id": id, "target": user, "appkey": m.appKey,
	}
	for name, value := range extra {
		fields[name] = value
	}
	return Callback{Kind: "push." + status, CallID: m.byID(id), Time: at, fields: fields}
}
