// Package cli puts the commands of all subjects together and runs them.
package cli

import (
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/output"
	"github.com/imrest/im-go/imctl/internal/text"
)

// Run runs one command line, and returns the exit code.
func Run(ctx context.Context, env app.Env) (exit int) {
	a := app.New(env)
	a.Stop = ctx
	defer a.Close()
	tree := newTree(a, env.Args)
	tree.Build(append([]string{}, env.Args...))
	finish(a, tree.Root)
	tree.Root.SetArgs(env.Args)
	a.Globals.Output = outputOf(env.Args, a.Globals.Output) // a guess: what looks like -o may be the value of another flag
	return a.Fail(tree.Root.ExecuteContext(ctx))
}

// Root is the complete tree, for pages and tests.
func Root(a *app.App) *cobra.Command {
	tree := newTree(a, nil)
	tree.Build(nil)
	finish(a, tree.Root)
	return tree.Root
}

// newTree has the commands of the subjects that args may mean; those below nouns are not made yet.
func newTree(a *app.App, args []string) *app.Tree {
	root := &cobra.Command{
		Use: "imctl", Short: "The operator's tool for Agora Chat and Easemob",
		Long: "imctl calls the server REST API of Agora Chat and Easemob, within its quotas and with safe retries.\n" +
			"Data goes to stdout, messages to stderr. imctl login makes a profile; the variables IM_HOST, IM_APP_KEY, ... work without one.",
		Example:       "  imctl login\n  imctl users get alice\n  imctl groups list -o jsonl\n  imctl --profile local users list --jq '.[].username'",
		SilenceErrors: true, SilenceUsage: true,
	}
	for i := range app.Groups {
		root.AddGroup(&app.Groups[i])
	}
	globals(a, root.PersistentFlags())
	complete(a, root)
	root.CompletionOptions.DisableDefaultCmd = true
	root.PersistentPreRunE = func(c *cobra.Command, _ []string) error { return check(a, c) }
	root.SetIn(a.Stdin)
	root.SetOut(a.Stdout)
	root.SetErr(a.Stderr)
	tree := app.NewTree(a, root)
	for _, s := range wanted(args) {
		s.add(tree)
	}
	return tree
}

// globals declares the flags that all commands take.
func globals(a *app.App, flags *pflag.FlagSet) {
	g := &a.Globals
	flags.StringVarP(&g.Output, "output", "o", g.Output, "`form` of the data: table, json, jsonl, yaml or csv")
	flags.StringVar(&g.JQ, "jq", "", "jq `filter` for the data; it sees what -o json prints, and with -o jsonl each line")
	flags.StringVar(&g.Profile, "profile", "", "`name` of the profile; see imctl profile list")
	flags.StringVar(&g.Lane, "lane", "", "`lane` of the calls: foreground, or background, which takes what others leave of the quotas")
	flags.BoolVarP(&g.Yes, "yes", "y", false, "do not ask before something is destroyed")
	flags.BoolVar(&g.DryRun, "dry-run", false, "show the requests, send nothing")
	flags.BoolVarP(&g.Quiet, "quiet", "q", false, "no messages except errors and warnings")
	flags.BoolVar(&g.Debug, "debug", false, "log each attempt to stderr, without secrets")
}

// complete says what a shell offers for the global flags.
func complete(a *app.App, root *cobra.Command) {
	for flag, words := range map[string]func() []string{
		"output": func() []string { return output.Formats },
		"lane":   func() []string { return slices.Sorted(maps.Keys(app.Lanes)) },
		"profile": func() []string {
			store, err := a.Profiles()
			if err != nil {
				return nil
			}
			return store.Names()
		},
		"jq": func() []string { return nil },
	} {
		_ = root.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) { // the flags exist
			return words(), cobra.ShellCompDirectiveNoFileComp
		})
	}
}

// check rejects wrong global flags, and missing and empty ones, before a command runs.
func check(a *app.App, c *cobra.Command) error {
	if strings.HasPrefix(c.Name(), cobra.ShellCompRequestCmd) { // its line is not complete yet
		return nil
	}
	if form := c.Flags().Lookup("output"); !form.Changed {
		a.Globals.Output = form.DefValue
	}
	if form := a.Globals.Output; !slices.Contains(output.Formats, form) {
		return app.Usage("%s", a.T("--%s is %q, must be %s", "output", form, a.List(output.Formats)))
	}
	if err := a.Writer().Check(); err != nil {
		return app.Usage("%w", err)
	}
	if _, known := app.Lanes[a.Globals.Lane]; !known && a.Globals.Lane != "" {
		return app.Usage("%s", a.T("--lane is %q, must be foreground or background", a.Globals.Lane))
	}
	if err := c.ValidateFlagGroups(); err != nil {
		return app.WithHint(app.Usage("%w", wrongGroup(a, err)), a.T("See %q.", c.CommandPath()+" --help"))
	}
	var wrong error
	c.Flags().VisitAll(func(f *pflag.Flag) {
		err := a.CheckFlag(f)
		if _, required := f.Annotations[cobra.BashCompOneRequiredFlag]; required && !f.Changed {
			err = app.Usage("%s", a.T("--%s is missing", f.Name))
		}
		if err != nil && wrong == nil {
			wrong = app.WithHint(err, a.T("See %q.", c.CommandPath()+" --help"))
		}
	})
	return wrong
}

