// Package inspect has the command that shows all that is known of a user or a message.
package inspect

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/output"
)

// Add adds the command.
func Add(t *app.Tree) { t.Top(app.GroupAct, command(t.App)) }

func command(a *app.App) *cobra.Command {
	var hour, zone, receiver string
	var most int
	c := &cobra.Command{
		Use: "inspect WHAT", Short: "Shows all that is known of a user, or where a message is",
		Long: "Shows a user on one screen: account, ban, mutes, devices, presence, waiting messages, attributes, groups, rooms, contacts, push.\n" +
			"With --hour, WHAT is the id of a message: it is looked for in the history of that hour, and whether it has arrived is asked. With\n" +
			"--receiver alone, only the latter. Parts that fail are named, the rest is shown, and the exit code is 3.",
		Example: "  imctl inspect alice\n  imctl inspect 1312740985563217920 --hour 2026-11-26T09+08:00\n" +
			"  imctl inspect 1312740985563217920 --receiver bob\n  imctl inspect alice -o json --jq .groups",
	}
	flags := c.Flags()
	flags.StringVar(&hour, "hour", "", "WHAT is a message of this `hour`: 2026-11-26T09+08:00")
	flags.StringVar(&zone, "zone", "", "`zone` in which the cluster names its hours: utc or +08:00; by default that of the host")
	flags.StringVar(&receiver, "receiver", "", "WHAT is a message to this `user`")
	flags.IntVar(&most, "most", 20, "how many groups, rooms, contacts and blocked users are shown at most")
	c.RunE = func(c *cobra.Command, args []string) error {
		if most < 1 || most > 100 {
			return app.Usage("%s", a.T("--%s is %d, must be %d to %d", "most", most, 1, 100))
		}
		if err := a.Needs(c, "hour", "zone"); err != nil {
			return err
		}
		client, err := a.Client()
		if err != nil {
			return err
		}
		ctx := a.InLane(c.Context(), im.Foreground)
		if hour == "" && receiver == "" {
			return inspectUser(ctx, a, client, args[0], most)
		}
		return inspectMessage(ctx, a, client, place{args[0], hour, zone, receiver})
	}
	return c
}

// problem is a part that could not be read.
type problem struct {
	Part  string `json:"part"`
	Error string `json:"error"`
	Off   bool   `json:"off,omitzero"` // the feature is not switched on
}

// problems of one inspection, in the order of the parts.
type problems []problem

// note keeps an error.
func (p *problems) note(part string, err error) {
	if err == nil {
		return
	}
	*p = append(*p, problem{part, app.Reason(err), errors.Is(err, im.ErrNotEnabled)})
}

// failed is the error for the parts that failed; one that is switched off did not.
func (p *problems) failed(a *app.App) error {
	var names []string
	for _, one := range *p {
		if !one.Off {
			names = append(names, one.Part)
		}
	}
	if names == nil {
		return nil
	}
	return &app.Failure{Exit: app.ExitPartly, Err: errors.New(a.T("%d part(s) could not be read: %s", len(names), a.List(names)))}
}

// rows are the problems for people.
func (p *problems) rows(a *app.App) (rows [][2]string) {
	for _, one := range *p {
		text := a.T("not read: %s", one.Error)
		if one.Off {
			text = a.T("not switched on")
		}
		rows = append(rows, [2]string{one.Part, text})
	}
	return rows
}

// show prints a value in the forms for programs, and its sheet for people.
func show(a *app.App, value any, rows func() [][2]string) error {
	if !a.ForPeople() {
		return a.Print(value)
	}
	return output.Sheet(a.Stdout, a.Width(), rows())
}

// counted is a list in a line: its length, unless it is cut, and its elements.
func counted(a *app.App, list []string, more bool) string {
	switch {
	case len(list) == 0:
		return a.T("none")
	case more:
		return a.T("more than %d: %s", len(list), a.List(append(slices.Clone(list), "…")))
	}
	return a.T("%d: %s", len(list), a.List(list))
}
