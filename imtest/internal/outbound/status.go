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
