package hand

import (
	"context"
	"iter"
	"time"

	"github.com/spf13/cobra"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/chatrooms"
	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/page"
)

// member is a member of a group or a room.
type member struct {
	Username string    `json:"username"`
	Role     string    `json:"role"`
	Joined   time.Time `json:"joined,omitzero"`
}

// list changes a list of users: members, mutes, blocks.
type list func(ctx context.Context, c *im.Client, id string, usernames []string) (batch.Result, error)

// circle is a group or a room, for the commands that both have.
type circle struct {
	noun, argument string
	most           int // users of one call
	members        func(ctx context.Context, c *im.Client, id string) iter.Seq2[member, error]
	mute           func(ctx context.Context, c *im.Client, id string, usernames []string, d time.Duration) (batch.Results[time.Time], error)
	muteAll        func(ctx context.Context, c *im.Client, id string) error
	unmuteAll      func(ctx context.Context, c *im.Client, id string) error
	announce       func(ctx context.Context, c *im.Client, id, text string) error
	announcement   func(ctx context.Context, c *im.Client, id string) (string, error)

	add, remove, unmute, block, unblock, allow, disallow list
}

func (h hand) groups() []*cobra.Command {
	return append(h.circle(circle{
		noun: "groups", argument: "GROUP", most: groups.MaxMembersBatch,
		members: func(ctx context.Context, c *im.Client, id string) iter.Seq2[member, error] {
			return mapped(c.Groups.AllMembers(ctx, id, groups.MemberListOptions{}), func(m groups.Member) member {
				return member{m.Username, string(m.Role), m.Joined}
			})
		},
		mute: func(ctx context.Context, c *im.Client, id string, usernames []string, d time.Duration) (batch.Results[time.Time], error) {
			return c.Groups.MuteMembers(ctx, id, usernames, d)
		},
		muteAll:   func(ctx context.Context, c *im.Client, id string) error { return c.Groups.MuteAll(ctx, id) },
		unmuteAll: func(ctx context.Context, c *im.Client, id string) error { return c.Groups.UnmuteAll(ctx, id) },
		announce: func(ctx context.Context, c *im.Client, id, text string) error {
			return c.Groups.SetAnnouncement(ctx, id, text)
		},
		announcement: func(ctx context.Context, c *im.Client, id string) (string, error) {
			return c.Groups.GetAnnouncement(ctx, id)
		},
		add: func(ctx context.Context, c *im.Client, id string, usernames []string) (batch.Result, error) {
			return c.Groups.AddMembers(ctx, id, usernames, groups.MemberOptions{})
		},
		remove: func(ctx context.Context, c *im.Client, id string, usernames []string) (batch.Result, error) {
			return c.Groups.RemoveMembers(ctx, id, usernames, groups.MemberOptions{})
		},
		unmute: func(ctx context.Context, c *im.Client, id string, usernames []string) (batch.Result, error) {
			return c.Groups.UnmuteMembers(ctx, id, usernames)
		},
		block: func(ctx context.Context, c *im.Client, id string, usernames []string) (batch.Result, error) {
			return c.Groups.BlockMembers(ctx, id, usernames)
		},
		unblock: func(ctx context.Context, c *im.Client, id string, usernames []string) (batch.Result, error) {
			return c.Groups.UnblockMembers(ctx, id, usernames)
		},
		allow: func(ctx context.Context, c *im.Client, id string, usernames []string) (batch.Result, error) {
			return c.Groups.AllowMembers(ctx, id, usernames)
		},
		disallow: func(ctx context.Context, c *im.Client, id string, usernames []string) (batch.Result, error) {
			return c.Groups.DisallowMembers(ctx, id, usernames)
		},
	}),
		h.command("show GROUP", "Shows a group", "groups show 219874650132482",
			func(ctx context.Context, c *im.Client, args []string) error {
				g, err := c.Groups.Get(ctx, args[0])
				if err != nil {
					return err
				}
				g.Members = nil // members list has them
				return h.Print(g)
			}),
		h.command("of USER", "Lists the groups that a user is in", "groups of alice",
			func(ctx context.Context, c *im.Client, args []string) error {
				return app.PrintAll(h.App, c.Groups.AllJoined(ctx, args[0], page.Numbered{}), "id", "name")
			}),
	)
}

