package presence

import (
	"context"
	"fmt"
	"iter"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// MaxExpiry is the longest life of a subscription.
const MaxExpiry = 30 * 24 * time.Hour

var subscribe = api.Endpoint{
	ID: "presence.subscribe", Method: http.MethodPost, Path: "/users/{username}/presence/{expiry}", Quotas: api.PerSecond(50),
	Idempotent: true, MaxItems: maxUsers, ItemsIn: "usernames",
}

// Subscribe makes a user watch up to 100 others for a time, from a second to
// [MaxExpiry] in whole seconds, and returns their presence and when the
// subscriptions end. A user who is watched already is watched for the new time.
// Nobody can watch himself. Quota: 50 calls a second (100 by one page of Easemob),
// whatever the number of users. Repeated after a lost answer. Errors:
// [im.ErrInvalidArgument], [im.ErrNotEnabled].
//
//im:endpoint presence.subscribe
func (s *Service) Subscribe(ctx context.Context, username string, usernames []string, expiry time.Duration) (Presences, error) {
	return s.presences(ctx, &api.Call{
		Endpoint: &subscribe, Params: []string{username, strconv.Itoa(int(expiry / time.Second))},
		Invalid: api.First(checkExpiry(expiry), api.Usernames("usernames", usernames), notHimself(username, usernames)),
	}, usernames)
}

func checkExpiry(d time.Duration) error {
	if d < time.Second || d > MaxExpiry {
		return api.Invalid("expiry", "is %s, must be from 1s to %s", d, MaxExpiry)
	}
	return nil
}

func notHimself(username string, usernames []string) error {
	for i, name := range usernames {
		if strings.EqualFold(name, username) {
			return api.Invalid(fmt.Sprintf("usernames[%d]", i), "is the user himself, whom he cannot watch")
		}
	}
	return nil
}

var unsubscribe = api.Endpoint{
	ID: "presence.unsubscribe", Method: http.MethodDelete, Path: "/users/{username}/presence", Quotas: api.PerSecond(50),
	Idempotent: true, MaxItems: maxUsers, ItemsIn: "usernames",
}

// Unsubscribe ends the watching of up to 100 users. The server answers for all of
// them together. Quota: 50 calls a second (100 by one page of Easemob), whatever
// the number of users. Repeated after a lost answer.
//
//im:endpoint presence.unsubscribe
func (s *Service) Unsubscribe(ctx context.Context, username string, usernames []string) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &unsubscribe, Params: []string{username}, Items: len(usernames),
		Invalid: api.Usernames("usernames", usernames),
		Body:    usernames, // bare, though the tables of the documents name a field
		Out:     new(api.Payload[api.OK]),
	})
}

// SubscriptionListOptions choose a page of subscriptions.
type SubscriptionListOptions struct {
	Page int // from 1 on; 0: the first
	Size int // entries on a page, 1 to 100 (500 by older documents); 0: 100
}

func (o SubscriptionListOptions) withDefaults() SubscriptionListOptions {
	if o.Page == 0 {
		o.Page = 1
	}
	if o.Size == 0 {
		o.Size = maxUsers
	}
	return o
}

// Subscription is one user that is watched.
type Subscription struct {
	Username string
	Expires  time.Time `json:",omitzero"`
}

// SubscriptionPage is a part of a list of subscriptions.
type SubscriptionPage struct {
	Subscriptions []Subscription
	Total         int // on all pages
}

type wireSubscriptions struct {
	Total api.Int `json:"totalnum"`
	List  api.Many[struct {
		UID    api.Text    `json:"uid"`
		Expiry api.Seconds `json:"expiry"`
	}] `json:"sublist"`
}

func (w *wireSubscriptions) page() *SubscriptionPage {
	p := &SubscriptionPage{Total: w.Total.Int(), Subscriptions: make([]Subscription, len(w.List))}
	for i, one := range w.List {
		p.Subscriptions[i] = Subscription{Username: string(one.UID), Expires: one.Expiry.Time()}
	}
	return p
}

var listSubscriptions = api.Endpoint{
	ID: "presence.list_subscriptions", Method: http.MethodGet, Path: "/users/{username}/presence/sublist",
	Quotas: api.PerSecond(50), Idempotent: true,
}

// ListSubscriptions returns a page of the users that a user watches;
// [Service.AllSubscriptions] goes over all of them. A new subscription may take
// some seconds to appear. Quota: 50 calls a second (100 by one page of Easemob).
// Repeated after a lost answer.
//
//im:endpoint presence.list_subscriptions
func (s *Service) ListSubscriptions(ctx context.Context, username string, o SubscriptionListOptions) (*SubscriptionPage, error) {
	o = o.withDefaults()
	var out api.Payload[wireSubscriptions]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &listSubscriptions, Params: []string{username}, Out: &out,
		Invalid: api.First(api.Range("Page", o.Page, 1, math.MaxInt32), api.Range("Size", o.Size, 1, maxUsers)),
		Query:   url.Values{"pageNum": {strconv.Itoa(o.Page)}, "pageSize": {strconv.Itoa(o.Size)}},
	})
	if err != nil {
		return nil, err
	}
	return out.Value.page(), nil
}

// AllSubscriptions goes over all users that a user watches from page o.Page on. It
// ends after the first error.
func (s *Service) AllSubscriptions(ctx context.Context, username string, o SubscriptionListOptions) iter.Seq2[Subscription, error] {
	o = o.withDefaults()
	return api.OldNumberedPages(o.Page, func(number int) ([]Subscription, bool, error) {
		page, err := s.ListSubscriptions(ctx, username, SubscriptionListOptions{Page: number, Size: o.Size})
		if err != nil {
			return nil, false, err
		}
		full := len(page.Subscriptions) >= o.Size
		return page.Subscriptions, number*o.Size < page.Total || page.Total == 0 && full, nil
	})
}
