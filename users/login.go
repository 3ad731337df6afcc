package users

import (
	"context"
	"net/http"
	"strings"

	"github.com/imrest/im-go/internal/api"
)

// result is the response of calls that say whether they were carried out.
type result struct {
	Result api.Bool `json:"result"`
}

func (s *Service) result(ctx context.Context, c *api.Call) (bool, error) {
	var out api.Data[result]
	c.Out = &out
	err := s.api.Call(ctx, c)
	return bool(out.Data.Result), err
}

var disconnect = api.Endpoint{
	ID: "users.disconnect", Within: api.UserManagement, Method: http.MethodGet, Path: "/users/{username}/disconnect", Idempotent: true,
}

// Disconnect logs a user out of all devices, and tells whether the server did so.
// The user can log in again at once; [Service.Deactivate] keeps it out. Quota: 100
// calls a second. Repeated after a lost response.
//
//im:endpoint users.disconnect
func (s *Service) Disconnect(ctx context.Context, username string) (bool, error) {
	return s.result(ctx, &api.Call{Endpoint: &disconnect, Params: []string{username}})
}

var disconnectDevice = api.Endpoint{
	ID: "users.disconnect_device", Within: api.UserManagement, Method: http.MethodDelete, Path: "/users/{username}/disconnect/{resource}", Idempotent: true,
}

// DisconnectDevice logs a user out of one device, named by [Device.Resource], and
// tells whether the server did so. Quota: 100 calls a second. Repeated after a
// lost response. [im.ErrNotFound] when there is no such user.
//
//im:endpoint users.disconnect_device
func (s *Service) DisconnectDevice(ctx context.Context, username, resource string) (bool, error) {
	return s.result(ctx, &api.Call{Endpoint: &disconnectDevice, Params: []string{username, resource}})
}

// Device is one that a user is logged in on.
type Device struct {
	Resource string `json:"res"` // "android_600100200300"
	UUID     string `json:"device_uuid"`
	Name     string `json:"device_name"` // model, as the client SDK reports it
}

var resources = api.Endpoint{
	ID: "users.resources", Within: api.UserManagement, Method: http.MethodGet, Path: "/users/{username}/resources", Idempotent: true,
}

// Devices lists the devices a user is logged in on; none when it is offline.
// Quota: 100 calls a second. Repeated after a lost response.
//
//im:endpoint users.resources
func (s *Service) Devices(ctx context.Context, username string) ([]Device, error) {
	var out api.Data[api.Many[Device]]
	err := s.api.Call(ctx, &api.Call{Endpoint: &resources, Params: []string{username}, Out: &out})
	return out.Data, err
}

// Status says whether a user is online.
type Status string

// The statuses.
const (
	Online  Status = "online"
	Offline Status = "offline"
)

var status = api.Endpoint{
	ID: "users.status", Within: api.UserManagement, Method: http.MethodGet, Path: "/users/{username}/status", Idempotent: true,
}

// Status tells whether a user is online. Quota: 100 calls a second. Repeated after
// a lost response. [im.ErrNotFound] when there is no such user.
//
//im:endpoint users.status
func (s *Service) Status(ctx context.Context, username string) (Status, error) {
	return only[Status](ctx, s, &api.Call{Endpoint: &status, Params: []string{username}})
}

// only carries out a call that responds a map with one entry.
func only[T any](ctx context.Context, s *Service, c *api.Call) (T, error) {
	var out api.Only[T]
	c.Out = &out
	err := s.api.Call(ctx, c)
	return out.Value, err
}

// UserStatus is the status of one user of a batch.
type UserStatus struct {
	Username string
	Status   Status // empty: the response does not name the user
}

var statusBatch = api.Endpoint{
	ID: "users.status_batch", Within: api.UserManagement, Method: http.MethodPost, Path: "/users/batch/status", Quotas: api.PerSecond(50),
	Idempotent: true, MaxItems: 100, ItemsIn: "usernames",
}

// StatusBatch tells of up to 100 users whether they are online, in the order
// asked. Users that do not exist count as offline. Quota: 50 calls a second,
// whatever the number of users. Repeated after a lost response.
//
//im:endpoint users.status_batch
func (s *Service) StatusBatch(ctx context.Context, usernames []string) ([]UserStatus, error) {
	var out api.Data[api.Many[map[string]Status]]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &statusBatch, Invalid: api.Usernames("usernames", usernames), Items: len(usernames),
		Body: struct {
			Usernames []string `json:"usernames"`
		}{usernames},
		Out: &out,
	})
	if err != nil {
		return nil, err
	}
	responded := make(map[string]Status, len(usernames))
	for _, entry := range out.Data {
		for name, status := range entry {
			responded[strings.ToLower(name)] = status
		}
	}
	list := make([]UserStatus, len(usernames))
	for i, name := range usernames {
		list[i] = UserStatus{Username: name, Status: responded[strings.ToLower(name)]}
	}
	return list, nil
}

var offlineCount = api.Endpoint{
	ID: "users.offline_msg_count", Within: api.UserManagement, Method: http.MethodGet, Path: "/users/{username}/offline_msg_count", Idempotent: true,
}

// OfflineMessageCount tells how many messages wait for a user to come online.
// Quota: 100 calls a second. Repeated after a lost response.
//
//im:endpoint users.offline_msg_count
func (s *Service) OfflineMessageCount(ctx context.Context, username string) (int, error) {
	n, err := only[api.Int](ctx, s, &api.Call{Endpoint: &offlineCount, Params: []string{username}})
	return n.Int(), err
}

// DeliveryStatus says whether a message has reached its receiver.
type DeliveryStatus string

// The delivery statuses.
const (
	Delivered   DeliveryStatus = "delivered"
	Undelivered DeliveryStatus = "undelivered"
)

var offlineStatus = api.Endpoint{
	ID: "users.offline_msg_status", Within: api.UserManagement, Method: http.MethodGet, Path: "/users/{username}/offline_msg_status/{messageID}", Idempotent: true,
}

// OfflineMessageStatus tells whether a message has reached a user. What the
// server responds for a message id that it does not know is not documented. Quota:
// 100 calls a second. Repeated after a lost response.
//
//im:endpoint users.offline_msg_status
func (s *Service) OfflineMessageStatus(ctx context.Context, username, messageID string) (DeliveryStatus, error) {
	return only[DeliveryStatus](ctx, s, &api.Call{Endpoint: &offlineStatus, Params: []string{username, messageID}})
}
