package hand

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/contacts"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/presence"
	"github.com/imrest/im-go/users"
)

func (h hand) users() []*cobra.Command {
	return []*cobra.Command{
		h.risky("ban USER...", "Bans users: they are logged out, and cannot log in", "users ban mallory --yes", "Ban %d user(s)?",
			func(ctx context.Context, c *im.Client, args []string) error {
				results, err := each(ctx, args, c.Users.Deactivate)
				return report(h.App, results, err)
			}),
		h.command("unban USER...", "Lifts the ban of users", "users unban mallory",
			func(ctx context.Context, c *im.Client, args []string) error {
				results, err := each(ctx, args, c.Users.Activate)
				return report(h.App, results, err)
			}),
		h.risky("kick USER...", "Logs users out of all their devices", "users kick bob --yes", "Log %d user(s) out?",
			func(ctx context.Context, c *im.Client, args []string) error {
				results, err := each(ctx, args, c.Users.Disconnect)
				return report(h.App, results, err)
			}),
		h.mute(),
		h.command("unmute USER...", "Lifts the mutes of users, app-wide", "users unmute bob",
			func(ctx context.Context, c *im.Client, args []string) error {
				results, err := each(ctx, args, func(ctx context.Context, username string) error {
					return c.Users.Mute(ctx, username, users.Mute{Chat: new(time.Duration(0)), Group: new(time.Duration(0)), Room: new(time.Duration(0))})
				})
				return report(h.App, results, err)
			}),
		h.command("muted [USER]", "Shows for how long a user, or every muted user, is still muted", "users muted",
			func(ctx context.Context, c *im.Client, args []string) error {
				if len(args) == 1 {
					m, err := c.Users.GetMute(ctx, args[0])
					if err != nil {
						return err
					}
					return h.Print(newMute(*m))
				}
				return app.PrintAll(h.App, mapped(c.Users.AllMutes(ctx, page.Numbered{}), newMute), "username", "chat", "group", "room")
			}),
		h.command("online USER...", "Shows which users are online", "users online alice bob",
			func(ctx context.Context, c *im.Client, args []string) error {
				results, err := chunks(args, users.MaxStatusBatch, func(some []string) (batch.Results[users.Status], error) {
					return c.Users.GetStatusBatch(ctx, some)
				})
				return report(h.App, results, err)
			}),
		h.command("waiting USER", "Shows how many messages wait for a user", "users waiting bob",
			func(ctx context.Context, c *im.Client, args []string) error {
				n, err := c.Users.CountOfflineMessages(ctx, args[0])
				if err != nil {
					return err
				}
				return h.Print(map[string]any{"username": args[0], "messages": n})
			}),
		h.command("delivered USER MESSAGE-ID", "Shows whether a message has reached a user", "users delivered bob 1312740985563217920",
			func(ctx context.Context, c *im.Client, args []string) error {
				d, err := c.Users.GetDelivery(ctx, args[0], args[1])
				if err != nil {
					return err
				}
				return h.Print(map[string]any{"username": args[0], "message_id": args[1], "delivery": d})
			}),
	}
}

// shownMute is a mute as it is shown: "2h0m0s", "forever", "no".
type shownMute struct {
	Username string `json:"username"`
	Chat     string `json:"chat"`
	Group    string `json:"group"`
	Room     string `json:"room"`
}

func newMute(m users.Muted) shownMute {
	return shownMute{m.Username, app.Spoken(m.Chat), app.Spoken(m.Group), app.Spoken(m.Room)}
}

func (h hand) mute() *cobra.Command {
	var chat, group, room *period
	c := h.command("mute USER...", "Mutes users app-wide, in one-to-one chats, groups or rooms", "users mute mallory --groups 2h --rooms forever",
		func(ctx context.Context, c *im.Client, args []string) error {
			var m users.Mute
			for p, to := range map[*period]**time.Duration{chat: &m.Chat, group: &m.Group, room: &m.Room} {
				if p.given {
					*to = &p.value
				}
			}
			results, err := each(ctx, args, func(ctx context.Context, username string) error { return c.Users.Mute(ctx, username, m) })
			return report(h.App, results, err)
		})
	chat = periodFlag(c.Flags(), "chats", "how long in one-to-one chats: 90s, 2h, 7d, forever")
	group = periodFlag(c.Flags(), "groups", "how long in groups")
	room = periodFlag(c.Flags(), "rooms", "how long in chat rooms")
	c.MarkFlagsOneRequired("chats", "groups", "rooms")
	return c
}

func (h hand) presence() []*cobra.Command {
	var as string
	show := h.command("show USER...", "Shows the presence of users, as one of them sees it", "presence show alice bob",
		func(ctx context.Context, c *im.Client, args []string) error {
			viewer := as
			if viewer == "" {
				viewer = args[0]
			}
			results, err := chunks(args, presence.MaxUsersBatch, func(some []string) (batch.Results[presence.Presence], error) {
				return c.Presence.Get(ctx, viewer, some)
			})
			return report(h.App, results, err, "id", "state", "value.devices", "value.ext", "value.last_change", "error")
		})
	show.Flags().StringVar(&as, "as", "", "the `user` who looks; by default the first")
	return []*cobra.Command{show}
}

func (h hand) contacts() []*cobra.Command {
	return []*cobra.Command{
		h.command("friends USER", "Lists the friends of a user, with remarks", "contacts friends alice",
			func(ctx context.Context, c *im.Client, args []string) error {
				return app.PrintAll(h.App, c.Contacts.All(ctx, args[0], contacts.ListOptions{Remarks: true}), "username", "remark")
			}),
		h.command("blocked USER", "Lists whom a user has blocked", "contacts blocked alice",
			func(ctx context.Context, c *im.Client, args []string) error {
				return app.PrintAll(h.App, names(c.Contacts.AllBlocked(ctx, args[0], page.Options{})), "username")
			}),
	}
}

func (h hand) metadata() []*cobra.Command {
	return []*cobra.Command{
		h.command("show USER", "Shows the attributes of a user", "metadata show alice",
			func(ctx context.Context, c *im.Client, args []string) error {
				attributes, err := c.Metadata.Get(ctx, args[0])
				if err != nil {
					return err
				}
				return h.Print(attributes)
			}),
	}
}
