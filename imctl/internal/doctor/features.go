package doctor

import (
	"context"
	"errors"
	"slices"
	"strings"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/favorites"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/moderation"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/reaction"
	"github.com/imrest/im-go/thread"
)

// feature is one that must be switched on or bought, with a call that changes nothing.
type feature struct {
	name string
	of   im.Platform // empty: both
	try  func(ctx context.Context, c *im.Client, user string) error
}

// noMessage is an id that no message has: the response says whether the feature is there.
const noMessage = "1"

var one = page.Options{Limit: 1}

func features() []feature {
	return []feature{
		{"metadata", "", func(ctx context.Context, c *im.Client, _ string) error {
			_, err := c.Metadata.GetCapacity(ctx)
			return err
		}},
		{"presence", "", func(ctx context.Context, c *im.Client, user string) error {
			_, err := c.Presence.Get(ctx, user, []string{user})
			return err
		}},
		{"reactions", "", func(ctx context.Context, c *im.Client, user string) error {
			_, err := c.Reaction.Get(ctx, user, []string{noMessage}, reaction.GetOptions{})
			return err
		}},
		{"threads", "", func(ctx context.Context, c *im.Client, _ string) error {
			_, err := c.Thread.List(ctx, thread.ListOptions{Options: one})
			return err
		}},
		{"push labels", "", func(ctx context.Context, c *im.Client, _ string) error {
			_, err := c.Push.ListLabels(ctx, one)
			return err
		}},
		{"favorites", im.Easemob, func(ctx context.Context, c *im.Client, user string) error {
			_, err := c.Favorites.List(ctx, user, favorites.ListOptions{Options: one})
			return err
		}},
		{"callback storage", "", func(ctx context.Context, c *im.Client, _ string) error {
			_, err := c.Messages.ListStoredCallbacks(ctx)
			return err
		}},
		{"message search", im.Easemob, func(ctx context.Context, c *im.Client, user string) error {
			_, err := c.Messages.Search(ctx, user, messages.SearchQuery{Keywords: []string{"imctl"}, Peers: []string{user}})
			return err
		}},
		{"moderation", im.Easemob, func(ctx context.Context, c *im.Client, _ string) error {
			_, err := c.Moderation.ListLists(ctx, moderation.ListsQuery{Numbered: page.Numbered{Size: 1}})
			return err
		}},
		{"translation", im.Easemob, func(ctx context.Context, c *im.Client, _ string) error {
			_, err := c.Translation.ListLanguages(ctx)
			return err
		}},
	}
}

// features tries what costs extra. A feature that is off is not a failure.
func (d *doctor) features() {
	user, err := d.someUser()
	if err != nil {
		d.report("features", skipped, app.Reason(err), "")
		return
	}
	for _, f := range features() {
		if d.Err() != nil {
			return // that it was stopped is said at the end
		}
		if f.of != "" && f.of != d.platform() {
			continue
		}
		ctx, cancel := context.WithTimeout(d, patience)
		err := f.try(im.WithoutRetry(ctx), d.client, user)
		cancel()
		if d.Err() == nil {
			d.feature(f.name, err)
		}
	}
}

func (d *doctor) feature(name string, err error) {
	call, isCall := errors.AsType[*im.Error](err)
	switch {
	case errors.Is(err, im.ErrNotEnabled), errors.Is(err, im.ErrForbidden), errors.Is(err, im.ErrUnsupported):
		d.report(name, off, app.Reason(err), d.T("Enable it in the console, or ask the vendor, if it is needed."))
	case err == nil, errors.Is(err, im.ErrPartial), errors.Is(err, im.ErrNotFound), isCall && errors.Is(err, im.ErrInvalidArgument) && call.Status != 0:
		d.report(name, fine, d.T("responds"), "")
	default:
		d.report(name, warning, app.Reason(err), d.T("Run imctl doctor again later."))
	}
}

// someUser is a user to ask about; one that may not exist if the app has none.
func (d *doctor) someUser() (string, error) {
	ctx, cancel := context.WithTimeout(d, patience)
	defer cancel()
	users, err := d.client.Users.List(ctx, one)
	if err != nil || len(users.Items) == 0 {
		return "imctl-doctor", err
	}
	return users.Items[0].Username, nil
}

// platform is that of the quotas in force.
func (d *doctor) platform() im.Platform {
	if d.config.Platform != "" {
		return d.config.Platform
	}
	if strings.HasSuffix(d.at.Hostname(), ".chat.agora.io") {
		return im.Agora
	}
	return im.Easemob
}

// telling are the pools that are shown: those that an operator meets first.
var telling = []string{"chatmessages", "messages_groups", "messages_rooms", "messages_users", "token", "user_management", "user_write", "users.get"}

// quotas shows what binds.
func (d *doctor) quotas() {
	var found []string
	for _, pool := range d.client.Quotas() {
		if slices.Contains(telling, pool.Pool) {
			found = append(found, pool.Pool+" "+d.QuotasText(pool.Windows))
		}
	}
	d.report("quotas", fine, d.T("documented figures of %s: %s", d.platform(), d.Join(found)), d.T("imctl quotas shows all of them, and what is used."))
}
