package app

import (
	"strings"

	"github.com/spf13/cobra"
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

// Needs rejects flags that mean nothing without another one, which would be left out silently.
func (a *App) Needs(c *cobra.Command, needed string, flags ...string) error {
	for _, flag := range flags {
		if c.Flags().Changed(flag) && !c.Flags().Changed(needed) {
			return &Failure{Exit: ExitUsage, Err: Usage("%s", a.T("--%s needs --%s", flag, needed)), Hint: a.T("See %q.", c.CommandPath()+" --help")}
		}
	}
	return nil
}
