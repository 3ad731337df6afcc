package hand

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/bulk"
	"github.com/imrest/im-go/imctl/internal/input"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/push"
)

func (h hand) messages() []*cobra.Command {
	return []*cobra.Command{h.send(), h.recall(), h.history(),
		h.command("conversations USER", "Lists the conversations of a user, with unread counts", "messages conversations alice",
			func(ctx context.Context, c *im.Client, args []string) error {
				list, err := c.Messages.ListConversations(ctx, args[0])
				if err != nil {
					return err
				}
				return h.Print(list.Items, "peer", "chat_type", "unread", "last.time", "last.from")
			}),
	}
}

// target is where messages go to: users, groups or rooms.
type target struct{ groups, rooms bool }

func (t *target) add(c *cobra.Command) {
	c.Flags().BoolVar(&t.groups, "groups", false, "the receivers are groups")
	c.Flags().BoolVar(&t.rooms, "rooms", false, "the receivers are chat rooms")
	c.MarkFlagsMutuallyExclusive("groups", "rooms")
}

func (t *target) chatType() messages.ChatType {
	switch {
	case t.groups:
		return messages.ChatTypeGroup
	case t.rooms:
		return messages.ChatTypeRoom
	}
	return messages.ChatTypeUser
}

func (h hand) send() *cobra.Command {
	var to target
	var text, command, event, from, ext string
	var exts []string
	var online bool
	var file *bulk.Send
	c := h.command("send [RECEIVER...]", "Sends a message to users, groups or rooms",
		"messages send alice bob --text 'The kettle is on.'\n  imctl messages send 219874650132482 --groups --event order --set id=17 --from shop\n"+
			"  imctl messages send --to-file ~/users.txt --text 'The shop closes at nine.'",
		func(ctx context.Context, c *im.Client, args []string) error {
			if (len(args) > 0) == file.Wanted() {
				return app.Usage("%s", h.T("name the receivers, or a file with --to-file"))
			}
			m := messages.Message{From: from, OnlineOnly: online}
			switch {
			case command != "":
				m.Body = messages.Command(command)
			case event != "":
				values, err := keyValues(h.App, exts)
				if err != nil {
					return err
				}
				m.Body = messages.Custom(event, values)
			default:
				content, err := h.ReadValue(text)
				if err != nil {
					return err
				}
				m.Body = messages.Text(strings.TrimSuffix(string(content), "\n"))
			}
			if ext != "" {
				raw, err := h.ReadJSON("ext", ext)
				if err != nil {
					return err
				}
				if input.JSON(raw, &m.Ext, input.Exact) != nil || m.Ext == nil {
					return app.Usage("%s", h.T("--%s must be a JSON object", "ext"))
				}
			}
			if file.Wanted() {
				return file.Run(ctx, to.groups, m)
			}
			results, err := sendTo(ctx, c, to, args, m)
			return report(h.App, results, err)
		})
	act := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := errors.Join(h.Needs(c, "event", "set"), h.Needs(c, "to-file", "journal", "rejects", "resume")); err != nil {
			return err
		}
		return act(c, args)
	}
	to.add(c)
	file = bulk.SendFlags(h.App, c)
	c.MarkFlagsMutuallyExclusive("to-file", "rooms")
	flags := c.Flags()
	flags.StringVar(&text, "text", "", "`text`, or @FILE or - (stdin)")
	flags.StringVar(&command, "command", "", "`action` of a command message, which is not shown")
	flags.StringVar(&event, "event", "", "`event` of a custom message")
	flags.StringArrayVar(&exts, "set", nil, "`key=value` of a custom message, several times, or @FILE or - (stdin) with one per line")
	flags.StringVar(&from, "from", "", "`user` shown as the sender; by default admin")
	flags.StringVar(&ext, "ext", "", "`JSON` object for the receivers' apps, or @FILE or - (stdin)")
	flags.BoolVar(&online, "online-only", false, "only to receivers that are online")
	c.MarkFlagsOneRequired("text", "command", "event")
	c.MarkFlagsMutuallyExclusive("text", "command", "event")
	return c
}

func sendTo(ctx context.Context, c *im.Client, to target, receivers []string, m messages.Message) (batch.Results[string], error) {
	most, send := messages.MaxUsersBatch, c.Messages.SendToUsers
	switch {
	case to.groups:
		most, send = messages.MaxGroupsBatch, c.Messages.SendToGroups
	case to.rooms:
		most, send = messages.MaxRoomsBatch, c.Messages.SendToRooms
	}
	return chunks(receivers, most, func(some []string) (batch.Results[string], error) { return send(ctx, some, m) })
}

