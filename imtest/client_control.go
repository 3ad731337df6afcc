package imtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/imrest/im-go/imtest/event"
	"github.com/imrest/im-go/imtest/internal/world"
)

// madeID is the response of what makes something.
type madeID struct {
	ID string `json:"id"`
}

// clientActions are what POST /_im/users/{user}/{action} does.
var clientActions = map[string]func(*Server, *http.Request) (any, error){
	"log_in": acting(func(srv *Server, user string, in struct {
		Devices []struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"devices"`
	}) (any, error) {
		var devices []Device
		for _, d := range in.Devices {
			if d.ID == "" {
				return nil, errors.New(`a device needs an "id"`)
			}
			devices = append(devices, Device{ID: d.ID, UUID: srv.world.NewUUID(srv.world.Now()), Name: d.Name})
		}
		return nil, clientError(user, "log in", srv.world.LogIn(user, worldDevices(devices)...))
	}),
	"log_out": acting(func(srv *Server, user string, in struct {
		Device string `json:"device"` // "": all
	}) (any, error) {
		if in.Device == "" {
			return nil, clientError(user, "log out", srv.world.LogOut(user, event.LogoutSelf))
		}
		if !srv.LogOutDevice(user, in.Device) {
			return nil, fmt.Errorf("%s is not on the device %q", user, in.Device)
		}
		return nil, nil
	}),
	"set_presence": acting(func(srv *Server, user string, in struct {
		Device string `json:"device"`
		Status *int   `json:"status"` // 0 is offline
		Ext    string `json:"ext"`
	}) (any, error) {
		if in.Device == "" || in.Status == nil {
			return nil, errors.New(`"device" and "status" are needed`)
		}
		srv.SetPresence(user, in.Device, *in.Status, in.Ext)
		return nil, nil
	}),
	"send": acting(func(srv *Server, user string, in ClientMessage) (any, error) {
		sent, err := srv.SendAs(user, in)
		return madeID{sent.ID}, err
	}),
	"edit": acting(func(srv *Server, user string, in struct {
		Message string          `json:"message"`
		Text    string          `json:"text"`
		Type    string          `json:"type"`
		Body    json.RawMessage `json:"body"`
		Ext     json.RawMessage `json:"ext"`
	}) (any, error) {
		return nil, srv.EditAs(user, in.Message, ClientMessage{Text: in.Text, Type: in.Type, Body: in.Body, Ext: in.Ext})
	}),
	"recall": acting(func(srv *Server, user string, in struct {
		Message string `json:"message"`
	}) (any, error) {
		return nil, srv.RecallAs(user, in.Message)
	}),
	"delivered": acting(func(srv *Server, user string, in struct {
		Message string `json:"message"`
	}) (any, error) {
		return nil, srv.DeliveredAs(user, in.Message)
	}),
	"read": acting(func(srv *Server, user string, in struct {
		Message string `json:"message"`
		Text    string `json:"text"`
		With    string `json:"with"` // in place of a message: a user or group
	}) (any, error) {
		switch {
		case (in.Message == "") == (in.With == ""):
			return nil, errors.New(`one of "message" and "with" is needed`)
		case in.With != "":
			return nil, srv.ReadConversationAs(user, in.With)
		}
		return nil, srv.ReadAs(user, in.Message, in.Text)
	}),
	"join": acting(func(srv *Server, user string, in struct {
		ID string `json:"id"`
	}) (any, error) {
		return nil, srv.JoinAs(user, in.ID)
	}),
	"leave": acting(func(srv *Server, user string, in struct {
		ID string `json:"id"`
	}) (any, error) {
		return nil, srv.LeaveAs(user, in.ID)
	}),
	"react": acting(func(srv *Server, user string, in struct {
		Message  string `json:"message"`
		Reaction string `json:"reaction"`
		Remove   bool   `json:"remove"` // takes it back
	}) (any, error) {
		if in.Remove {
			return nil, srv.UnreactAs(user, in.Message, in.Reaction)
		}
		return nil, srv.ReactAs(user, in.Message, in.Reaction)
	}),
	"create_thread": acting(func(srv *Server, user string, in struct {
		Group   string `json:"group"`
		Message string `json:"message"`
		Name    string `json:"name"`
	}) (any, error) {
		id, err := srv.CreateThreadAs(user, in.Group, in.Message, in.Name)
		return madeID{id}, err
	}),
	"bind_push": bindPush,
}

// acting makes an action of what a user does.
func acting[T any](do func(srv *Server, user string, in T) (any, error)) func(*Server, *http.Request) (any, error) {
	return func(srv *Server, r *http.Request) (any, error) {
		var in T
		if err := readControl(r.Body, &in); err != nil {
			return nil, err
		}
		return do(srv, world.Fold(r.PathValue("user")), in)
	}
}

// act does what a client does.
func (srv *Server) act(r *http.Request) (any, error) {
	do, known := clientActions[r.PathValue("action")]
	if !known {
		actions := slices.Sorted(maps.Keys(clientActions))
		return nil, fmt.Errorf("a client cannot %q, only %s", r.PathValue("action"), strings.Join(actions, ", "))
	}
	return do(srv, r)
}

func (srv *Server) postPushReport(r *http.Request) (any, error) {
	var report event.PushReported
	if err := readControl(r.Body, &report); err != nil {
		return nil, err
	}
	return nil, srv.ReportPush(report)
}

func (srv *Server) postVerdict(r *http.Request) (any, error) {
	var in struct {
		Message string `json:"message"`
		Moderation
	}
	if err := readControl(r.Body, &in); err != nil {
		return nil, err
	}
	return nil, srv.Moderate(in.Message, in.Moderation)
}
