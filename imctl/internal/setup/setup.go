// Package setup has the commands that choose the app: login and profile.
package setup

import (
	"github.com/spf13/cobra"

	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/profile"
)

// Add adds the commands.
func Add(t *app.Tree) {
	t.Top(app.GroupSetUp, login(t.App))
	t.Noun(app.GroupSetUp, "profile", "The apps that imctl knows")
	t.Under("profile", func() []*cobra.Command {
		return []*cobra.Command{list(t.App), use(t.App), show(t.App), remove(t.App)}
	})
}

// shown is a profile in lists: never its secret.
type shown struct {
	Name    string `json:"name"`
	Current bool   `json:"current"`
	profile.Profile
}

func list(a *app.App) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "Lists the profiles",
		Example: "  imctl profile list",
		RunE: func(*cobra.Command, []string) error {
			store, err := a.Profiles()
			if err != nil {
				return err
			}
			var all []shown
			for _, name := range store.Names() {
				p, err := store.Get(name)
				if err != nil {
					return err
				}
				all = append(all, shown{name, name == store.Current, p})
			}
			return a.Print(all, "name", "current", "platform", "host", "app_key", "app_id")
		},
	}
}

func use(a *app.App) *cobra.Command {
	return &cobra.Command{
		Use: "use NAME", Short: "Makes a profile the current one",
		Example: "  imctl profile use production",
		RunE: func(_ *cobra.Command, args []string) error {
			store, err := a.Profiles()
			if err != nil {
				return err
			}
			if _, err := store.Get(args[0]); err != nil {
				return a.UnknownProfile(args[0], store.Names())
			}
			if a.Unchanged() {
				return nil
			}
			if err := store.Use(args[0]); err != nil {
				return err
			}
			a.Say("imctl now uses profile %s.", args[0])
			warnOfVariables(a, args[0])
			return nil
		},
	}
}

// warnOfVariables says that a variable goes before the profile that was chosen.
func warnOfVariables(a *app.App, name string) {
	for _, variable := range []string{"IMCTL_PROFILE", "IM_HOST"} {
		if value := a.Getenv(variable); value != "" {
			if value != name {
				a.Warn("But %s is set, and goes before it.", variable)
			}
			return
		}
	}
}

func show(a *app.App) *cobra.Command {
	return &cobra.Command{
		Use: "show [NAME]", Short: "Shows a profile, by default the one in use, without its secret",
		Example: "  imctl profile show\n  imctl profile show local -o yaml",
		RunE: func(_ *cobra.Command, args []string) error {
			store, err := a.Profiles()
			if err != nil {
				return err
			}
			if len(args) == 0 {
				source, err := a.Source()
				if err != nil {
					return err
				}
				if source.Name == "" {
					return a.Print(environment(a))
				}
				args = []string{source.Name}
			}
			p, err := store.Get(args[0])
			if err != nil {
				return a.UnknownProfile(args[0], store.Names())
			}
			return a.Print(shown{args[0], args[0] == store.Current, p})
		},
	}
}

// environment is what the variables say, without secrets.
func environment(a *app.App) map[string]string {
	values := map[string]string{}
	for _, name := range []string{"IM_HOST", "IM_PLATFORM", "IM_ORG", "IM_APP", "IM_APP_KEY", "IM_APP_ID", "IM_CLIENT_ID", "IM_PLAIN_HTTP"} {
		if value := a.Getenv(name); value != "" {
			values[name] = value
		}
	}
	return values
}

func remove(a *app.App) *cobra.Command {
	return &cobra.Command{
		Use: "remove NAME", Short: "Forgets a profile and its secret",
		Example: "  imctl profile remove old --yes",
		RunE: func(_ *cobra.Command, args []string) error {
			store, err := a.Profiles()
			if err != nil {
				return err
			}
			if _, own := store.Profiles[args[0]]; !own {
				return a.UnknownProfile(args[0], store.Names())
			}
			if err := a.Confirm("Forget profile %s and its secret?", args[0]); err != nil {
				return err
			}
			if a.Unchanged() {
				return nil
			}
			return store.Remove(args[0])
		},
	}
}