// wrongGroup is cobra's error about flags that need or exclude each other, in the language of the run.
func wrongGroup(a *app.App, err error) error {
	group := regexp.MustCompile(`\[(.*?)\]`).FindStringSubmatch(err.Error())
	if group == nil {
		return err
	}
	names := strings.Fields(group[1])
	for i, name := range names {
		names[i] = "--" + name
	}
	if strings.HasPrefix(err.Error(), "at least one") {
		return errors.New(a.T("one of these must be given: %s", a.List(names)))
	}
	return errors.New(a.T("only one of these can be given: %s", a.List(names)))
}

// finish gives every command what all have: checked arguments, suggestions, one form of
// help, the language.
func finish(a *app.App, c *cobra.Command) {
	noun := !c.Runnable()
	if noun {
		c.RunE = func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknown(a, c, args[0])
			}
			return c.Help()
		}
		c.Args = cobra.ArbitraryArgs
	} else if c.Args == nil {
		c.Args = func(c *cobra.Command, args []string) error { return a.CheckArgs(c, args) }
	}
	c.DisableSuggestions = true
	c.Flags().BoolP("help", "h", false, "show this help")
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return wrongFlag(a, c, err) })
	c.SetHelpFunc(func(c *cobra.Command, _ []string) { help(a, c, noun) })
	if a.Lang != text.English {
		translate(a, c)
	}
	for _, below := range c.Commands() {
		finish(a, below)
	}
}

// translate puts the texts of a command into the language of the run.
func translate(a *app.App, c *cobra.Command) {
	c.Short, c.Long = a.T(c.Short), a.T(c.Long)
	for _, flags := range []*pflag.FlagSet{c.LocalNonPersistentFlags(), c.PersistentFlags()} {
		flags.VisitAll(func(f *pflag.Flag) { f.Usage = a.T(f.Usage) })
	}
}

// unknown is the error for a command that is not there.
func unknown(a *app.App, c *cobra.Command, word string) error {
	var names []string
	for _, below := range c.Commands() {
		if !below.Hidden {
			names = append(names, below.Name())
		}
	}
	hint := a.T("%q lists the commands.", c.CommandPath()+" --help")
	if near := app.Nearest(word, names); near != "" {
		hint = a.T("Did you mean %q?", c.CommandPath()+" "+near)
	}
	return app.WithHint(app.Usage("%s", a.T("unknown command %q", c.CommandPath()+" "+word)), hint)
}

// wrongFlag adds the nearest flag to pflag's error.
func wrongFlag(a *app.App, c *cobra.Command, err error) error {
	hint := a.T("See %q.", c.CommandPath()+" --help")
	if missing, ok := errors.AsType[*pflag.NotExistError](err); ok {
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		slices.Sort(names)
		name := missing.GetSpecifiedName()
		if near := app.Nearest(name, names); near != "" && len(name) > 1 {
			hint = a.T("Did you mean %q?", "--"+near)
		}
		err = errors.New(a.T("unknown flag --%s", name))
		if len(name) == 1 {
			err = errors.New(a.T("unknown flag -%s", name))
		}
	}
	if bad, ok := errors.AsType[*pflag.InvalidSyntaxError](err); ok {
		err = errors.New(a.T("%s is not a flag", bad.GetSpecifiedFlag()))
	}
	if without, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		err = errors.New(a.T("--%s needs a value", without.GetFlag().Name))
	}
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		err = errors.New(wrongValue(a, invalid))
	}
	return app.WithHint(app.Usage("%w", err), hint)
}

func wrongValue(a *app.App, invalid *pflag.InvalidValueError) string {
	name, value := invalid.GetFlag().Name, invalid.GetValue()
	switch invalid.GetFlag().Value.Type() {
	case app.SecretType:
		return a.T("--%s: secrets are read from @FILE or - (stdin), not from the command line", name)
	case "int", "int64":
		return a.T("--%s is %q, must be a whole number", name, value)
	case "bool":
		return a.T("--%s is %q, must be true or false", name, value)
	case "duration":
		return a.T("--%s is %q, must be a time such as 90s or 2h", name, value)
	case app.PeriodType:
		return a.T("--%s is %q, must be a time such as 90s, 2h or 7d, or forever", name, value)
	}
	return a.T("--%s is %q: %v", name, value, invalid.Unwrap())
}

// outputOf finds the form of output before flags are parsed, so that an error in another flag has it.
func outputOf(args []string, byDefault string) string {
	for i, arg := range args {
		if arg == "--" { // no flag follows
			break
		}
		if value, ok := strings.CutPrefix(arg, "--output="); ok {
			return value
		}
		word, short := strings.CutPrefix(arg, "-")
		value, ok := strings.CutPrefix(strings.TrimLeft(word, "hqy"), "o") // flags without a value may stand before it: -qo json
		if short = short && ok; short && value != "" {
			return strings.TrimPrefix(value, "=")
		}
		if (short || arg == "--output") && i+1 < len(args) {
			return args[i+1]
		}
	}
	return byDefault
}
