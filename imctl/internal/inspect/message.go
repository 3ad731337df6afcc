package inspect

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/users"
)

// place says which message is meant, and where to look for it.
type place struct{ id, hour, zone, receiver string }

// traced is what is known of a message.
type traced struct {
	ID       string           `json:"id"`
	Record   *messages.Record `json:"record,omitempty"` // as it stands in the history
	History  string           `json:"history,omitempty"`
	Receiver string           `json:"receiver,omitempty"`
	Delivery users.Delivery   `json:"delivery,omitempty"`
	Status   users.Status     `json:"receiver_status,omitempty"`
	Waiting  *int             `json:"receiver_waiting_messages,omitempty"`
	Banned   *bool            `json:"receiver_banned,omitempty"`
	Blocked  *bool            `json:"sender_blocked_by_receiver,omitempty"`
	Group    string           `json:"group,omitempty"` // name of the group or room
	Members  int              `json:"members,omitempty"`
	Problems problems         `json:"problems,omitempty"`
}

// inspectMessage follows a message: into the history, and to its receiver.
func inspectMessage(ctx context.Context, a *app.App, c *im.Client, at place) error {
	if strings.Trim(at.id, "0123456789") != "" || at.id == "" {
		return app.Usage("%s", a.T("WHAT is %q, must be the id of a message: digits", at.id))
	}
	t := &traced{ID: at.id, Receiver: at.receiver}
	if at.hour != "" {
		if err := t.search(ctx, a, c, at); err != nil {
			return err
		}
	}
	t.follow(ctx, c)
	if a.Globals.DryRun {
		return app.ErrDryRun // the requests have been shown
	}
	if err := ctx.Err(); err != nil {
		return err // parts that failed by that are not reported
	}
	if err := show(a, t, func() [][2]string { return t.sheet(a) }); err != nil {
		return err
	}
	if at.hour != "" && t.Record == nil && len(t.Problems) == 0 {
		return &app.Failure{Exit: app.ExitFailed, Err: errors.New(a.T("message %s is not in the history of that hour", at.id)),
			Hint: a.T("Command messages and what was sent only to users online are not kept; try the hours before and after.")}
	}
	return t.Problems.failed(a)
}

// search reads the hour up to the message.
func (t *traced) search(ctx context.Context, a *app.App, c *im.Client, at place) error {
	hour, o, err := a.Hour(at.hour, at.zone)
	if err != nil {
		return err
	}
	t.History = hour.UTC().Format("2006-01-02T15Z")
	for r, err := range c.Messages.ReadHistory(ctx, hour, o) {
		switch {
		case errors.Is(err, messages.ErrHistoryEmpty):
			return nil
		case errors.Is(err, im.ErrInvalidArgument) || errors.Is(err, app.ErrDryRun):
			return err
		case err != nil:
			t.Problems.note("history", err)
			return nil
		case r.ID == t.ID:
			r.Raw = nil // the record once more, with the secrets of files
			t.Record = &r
			if t.Receiver == "" && r.ChatType == messages.ChatTypeUser {
				t.Receiver = r.To
			}
			return nil
		}
	}
	return nil
}

// follow asks about the receiver.
func (t *traced) follow(ctx context.Context, c *im.Client) {
	if t.Receiver == "" {
		t.circle(ctx, c)
		return
	}
	var err error
	if t.Delivery, err = c.Users.GetDelivery(ctx, t.Receiver, t.ID); err != nil {
		t.Problems.note("delivery", err)
	}
	user, err := c.Users.Get(ctx, t.Receiver)
	t.Problems.note("receiver", err)
	if err != nil {
		return
	}
	banned := !user.Activated
	t.Banned = &banned
	t.Status, err = c.Users.GetStatus(ctx, t.Receiver)
	t.Problems.note("receiver_status", err)
	n, err := c.Users.CountOfflineMessages(ctx, t.Receiver)
	t.Problems.note("receiver_waiting_messages", err)
	if err == nil {
		t.Waiting = &n
	}
	t.blocked(ctx, c)
}

// blocked finds out whether the receiver has blocked the sender.
func (t *traced) blocked(ctx context.Context, c *im.Client) {
	if t.Record == nil {
		return
	}
	names, err := c.Contacts.ListBlockedUsernames(ctx, t.Receiver)
	t.Problems.note("sender_blocked_by_receiver", err)
	if err != nil {
		return
	}
	blocked := false
	for _, name := range names {
		blocked = blocked || strings.EqualFold(name, t.Record.From)
	}
	t.Blocked = &blocked
}

// circle names the group or room.
func (t *traced) circle(ctx context.Context, c *im.Client) {
	if t.Record == nil {
		return
	}
	switch t.Record.ChatType {
	case messages.ChatTypeGroup:
		group, err := c.Groups.Get(ctx, t.Record.To)
		t.Problems.note("group", err)
		if err == nil {
			t.Group, t.Members = group.Name, group.MemberCount
		}
	case messages.ChatTypeRoom:
		room, err := c.Chatrooms.Get(ctx, t.Record.To)
		t.Problems.note("group", err)
		if err == nil {
			t.Group, t.Members = room.Name, room.MemberCount
		}
	}
}

// sheet is the message for people.
func (t *traced) sheet(a *app.App) [][2]string {
	rows := [][2]string{{"message", t.ID}}
	if r := t.Record; r != nil {
		body, _ := json.Marshal(r.Body) //nolint:errchkjson // it was JSON
		rows = append(rows, [2]string{"history", a.T("in the hour %s, sent %s", t.History, r.Time.UTC().Format("15:04:05.000Z"))},
			[2]string{"from", r.From}, [2]string{"to", r.To + " (" + string(r.ChatType) + ")"}, [2]string{"body", string(body)})
	} else if t.History != "" && !t.Problems.has("history") {
		rows = append(rows, [2]string{"history", a.T("not in the hour %s", t.History)})
	}
	if t.Group != "" {
		rows = append(rows, [2]string{"group", a.T("%s, %d members", t.Group, t.Members)})
	}
	if t.Receiver != "" {
		rows = append(rows, [2]string{"receiver", t.receiverText(a)})
	}
	if t.Delivery != "" {
		rows = append(rows, [2]string{"delivery", string(t.Delivery)})
	}
	return append(rows, t.Problems.rows(a)...)
}

func (t *traced) receiverText(a *app.App) string {
	parts := []string{t.Receiver}
	if t.Status != "" {
		parts = append(parts, string(t.Status))
	}
	if t.Waiting != nil {
		parts = append(parts, a.T("%d message(s) waiting", *t.Waiting))
	}
	if t.Banned != nil && *t.Banned {
		parts = append(parts, a.T("banned"))
	}
	if t.Blocked != nil && *t.Blocked {
		parts = append(parts, a.T("has blocked the sender"))
	}
	return a.Join(parts)
}
