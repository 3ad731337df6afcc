package export

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/metadata"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/users"
)

// user is a row of users: without push tokens, which are secrets.
type user struct {
	Username   string              `json:"username"`
	UUID       string              `json:"uuid,omitzero"`
	Activated  bool                `json:"activated"`
	Created    time.Time           `json:"created,omitzero"`
	Updated    time.Time           `json:"updated,omitzero"`
	Nickname   string              `json:"nickname,omitzero"`
	Attributes metadata.Attributes `json:"attributes,omitempty"`
}

func exportUsers(a *app.App) *cobra.Command {
	var keys []string
	c := command(a, &cobra.Command{
		Short: "Writes all users of the app to a file", Example: "  imctl users export ~/users.jsonl --attributes nickname,avatarurl",
	}, func() (source[user], error) { return usersSource(keys), nil })
	c.Flags().StringSliceVar(&keys, "attributes", nil, "`keys` of user attributes that are written as well")
	return c
}

func usersSource(keys []string) source[user] {
	s := source[user]{what: "users", columns: []string{"username", "uuid", "activated", "created", "updated", "nickname"}}
	if len(keys) > 0 {
		s.what += " with " + strings.Join(keys, ",")
		s.columns = append(s.columns, "attributes")
	}
	s.parts = func(ctx context.Context, c *im.Client, from string) iter.Seq2[part[user], error] {
		return pages(c.Users.Pages(ctx, page.Options{Cursor: from}), func(list []users.User) ([]user, error) {
			rows := make([]user, len(list))
			for i, u := range list {
				rows[i] = user{Username: u.Username, UUID: u.UUID, Activated: u.Activated, Created: u.Created, Updated: u.Updated, Nickname: u.Nickname}
			}
			return rows, addAttributes(ctx, c, rows, keys)
		})
	}
	return s
}

func addAttributes(ctx context.Context, c *im.Client, rows []user, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	for some := range slices.Chunk(rows, metadata.MaxUsersBatch) {
		names := make([]string, len(some))
		for i, u := range some {
			names[i] = u.Username
		}
		results, err := c.Metadata.GetBatch(ctx, names, keys)
		if err != nil {
			return err
		}
		for i, item := range results { // in the order of the names
			some[i].Attributes = item.Value
		}
	}
	return nil
}

// group is a row of groups.
type group struct {
	groups.Summary
	Members []groups.Member `json:"members,omitempty"`
}

func exportGroups(a *app.App) *cobra.Command {
	var members bool
	c := command(a, &cobra.Command{
		Short: "Writes all groups of the app to a file", Example: "  imctl groups export ~/groups.jsonl --members",
	}, func() (source[group], error) { return groupsSource(members), nil })
	c.Flags().BoolVar(&members, "members", false, "with the members and their roles, which takes a call for each group at least")
	return c
}

func groupsSource(members bool) source[group] {
	s := source[group]{what: "groups", columns: []string{"id", "name", "owner", "member_count", "created", "updated", "disabled"}}
	if members {
		s.what += " with members"
		s.columns = append(s.columns, "members")
	}
	s.parts = func(ctx context.Context, c *im.Client, from string) iter.Seq2[part[group], error] {
		return pages(c.Groups.Pages(ctx, page.Options{Cursor: from, Limit: groupsPage}), func(list []groups.Summary) ([]group, error) {
			rows := make([]group, len(list))
			for i, g := range list {
				rows[i].Summary = g
			}
			if !members {
				return rows, nil
			}
			return rows, together(rows, func(g *group) (err error) {
				g.Members, err = membersOf(ctx, c, g.ID)
				return err
			})
		})
	}
	return s
}

// groupsPage is small enough that with members little is lost when a run is killed.
const groupsPage = 100