func (h hand) rooms() []*cobra.Command {
	return append(h.circle(circle{
		noun: "rooms", argument: "ROOM", most: chatrooms.MaxMembersBatch,
		members: func(ctx context.Context, c *im.Client, id string) iter.Seq2[member, error] {
			return mapped(c.Chatrooms.AllMembers(ctx, id, page.Numbered{}), func(m chatrooms.Member) member {
				return member{Username: m.Username, Role: string(m.Role)}
			})
		},
		mute: func(ctx context.Context, c *im.Client, id string, usernames []string, d time.Duration) (batch.Results[time.Time], error) {
			return c.Chatrooms.MuteMembers(ctx, id, usernames, d)
		},
		muteAll:   func(ctx context.Context, c *im.Client, id string) error { return c.Chatrooms.MuteAll(ctx, id) },
		unmuteAll: func(ctx context.Context, c *im.Client, id string) error { return c.Chatrooms.UnmuteAll(ctx, id) },
		announce: func(ctx context.Context, c *im.Client, id, text string) error {
			return c.Chatrooms.SetAnnouncement(ctx, id, text)
		},
		announcement: func(ctx context.Context, c *im.Client, id string) (string, error) {
			return c.Chatrooms.GetAnnouncement(ctx, id)
		},
		add: func(ctx context.Context, c *im.Client, id string, usernames []string) (batch.Result, error) {
			return c.Chatrooms.AddMembers(ctx, id, usernames)
		},
		remove: func(ctx context.Context, c *im.Client, id string, usernames []string) (batch.Result, error) {
			return c.Chatrooms.RemoveMembers(ctx, id, usernames)
		},
		unmute: func(ctx context.Context, c *im.Client, id string, usernames []string) (batch.Result, error) {
			return c.Chatrooms.UnmuteMembers(ctx, id, usernames)
		},
		block: func(ctx context.Context, c *im.Client, id string, usernames []string) (batch.Result, error) {
			return c.Chatrooms.BlockMembers(ctx, id, usernames)
		},
		unblock: func(ctx context.Context, c *im.Client, id string, usernames []string) (batch.Result, error) {
			return c.Chatrooms.UnblockMembers(ctx, id, usernames)
		},
		allow: func(ctx context.Context, c *im.Client, id string, usernames []string) (batch.Result, error) {
			return c.Chatrooms.AllowMembers(ctx, id, usernames)
		},
		disallow: func(ctx context.Context, c *im.Client, id string, usernames []string) (batch.Result, error) {
			return c.Chatrooms.DisallowMembers(ctx, id, usernames)
		},
	}),
		h.command("list", "Lists the rooms of the app", "rooms list",
			func(ctx context.Context, c *im.Client, _ []string) error {
				return app.PrintAll(h.App, c.Chatrooms.All(ctx, page.Options{}))
			}),
		h.command("show ROOM", "Shows a room", "rooms show 219874650132482",
			func(ctx context.Context, c *im.Client, args []string) error {
				r, err := c.Chatrooms.Get(ctx, args[0])
				if err != nil {
					return err
				}
				r.Members = nil // members list has them
				return h.Print(r)
			}),
		h.command("of USER", "Lists the rooms that a user is in", "rooms of alice",
			func(ctx context.Context, c *im.Client, args []string) error {
				return app.PrintAll(h.App, c.Chatrooms.AllJoined(ctx, args[0], page.Numbered{}))
			}),
	)
}

// circle makes the commands that groups and rooms have.
func (h hand) circle(k circle) []*cobra.Command {
	const id = " 219874650132482"
	change := func(make func(use, short, example string, run call) *cobra.Command, verb, short string, do list) *cobra.Command {
		return make(verb+" "+k.argument+" USER...", short, k.noun+" "+verb+id+" alice bob",
			func(ctx context.Context, c *im.Client, args []string) error {
				results, err := chunks(args[1:], k.most, func(some []string) (batch.Result, error) { return do(ctx, c, args[0], some) })
				return report(h.App, results, err)
			})
	}
	asking := func(use, short, example string, run call) *cobra.Command {
		return h.riskyAfter(1, use, short, example+" --yes", "Remove %d user(s)?", run)
	}
	return []*cobra.Command{
		h.command("members list "+k.argument, "Lists the members, with their roles", k.noun+" members list"+id,
			func(ctx context.Context, c *im.Client, args []string) error {
				return app.PrintAll(h.App, k.members(ctx, c, args[0]), "username", "role")
			}),
		change(h.command, "members add", "Adds users", k.add),
		change(asking, "members remove", "Removes users", k.remove),
		h.muteMembers(k),
		change(h.command, "unmute", "Lifts the mutes of members", k.unmute),
		change(h.command, "block", "Blocks users: they are removed, and cannot come back", k.block),
		change(h.command, "unblock", "Takes users off the block list", k.unblock),
		change(h.command, "allow", "Puts members on the allow list: they may write while all are muted", k.allow),
		change(h.command, "disallow", "Takes members off the allow list", k.disallow),
		h.command("hush "+k.argument, "Mutes everybody", k.noun+" hush"+id,
			func(ctx context.Context, c *im.Client, args []string) error {
				return h.done(k.muteAll(ctx, c, args[0]))
			}),
		h.command("unhush "+k.argument, "Lifts the mute of everybody", k.noun+" unhush"+id,
			func(ctx context.Context, c *im.Client, args []string) error {
				return h.done(k.unmuteAll(ctx, c, args[0]))
			}),
		h.command("announcement "+k.argument+" [TEXT]", "Shows the announcement, or replaces it", k.noun+" announcement"+id+" 'Back at ten.'",
			func(ctx context.Context, c *im.Client, args []string) error {
				if len(args) == 2 {
					return h.done(k.announce(ctx, c, args[0], args[1]))
				}
				text, err := k.announcement(ctx, c, args[0])
				if err != nil {
					return err
				}
				return h.Print(map[string]string{"announcement": text})
			}),
	}
}

func (h hand) muteMembers(k circle) *cobra.Command {
	var length *period
	c := h.command("mute "+k.argument+" USER...", "Mutes members", k.noun+" mute 219874650132482 mallory --for 2h",
		func(ctx context.Context, c *im.Client, args []string) error {
			results, err := chunks(args[1:], k.most, func(some []string) (batch.Results[time.Time], error) {
				return k.mute(ctx, c, args[0], some, length.value)
			})
			return report(h.App, results, err)
		})
	length = periodFlag(c.Flags(), "for", "how long: 90s, 2h, 7d, forever")
	_ = c.MarkFlagRequired("for") // it exists
	return c
}
