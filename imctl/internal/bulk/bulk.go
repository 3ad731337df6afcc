// Package bulk has the commands that do the same for each row of a file: they check the file, plan, keep a
// journal, show how far they are, and go on where they were stopped.
package bulk

import (
	"context"

	"github.com/spf13/cobra"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/sheet"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/users"
)

// Words are the nouns with commands of this package.
func Words() []string { return []string{"users", "groups"} }

// Add adds the commands.
func Add(t *app.Tree) {
	t.Under("users", func() []*cobra.Command { return []*cobra.Command{importUsers(t.App)} })
	t.Under("groups", func() []*cobra.Command { return []*cobra.Command{addMembers(t.App)} })
}

// how says what the long text of each command says.
const how = "The file is checked before the first call. Calls wait in the background lane, unless --lane says otherwise. " +
	"A journal beside the file records what is done: after Ctrl-C, kill -9 or an outage, --resume continues and does nothing twice. " +
	"What was not done is printed, with its row and the reason; --rejects also writes the refused rows as input for another run. " +
	"--dry-run says how many calls it takes, what they cost and how long they take."

func importUsers(a *app.App) *cobra.Command {
	c := &cobra.Command{
		Use: "import FILE", Short: "Registers the users of a CSV or JSONL file",
		Long: "Registers the users of a CSV or JSONL file, with username, password and, if wanted, nickname.\n\n" + how,
		Example: "  imctl users import ~/users.csv --dry-run\n  imctl users import ~/users.csv --rejects ~/rejects.csv\n" +
			"  imctl users import ~/users.csv --resume",
	}
	o := flags(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		file, err := open(a, args[0], []sheet.Column[users.NewUser]{
			{Name: "username", Required: true, Of: func(u *users.NewUser) *string { return &u.Username }},
			{Name: "password", Required: true, Of: func(u *users.NewUser) *string { return &u.Password }},
			{Name: "nickname", Of: func(u *users.NewUser) *string { return &u.Nickname }},
		})
		if err != nil {
			return err
		}
		return run(c.Context(), a, file, o, func(c *im.Client) batch.Job[users.NewUser] { return c.Users.RegisterJob() })
	}
	return c
}

func addMembers(a *app.App) *cobra.Command {
	c := &cobra.Command{
		Use: "add-members GROUP FILE", Short: "Adds the users of a file to a group",
		Long: "Adds the users of a file to a group: one username per line, or CSV or JSONL with username. A user who is already a member counts as done.\n\n" +
			how,
		Example: "  imctl groups add-members 219874650132482 ~/members.txt",
	}
	o := flags(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		file, err := open(a, args[1], name("username"))
		if err != nil {
			return err
		}
		return run(c.Context(), a, file, o, func(c *im.Client) batch.Job[string] {
			return c.Groups.AddMembersJob(args[0], groups.MemberOptions{})
		}, "alice")
	}
	return c
}

// name is the one column of a file with names.
func name(column string) []sheet.Column[string] {
	return []sheet.Column[string]{{Name: column, Required: true, Of: func(s *string) *string { return s }}}
}

// Send is what sends a message to the users or groups of a file. Its flags are those of the command that
// also sends to a few.
type Send struct {
	app     *app.App
	path    string
	options *options
}

// SendFlags adds the flags for a file to a command.
func SendFlags(a *app.App, c *cobra.Command) *Send {
	s := &Send{app: a, options: flags(c)}
	c.Flags().StringVar(&s.path, "to-file", "", "`file` with the receivers: one per line, or CSV or JSONL with username or group_id")
	c.Long = c.Short + ".\n\n--to-file sends to the users of a file, or with --groups to its groups.\n\n" + how
	return s
}

// Wanted says that there is a file.
func (s *Send) Wanted() bool { return s.path != "" }

// Run sends.
func (s *Send) Run(ctx context.Context, toGroups bool, m messages.Message) error {
	column := "username"
	if toGroups {
		column = "group_id"
	}
	file, err := open(s.app, s.path, name(column))
	if err != nil {
		return err
	}
	return run(ctx, s.app, file, s.options, func(c *im.Client) batch.Job[string] {
		if toGroups {
			return c.Messages.SendToGroupsJob(m)
		}
		return c.Messages.SendToUsersJob(m)
	}, "1")
}

// open checks a file.
func open[T any](a *app.App, path string, columns []sheet.Column[T]) (*sheet.File[T], error) {
	file, err := sheet.Open(path, columns, a.T)
	if err != nil {
		return nil, app.WithHint(app.Usage("%w", err), a.T("Nothing was sent."))
	}
	return file, nil
}