func keyValues(a *app.App, pairs []string) (map[string]string, error) {
	values := map[string]string{}
	all, err := a.Pairs("set", pairs)
	for _, pair := range all {
		values[pair.Key] = pair.Value
	}
	return values, err
}

func (h hand) recall() *cobra.Command {
	var to target
	var r messages.Recall
	c := h.riskyAfter(1, "recall RECEIVER MESSAGE-ID...", "Recalls messages", "messages recall bob 1312740985563217920 --yes", "Recall %d message(s)?",
		func(ctx context.Context, c *im.Client, args []string) error {
			r.To, r.ChatType = args[0], to.chatType()
			results, err := each(ctx, args[1:], func(ctx context.Context, id string) error { return c.Messages.Recall(ctx, id, r) })
			return report(h.App, results, err)
		})
	to.add(c)
	c.Flags().StringVar(&r.From, "from", "", "`user` who recalls; by default the admin of the app")
	c.Flags().BoolVar(&r.Force, "force", false, "also what has expired, or what the server no longer has")
	return c
}

func (h hand) history() *cobra.Command {
	var zone, user string
	c := h.command("history HOUR", "Reads the messages of one hour from the app's history",
		"messages history 2026-11-26T09 --zone +08:00 --of alice -o jsonl",
		func(ctx context.Context, c *im.Client, args []string) error {
			hour, o, err := h.Hour(args[0], zone)
			if err != nil {
				return err
			}
			records := c.Messages.ReadHistory(ctx, hour, o)
			return app.PrintAll(h.App, func(yield func(messages.Record, error) bool) {
				for r, err := range records {
					if err == nil && user != "" && r.From != user && r.To != user {
						continue
					}
					r.Raw = nil // the record once more, with the secrets of files
					if !yield(r, err) {
						return
					}
				}
			}, "time", "id", "chat_type", "from", "to", "body")
		})
	c.Flags().StringVar(&zone, "zone", "", "`zone` in which the cluster names its hours: utc or +08:00; by default that of the host")
	c.Flags().StringVar(&user, "of", "", "only what this `user`, group or room has sent or received")
	return c
}

func (h hand) push() []*cobra.Command {
	var m push.Message
	send := h.command("send USER...", "Pushes a notification to users", "push send alice --title 'Kettle' --content 'It is on.'",
		func(ctx context.Context, c *im.Client, args []string) error {
			results, err := chunks(args, push.MaxUsersBatch, func(some []string) (batch.Results[push.Receipt], error) {
				return c.Push.SendToUsers(ctx, some, m)
			})
			return report(h.App, results, err)
		})
	send.Flags().StringVar(&m.Title, "title", "", "`title`, up to 32 characters")
	send.Flags().StringVar(&m.Content, "content", "", "`text`, up to 100 characters")
	_ = send.MarkFlagRequired("title")   // it exists
	_ = send.MarkFlagRequired("content") // it exists
	bindings := h.command("bindings USER", "Lists the devices of a user that get notifications", "push bindings alice",
		func(ctx context.Context, c *im.Client, args []string) error {
			all, err := c.Push.GetBindings(ctx, args[0])
			if err != nil {
				return err
			}
			for i := range all {
				all[i].DeviceToken = "***" // whoever has it can push to the device
			}
			return h.Print(all, "device_id", "notifier_name")
		})
	return []*cobra.Command{send, bindings, h.unbind()}
}

func (h hand) unbind() *cobra.Command {
	var device, notifier string
	var c *cobra.Command
	c = h.command("unbind USER", "Ends the push bindings of a device of a user", "push unbind alice --device-id phone --yes",
		func(ctx context.Context, client *im.Client, args []string) error {
			if c.Flags().Changed("notifier-name") {
				if err := h.Confirm("End the binding of device %s of %s to %s?", device, args[0], notifier); err != nil {
					return err
				}
				return client.Push.UnbindNotifier(ctx, args[0], device, notifier)
			}
			if err := h.Confirm("End all push bindings of device %s of %s?", device, args[0]); err != nil {
				return err
			}
			return client.Push.UnbindDevice(ctx, args[0], device)
		})
	c.Flags().StringVar(&device, "device-id", "", "`id` of the device, from push bindings")
	c.Flags().StringVar(&notifier, "notifier-name", "", "`name` of a push certificate: only its binding ends")
	_ = c.MarkFlagRequired("device-id") // it exists
	return c
}
