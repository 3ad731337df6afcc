package users

import (
	"context"
	"net/http"

	"github.com/imrest/im-go/internal/api"
)

var disconnect = api.Endpoint{
	ID: "users.disconnect", Within: api.UserManagement, Method: http.MethodGet, Path: "/users/{username}/disconnect", Idempotent: true,
}

// Disconnect logs a user out of all devices. The user can log in again at once;
// [Service.Deactivate] keeps it out. Errors: im.ErrForbidden if the server reports that it did
// nothing, which it may also do for a user that does not exist.
//
//im:endpoint users.disconnect
func (s *Service) Disconnect(ctx context.Context, username string) error {
	return s.api.Call(ctx, &api.Call{Endpoint: &disconnect, Params: []string{username}, Out: new(confirmed)})
}

var disconnectDevice = api.Endpoint{
	ID: "users.disconnect_device", Within: api.UserManagement, Method: http.MethodDelete, Path: "/users/{username}/disconnect/{resource}", Idempotent: true,
}

// DisconnectDevice logs a user out of one device, named by [Device.Resource]. Errors:
// im.ErrForbidden if the server reports that it did nothing: that device is not logged in,
// perhaps because a first attempt, whose response was lost, succeeded.
//
//im:endpoint users.disconnect_device
func (s *Service) DisconnectDevice(ctx context.Context, username, resource string) error {
	return s.api.Call(ctx, &api.Call{Endpoint: &disconnectDevice, Params: []string{username, resource}, Out: new(confirmed)})
}

// Device is a device that a user is logged in on.
type Device struct {
	Resource string `json:"resource"` // "android_600100200300"
	UUID     string `json:"uuid"`     // as the client SDK reports it
	Name     string `json:"name"`     // model, as the client SDK reports it
}

type wireDevice struct {
	Resource string `json:"res"`
	UUID     string `json:"device_uuid"`
	Name     string `json:"device_name"`
}

func (w *wireDevice) device() Device { return Device(*w) }

var listDevices = api.Endpoint{
	ID: "users.resources", Within: api.UserManagement, Method: http.MethodGet, Path: "/users/{username}/resources", Idempotent: true,
}

// ListDevices returns all devices that a user is logged in on; none if it is offline or does
// not exist.
//
//im:endpoint users.resources
func (s *Service) ListDevices(ctx context.Context, username string) ([]Device, error) {
	var out api.Data[api.Many[wireDevice]]
	if err := s.api.Call(ctx, &api.Call{Endpoint: &listDevices, Params: []string{username}, Out: &out}); err != nil {
		return nil, err
	}
	return api.Convert(out.Data, (*wireDevice).device), nil
}
