package presence

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

var subscribe = api.Endpoint{
	ID: "presence.subscribe", Method: http.MethodPost, Path: "/users/{viewer}/presence/{expiry}", Quotas: api.PerSecond(50),
	Idempotent: true, MaxItems: MaxUsersBatch, ItemsIn: "usernames",
}

// Subscribe makes a viewer watch up to [MaxUsersBatch] others for a time, from a second to
// [MaxExpiry] in whole seconds (rounded down), and returns their presence and when the
// subscriptions end. For a user who is watched already, the new time replaces the old. Nobody
// can watch themselves.
//
//im:endpoint presence.subscribe
func (s *Service) Subscribe(ctx context.Context, viewer string, usernames []string, expiry time.Duration) (batch.Results[Presence], error) {
	return s.presences(ctx, &api.Call{
		Endpoint: &subscribe, Params: []string{viewer, strconv.Itoa(int(expiry / time.Second))},
		Invalid: api.First(checkExpiry(expiry), api.Usernames("usernames", usernames), notThemselves(viewer, usernames)),
	}, usernames)
}

func checkExpiry(d time.Duration) error {
	if d < time.Second || d > MaxExpiry {
		return api.Invalid("expiry", "is %s, must be from 1s to %s", d, MaxExpiry)
	}
	return nil
}

func notThemselves(viewer string, usernames []string) error {
	for i, name := range usernames {
		if strings.EqualFold(name, viewer) {
			return api.Invalid(fmt.Sprintf("usernames[%d]", i), "is %s, the viewer, who cannot watch themselves", api.Quoted(name))
		}
	}
	return nil
}

var unsubscribe = api.Endpoint{
	ID: "presence.unsubscribe", Method: http.MethodDelete, Path: "/users/{viewer}/presence", Quotas: api.PerSecond(50),
	Idempotent: true, MaxItems: MaxUsersBatch, ItemsIn: "usernames",
}

// Unsubscribe makes a viewer stop watching up to [MaxUsersBatch] users. The server reports
// one outcome, which is that of all items.
//
//im:endpoint presence.unsubscribe
func (s *Service) Unsubscribe(ctx context.Context, viewer string, usernames []string) (batch.Result, error) {
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &unsubscribe, Params: []string{viewer}, Items: len(usernames),
		Invalid: api.Usernames("usernames", usernames),
		Body:    usernames, // bare, though the tables of the documents name a field
		Out:     new(api.Payload[api.OK]),
	})
	if err != nil {
		return nil, err
	}
	var said api.Reported[batch.None]
	for _, name := range usernames {
		said.Done(name, batch.None{})
	}
	return said.Results(usernames)
}

// MaxSubscriptionsPage is the most users on a page of [Service.ListSubscriptions], which is
// also what it asks for without a size. Older documents allow 500.
const MaxSubscriptionsPage = 100

// Subscription is one user who is watched.
type Subscription struct {
	Username string    `json:"username"`         // the user who is watched
	Expires  time.Time `json:"expires,omitzero"` // when it ends, unless it is renewed
}

type wireSubscriptions struct {
	Total api.Int                    `json:"totalnum"`
	List  api.Many[wireSubscription] `json:"sublist"`
}

type wireSubscription struct {
	UID    api.Text    `json:"uid"`
	Expiry api.Seconds `json:"expiry"`
}

func (w *wireSubscription) subscription() Subscription {
	return Subscription{Username: string(w.UID), Expires: w.Expiry.Time()}
}

var listSubscriptions = api.Endpoint{
	ID: "presence.list_subscriptions", Method: http.MethodGet, Path: "/users/{viewer}/presence/sublist",
	Quotas: api.PerSecond(50), Idempotent: true,
}

// ListSubscriptions returns a page of the users that a viewer watches, with at most
// [MaxSubscriptionsPage] users and the Total of all pages. A new subscription may take some
// seconds to appear.
//
//im:endpoint presence.list_subscriptions
func (s *Service) ListSubscriptions(ctx context.Context, viewer string, o page.Numbered) (*page.Page[Subscription], error) {
	o, invalid := api.Number(o, MaxSubscriptionsPage)
	var out api.Payload[wireSubscriptions]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &listSubscriptions, Params: []string{viewer}, Invalid: invalid, Out: &out,
		Query: url.Values{"pageNum": {strconv.Itoa(o.Page)}, "pageSize": {strconv.Itoa(o.Size)}},
	})
	if err != nil {
		return nil, err
	}
	return api.NumberedPage(api.Convert(out.Value.List, (*wireSubscription).subscription), o, out.Value.Total.Int()), nil
}

// PageSubscriptions goes over the pages of [Service.ListSubscriptions].
func (s *Service) PageSubscriptions(ctx context.Context, viewer string, o page.Numbered) iter.Seq2[*page.Page[Subscription], error] {
	return api.NumberedPages(o, func(o page.Numbered) (*page.Page[Subscription], error) {
		return s.ListSubscriptions(ctx, viewer, o)
	})
}

// AllSubscriptions goes over the users of [Service.PageSubscriptions].
func (s *Service) AllSubscriptions(ctx context.Context, viewer string, o page.Numbered) iter.Seq2[Subscription, error] {
	return api.All(s.PageSubscriptions(ctx, viewer, o))
}
