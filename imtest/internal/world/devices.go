package world

import (
	"slices"
	"strconv"

	"github.com/imrest/im-go/imtest/event"
)

// Device is a device that a user is logged in on.
type Device struct {
	ID   string // "{device type}_{resource id}"
	UUID string
	Name string
}

// LogIn logs a user in on devices, each once, or on one that it makes up, in place of those
// that they were on. The user gets the messages that were waiting.
func (w *World) LogIn(name string, devices ...Device) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.user(name)
	switch {
	case err != nil:
		return err
	case u.Banned:
		return refuse(UserIsBanned, u.Name)
	}
	w.takeOutAbsent() // before they look as if they had never been away
	now := w.Now()
	if len(devices) == 0 {
		devices = []Device{{ID: "android_" + strconv.FormatInt(now.UnixMicro(), 10), UUID: w.NewUUID(now), Name: "imtest"}}
	}
	if !u.Online {
		w.emit(event.UserCameOnline{User: u.Name})
	}
	w.changeDevices(u, devices)
	u.Online, u.Came = true, now
	w.sort(u)
	if box := w.inboxes[u.Name]; box.Waiting() > 0 {
		w.emit(event.MessagesArrived{User: u.Name, Count: box.Waiting()})
		box.Delivered = len(box.Messages)
	}
	return nil
}

// changeDevices has a user be on these devices from now on. The caller holds mu.
func (w *World) changeDevices(u *User, devices []Device) {
	before := u.Devices
	u.Devices = nil
	for _, d := range before {
		if !hasDevice(devices, d.ID) {
			w.dropDevice(u, d.ID, event.LogoutReplaced)
		}
	}
	for _, d := range devices {
		if hasDevice(u.Devices, d.ID) {
			continue // named twice
		}
		u.Devices = append(u.Devices, d)
		if !hasDevice(before, d.ID) {
			w.emit(event.DeviceLoggedIn{User: u.Name, Device: d.ID})
		}
	}
}

func hasDevice(list []Device, id string) bool {
	return slices.ContainsFunc(list, func(d Device) bool { return d.ID == id })
}

// LogOut logs a user out of all devices.
func (w *World) LogOut(name string, why event.Logout) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.user(name)
	if err != nil {
		return err
	}
	w.logOut(u, why)
	return nil
}

// logOut takes a user offline. The caller holds mu.
func (w *World) logOut(u *User, why event.Logout) {
	for _, d := range u.Devices {
		w.dropDevice(u, d.ID, why)
	}
	u.Devices = nil
	w.goOffline(u)
}

// goOffline ends the time online of a user who is. The caller holds mu.
func (w *World) goOffline(u *User) {
	if u.Online {
		u.Online = false
		w.sort(u)
		w.depart(u)
		w.emit(event.UserWentOffline{User: u.Name})
	}
}

func (w *World) dropDevice(u *User, id string, why event.Logout) {
	w.presence.drop(u.Name, id)
	w.emit(event.DeviceLoggedOut{User: u.Name, Device: id, Why: why})
}

// LogOutDevice logs a user out of one device, and reports whether they were on
// it. They are offline after the last.
func (w *World) LogOutDevice(name, id string, why event.Logout) (bool, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.user(name)
	if err != nil {
		return false, err
	}
	had := hasDevice(u.Devices, id)
	if had {
		w.dropDevice(u, id, why)
	}
	u.Devices = slices.DeleteFunc(u.Devices, func(d Device) bool { return d.ID == id })
	if len(u.Devices) == 0 {
		w.goOffline(u)
	}
	return had, nil
}

// Devices returns the devices that a user is logged in on, none for an unknown
// user.
func (w *World) Devices(name string) []Device {
	w.mu.RLock()
	defer w.mu.RUnlock()
	u, err := w.user(name)
	if err != nil {
		return nil
	}
	return slices.Clone(u.Devices)
}

// Online reports for each of some users whether they are online; unknown users
// are not.
func (w *World) Online(names []string) []bool {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return Convert(names, func(name string) bool {
		u, err := w.user(name)
		return err == nil && u.Online
	})
}

// Waiting returns how many messages wait for a user.
func (w *World) Waiting(name string) (int, *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	u, err := w.user(name)
	if err != nil {
		return 0, err
	}
	return w.inboxes[u.Name].Waiting(), nil
}

// IsWaiting holds for a message that waits for a user. One that never was is
// taken for one that has arrived.
func (w *World) IsWaiting(name, id string) bool {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.inboxes[Fold(name)].isWaiting(id)
}