// membersOf lists the members of a group. One that was dissolved after it was listed has none.
func membersOf(ctx context.Context, c *im.Client, id string) ([]groups.Member, error) {
	var all []groups.Member
	for m, err := range c.Groups.AllMembers(ctx, id, groups.MemberListOptions{}) {
		if errors.Is(err, im.ErrNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// atOnce is how many calls for the rows of a page are under way.
const atOnce = 8

// together does something for each row, several at once, and returns the first error.
func together[T any](rows []T, do func(*T) error) error {
	var group sync.WaitGroup
	places := make(chan struct{}, atOnce)
	failed := make([]error, len(rows))
	for i := range rows {
		places <- struct{}{}
		group.Go(func() {
			failed[i] = do(&rows[i])
			<-places
		})
	}
	group.Wait()
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
}

// pages makes parts of pages.
func pages[T, R any](all iter.Seq2[*page.Page[T], error], rows func([]T) ([]R, error)) iter.Seq2[part[R], error] {
	return func(yield func(part[R], error) bool) {
		for p, err := range all {
			if err != nil {
				yield(part[R]{}, err)
				return
			}
			list, err := rows(p.Items)
			if !yield(part[R]{rows: each(list), next: p.Next, total: p.Total}, err) || err != nil {
				return
			}
		}
	}
}

func each[T any](list []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, row := range list {
			if !yield(row, nil) {
				return
			}
		}
	}
}

func exportHistory(a *app.App) *cobra.Command {
	var from, to, zone string
	c := command(a, &cobra.Command{
		Short: "Writes the messages of some hours to a file", Example: "  imctl history export ~/monday.jsonl --from 2026-11-23T00+08:00 --to 2026-11-24T00+08:00",
	}, func() (source[messages.Record], error) {
		o, err := a.Zone(zone)
		if err != nil {
			return source[messages.Record]{}, err
		}
		begin, err := hourOf(a, "from", from)
		if err != nil {
			return source[messages.Record]{}, err
		}
		end, err := hourOf(a, "to", to)
		if err == nil && !end.After(begin) {
			err = app.Usage("%s", a.T("--to must be after --from"))
		}
		return historySource(begin, end, o), err
	})
	c.Flags().StringVar(&from, "from", "", "first `hour`, as 2026-11-26T09+08:00")
	c.Flags().StringVar(&to, "to", "", "`hour` after the last, as 2026-11-27T09+08:00")
	c.Flags().StringVar(&zone, "zone", "", "`zone` in which the cluster names its hours: utc or +08:00; by default that of the host")
	_ = c.MarkFlagRequired("from") // it exists
	_ = c.MarkFlagRequired("to")   // it exists
	return c
}

func hourOf(a *app.App, flag, text string) (time.Time, error) {
	if hour, ok := app.HourWithZone(text); ok && hour.Equal(hour.Truncate(time.Hour)) {
		return hour, nil
	}
	return time.Time{}, app.Usage("%s", a.T("--%s is %q, must be an hour with its zone, as 2026-11-26T09+08:00", flag, text))
}

// historySource has a part for each hour.
func historySource(begin, end time.Time, o messages.HistoryOptions) source[messages.Record] {
	zone := ""
	if o.Zone != nil {
		zone = " " + o.Zone.String()
	}
	return source[messages.Record]{
		what:    "history from " + begin.UTC().Format(time.RFC3339) + " to " + end.UTC().Format(time.RFC3339) + zone,
		columns: []string{"time", "id", "chat_type", "from", "to", "body", "ext"},
		parts: func(ctx context.Context, c *im.Client, from string) iter.Seq2[part[messages.Record], error] {
			return func(yield func(part[messages.Record], error) bool) {
				hour := begin
				if from != "" {
					var err error
					if hour, err = time.Parse(time.RFC3339, from); err != nil {
						yield(part[messages.Record]{}, err)
						return
					}
				}
				for ; hour.Before(end); hour = hour.Add(time.Hour) {
					p := part[messages.Record]{rows: records(c.Messages.ReadHistory(ctx, hour, o))}
					if next := hour.Add(time.Hour); next.Before(end) {
						p.next = next.UTC().Format(time.RFC3339)
					}
					if !yield(p, nil) {
						return
					}
				}
			}
		},
	}
}

// records leaves out what appears twice: the raw record. An hour without messages has none.
func records(all iter.Seq2[messages.Record, error]) iter.Seq2[messages.Record, error] {
	return func(yield func(messages.Record, error) bool) {
		for r, err := range all {
			if errors.Is(err, messages.ErrHistoryEmpty) {
				return
			}
			r.Raw = nil // it also has the secrets of files
			if !yield(r, err) {
				return
			}
		}
	}
}
