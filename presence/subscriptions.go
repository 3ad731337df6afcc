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

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
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
// whatever the number of users. Repeated after a lost response. Errors:
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

// Unsubscribe ends the watching of up to 100 users. The server responds for all of
// them together. Quota: 50 calls a second (100 by one page of Easemob), whatever
// the number of users. Repeated after a lost response.
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

// MaxPage is the most users on a page of [Service.ListSubscriptions], which is also what
// it asks for without a size. Older documents allow 500.
const MaxPage = 100

// Subscription is one user that is watched.
type Subscription struct {
	Username string
	Expires  time.Time `json:",omitzero"`
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
	ID: "presence.list_subscriptions", Method: http.MethodGet, Path: "/users/{username}/presence/sublist",
	Quotas: api.PerSecond(50), Idempotent: true,
}

// ListSubscriptions returns a page of the users that a user watches, with the Total of
// all pages. A page has up to [MaxPage] users. A new subscription may take some seconds to appear. Quota: 50 calls a second
// (100 by one page of Easemob). Retried if the response is lost.
//
//im:endpoint presence.list_subscriptions
func (s *Service) ListSubscriptions(ctx context.Context, username string, o page.Numbered) (*page.Page[Subscription], error) {
	o, invalid := api.Number(o, MaxPage)
	var out api.Payload[wireSubscriptions]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &listSubscriptions, Params: []string{username}, Invalid: invalid, Out: &out,
		Query: url.Values{"pageNum": {strconv.Itoa(o.Page)}, "pageSize": {strconv.Itoa(o.Size)}},
	})
	if err != nil {
		return nil, err
	}
	return api.NumberedPage(api.Convert(out.Value.List, (*wireSubscription).subscription), o, out.Value.Total.Int()), nil
}

// PageSubscriptions goes over the pages of [Service.ListSubscriptions].
func (s *Service) PageSubscriptions(ctx context.Context, username string, o page.Numbered) iter.Seq2[*page.Page[Subscription], error] {
	return api.NumberedPages(o, func(o page.Numbered) (*page.Page[Subscription], error) {
		return s.ListSubscriptions(ctx, username, o)
	})
}

// AllSubscriptions goes over the users of [Service.PageSubscriptions].
func (s *Service) AllSubscriptions(ctx context.Context, username string, o page.Numbered) iter.Seq2[Subscription, error] {
	return api.All(s.PageSubscriptions(ctx, username, o))
}
