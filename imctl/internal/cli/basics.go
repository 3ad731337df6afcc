package cli

import (
	"fmt"
	"os"
	"runtime"

	"github.com/spf13/cobra"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/app"
)

// basics are the commands about imctl itself.
func basics(t *app.Tree) {
	t.Top(app.GroupOther, version(t.App), completion(t.App), man(t.App))
}

func version(a *app.App) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Shows the version", Example: "  imctl version",
		RunE: func(*cobra.Command, []string) error {
			if a.ForPeople() {
				_, err := fmt.Fprintf(a.Stdout, "imctl %s (%s, %s/%s)\n", im.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
				return err
			}
			return a.Print(map[string]string{"version": im.Version, "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH})
		},
	}
}

func completion(a *app.App) *cobra.Command {
	return &cobra.Command{
		Use: "completion SHELL", Short: "Prints the completion script of bash, zsh, fish or powershell",
		Example:   "  source <(imctl completion bash)",
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		RunE: func(c *cobra.Command, args []string) error {
			root := c.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.Stdout, true)
			case "zsh":
				return root.GenZshCompletion(a.Stdout)
			case "fish":
				return root.GenFishCompletion(a.Stdout, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(a.Stdout)
			}
			return app.Usage("%s", a.T("SHELL is %q, must be bash, zsh, fish or powershell", args[0]))
		},
	}
}

func man(a *app.App) *cobra.Command {
	return &cobra.Command{
		Use: "man FOLDER", Short: "Writes a man page for each command", Example: "  imctl man ~/.local/share/man/man1",
		RunE: func(_ *cobra.Command, args []string) error {
			if a.Unchanged() {
				return nil
			}
			if err := os.MkdirAll(args[0], 0o755); err != nil { //nolint:gosec // everybody may read man pages
				return err
			}
			return writeMan(a, args[0])
		},
	}
}
