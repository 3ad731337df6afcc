// Command imctl is the operator's tool for the server REST API of Agora Chat and Easemob: it looks
// at users, groups and messages, acts on them, moves them in bulk, and shows quotas and callbacks.
//
//	go run ./imctl --profile local users list
//
// # How to add a command
//
//  1. A subject is a package below internal with a function Add(*app.Tree), named in
//     internal/cli/subjects.go with the words that it adds commands at or below. Commands hang at the root (t.Top) or below a noun (t.Under): "Use: members
//     add GROUP USER..." below "groups" is imctl groups members add. A command of the same name
//     replaces the generated one.
//  2. Use names arguments in capitals; [NAME] is optional, NAME... one or more. They are checked
//     from Use. Short begins with a verb in the third person and has no full stop; Example has at least one line
//     that runs against the emulator. Flags are nouns in small letters, with `kind` in backquotes in their usage.
//  3. RunE gets all from *app.App: a.Client(), a.Print, app.PrintAll, a.Say (messages,
//     not under --quiet), a.Confirm (before something is destroyed), app.SecretFlag, a.ReadValue and a.ReadURL (@FILE or stdin), whole.With (files). Nothing reads
//     os.Args, os.Getenv, os.Stdout or time.Now. a.Globals.DryRun shows and sends nothing.
//  4. Errors: app.Usage for the command line (exit 2), app.WithHint to say what to do; those of the library go up as they are
//     (3 partly, 4 credentials, 5 outcome unknown). No panics, no os.Exit.
//  5. Texts are English in the code, with their Chinese in internal/text/zh/SUBJECT.json; a test of internal/cli finds
//     those that are missing. Lists are joined with a.Join. Error texts of the library stay English.
//  6. Tests use clitest: c := clitest.New(t); c.Run("users", "get", "alice"), against an emulator, with c.Golden.
//     make docs writes the list of commands and flags, which a test compares.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), stops()...)
	context.AfterFunc(ctx, func() {
		signal.Ignore(app.Hangup) // of a terminal that is closed there may be two
		stop()                    // a second Ctrl-C ends at once
	})
	os.Exit(cli.Run(ctx, app.System()))
}

// stops are the signals that end a run in good order. A terminal that is closed is one of them, except under nohup.
func stops() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(app.Hangup) {
		all = append(all, app.Hangup)
	}
	return all
}
