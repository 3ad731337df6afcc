package users

import (
	"context"
	"net/http"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// Status says whether a user is online.
type Status string

// The statuses.
const (
	StatusOnline  Status = "online"
	StatusOffline Status = "offline"
)

var getStatus = api.Endpoint{
	ID: "users.status", Within: api.UserManagement, Method: http.MethodGet, Path: "/users/{username}/status", Idempotent: true,
}

// GetStatus reports whether a user is online.
//
//im:endpoint users.status
func (s *Service) GetStatus(ctx context.Context, username string) (Status, error) {
	return only[Status](ctx, s, &api.Call{Endpoint: &getStatus, Params: []string{username}})
}

// only carries out a call whose response is a map with one entry.
func only[T any](ctx context.Context, s *Service, c *api.Call) (T, error) {
	var out api.Only[T]
	c.Out = &out
	err := s.api.Call(ctx, c)
	return out.Value, err
}

// MaxStatusBatch is the most users of one [Service.GetStatusBatch].
const MaxStatusBatch = 100

var getStatusBatch = api.Endpoint{
	ID: "users.status_batch", Within: api.UserManagement, Method: http.MethodPost, Path: "/users/batch/status", Quotas: api.PerSecond(50),
	Idempotent: true, MaxItems: MaxStatusBatch, ItemsIn: "usernames",
}

// GetStatusBatch reports whether users are online, up to [MaxStatusBatch] in one call. A user
// that does not exist is offline. Quota: 50 calls a second, whatever the number of users.
//
//im:endpoint users.status_batch
func (s *Service) GetStatusBatch(ctx context.Context, usernames []string) (batch.Results[Status], error) {
	var out api.Data[api.Many[map[string]Status]]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &getStatusBatch, Invalid: api.Usernames("usernames", usernames), Items: len(usernames),
		Body: api.UsersBody(usernames), Out: &out,
	})
	if err != nil {
		return nil, err
	}
	said := api.Reported[Status]{Read: true}
	for _, entry := range out.Data {
		for name, status := range entry {
			said.Done(name, status)
		}
	}
	return said.Results(usernames)
}

var countOffline = api.Endpoint{
	ID: "users.offline_msg_count", Within: api.UserManagement, Method: http.MethodGet, Path: "/users/{username}/offline_msg_count", Idempotent: true,
}

// CountOfflineMessages returns how many messages wait for a user to come online.
//
//im:endpoint users.offline_msg_count
func (s *Service) CountOfflineMessages(ctx context.Context, username string) (int, error) {
	n, err := only[api.Int](ctx, s, &api.Call{Endpoint: &countOffline, Params: []string{username}})
	return n.Int(), err
}

// Delivery says whether a message has reached its receiver.
type Delivery string

// The deliveries.
const (
	DeliveryDone    Delivery = "delivered"
	DeliveryPending Delivery = "undelivered"
)

var getDelivery = api.Endpoint{
	ID: "users.offline_msg_status", Within: api.UserManagement, Method: http.MethodGet, Path: "/users/{username}/offline_msg_status/{messageID}", Idempotent: true,
}

// GetDelivery reports whether a message has reached a user. What the server returns for a
// message that it does not know is not documented.
//
//im:endpoint users.offline_msg_status
func (s *Service) GetDelivery(ctx context.Context, username, messageID string) (Delivery, error) {
	return only[Delivery](ctx, s, &api.Call{Endpoint: &getDelivery, Params: []string{username, messageID}})
}
