package app

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// CheckArgs compares the arguments of a command with its Use: "add GROUP USER... [REASON]"
// needs a group and at least one user.
func (a *App) CheckArgs(c *cobra.Command, args []string) error {
	least, most := 0, 0
	var names []string
	for _, word := range strings.Fields(c.Use)[1:] {
		if word == "[flags]" || strings.HasPrefix(word, "-") {
			continue
		}
		name := strings.Trim(word, "[].")
		names = append(names, name)
		if !strings.HasPrefix(word, "[") {
			least++
		}
		if strings.Contains(word, "...") {
			most = -1
		} else if most >= 0 {
			most++
		}
	}
	see := a.T("See %q.", c.CommandPath()+" --help")
	switch {
	case len(args) < least:
		return &Failure{Exit: ExitUsage, Err: Usage("%s", a.T("%s is missing", names[len(args)])), Hint: see}
	case most >= 0 && len(args) > most:
		return &Failure{Exit: ExitUsage, Err: Usage("%s", a.T("unexpected argument %q", args[most])), Hint: see}
	}
	return nil
}

// MayBeEmpty is the annotation of flags whose empty value is one that the API takes.
const MayBeEmpty = "empty"

// CheckFlag rejects an empty value, which is what a variable that is not set becomes in a shell: without this the command would
// do something else, silently, and perhaps to another app.
func (a *App) CheckFlag(f *pflag.Flag) error {
	values := []string{f.Value.String()}
	if list, ok := f.Value.(pflag.SliceValue); ok {
		values = list.GetSlice()
	}
	_, may := f.Annotations[MayBeEmpty]
	if !f.Changed || may || len(values) > 0 && !slices.Contains(values, "") {
		return nil
	}
	return Usage("%s", a.T("--%s must not be empty", f.Name))
}

// Needs rejects flags that mean nothing without another one, which would be left out silently.
func (a *App) Needs(c *cobra.Command, needed string, flags ...string) error {
	for _, flag := range flags {
		if c.Flags().Changed(flag) && !c.Flags().Changed(needed) {
			return &Failure{Exit: ExitUsage, Err: Usage("%s", a.T("--%s needs --%s", flag, needed)), Hint: a.T("See %q.", c.CommandPath()+" --help")}
		}
	}
	return nil
}
