package push

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/imrest/im-go/internal/api"
)

// Binding ties a device of a user to a push certificate, so that notifications
// reach it. It prints without the token.
type Binding struct {
	DeviceID     string `json:"device_id"`     // as the client SDK reports it
	NotifierName string `json:"notifier_name"` // name of the push certificate
	DeviceToken  string `json:"device_token"`  // made by the vendor of the device
}

type plainBinding Binding

// Format hides the token.
func (b Binding) Format(f fmt.State, verb rune) { api.FormatMasked(f, verb, b.masked()) }

// LogValue hides the token.
func (b Binding) LogValue() slog.Value { return api.LogMasked(b.masked()) }

func (b Binding) masked() plainBinding {
	b.DeviceToken = api.Masked(b.DeviceToken)
	return plainBinding(b)
}

var bindDevice = api.Endpoint{
	ID: "push.bind_device", Within: api.UserManagement, Method: http.MethodPut, Path: "/users/{username}/push/binding", Idempotent: true,
}

// BindDevice lets a device of a user get notifications, and returns all bindings of that
// device. The server finds and unbinds a wrong token later. Quota: 100 calls a second, on
// Easemob together with the calls that manage users.
//
//im:endpoint push.bind_device
func (s *Service) BindDevice(ctx context.Context, username string, b Binding) ([]Binding, error) {
	var out api.Entities[Binding]
	err := s.bind(ctx, username, b, &out, api.First(api.Required("DeviceID", b.DeviceID),
		api.Required("NotifierName", b.NotifierName), api.Required("DeviceToken", b.DeviceToken)))
	return out.Entities, err
}

// UnbindDevice ends all bindings of a device of a user. It is the call of
// [Service.BindDevice] with empty values, and has its quota.
func (s *Service) UnbindDevice(ctx context.Context, username, deviceID string) error {
	return s.unbind(ctx, username, Binding{DeviceID: deviceID}, api.Required("deviceID", deviceID))
}

// UnbindNotifier ends the binding of a device of a user to one certificate. It is the call
// of [Service.BindDevice] with an empty token, and has its quota.
func (s *Service) UnbindNotifier(ctx context.Context, username, deviceID, notifierName string) error {
	return s.unbind(ctx, username, Binding{DeviceID: deviceID, NotifierName: notifierName},
		api.First(api.Required("deviceID", deviceID), api.Required("notifierName", notifierName)))
}

// unbind ends the bindings that fit gone. A response that still has one is an error.
func (s *Service) unbind(ctx context.Context, username string, gone Binding, invalid error) error {
	confirmed := func(left *api.Entities[Binding]) error {
		for _, b := range left.Entities {
			if b.DeviceID == gone.DeviceID && (gone.NotifierName == "" || b.NotifierName == gone.NotifierName) {
				return fmt.Errorf("the device is still bound to %s", api.Quoted(b.NotifierName))
			}
		}
		return nil
	}
	return s.bind(ctx, username, gone, &api.Checked[api.Entities[Binding]]{Check: confirmed}, invalid)
}

func (s *Service) bind(ctx context.Context, username string, b Binding, out any, invalid error) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &bindDevice, Params: []string{username}, Invalid: invalid,
		Body: b, Secrets: []string{b.DeviceToken}, Out: out,
	})
}

var getBindings = api.Endpoint{
	ID: "push.get_bindings", Within: api.UserManagement, Method: http.MethodGet, Path: "/users/{username}/push/binding", Idempotent: true,
}

// GetBindings returns the bindings of all devices of a user. Quota: 100 calls a second, on
// Easemob together with the calls that manage users.
//
//im:endpoint push.get_bindings
func (s *Service) GetBindings(ctx context.Context, username string) ([]Binding, error) {
	var out api.Entities[Binding]
	err := s.api.Call(ctx, &api.Call{Endpoint: &getBindings, Params: []string{username}, Out: &out})
	return out.Entities, err
}
