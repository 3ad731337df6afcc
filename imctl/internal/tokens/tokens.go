// Package tokens has the commands that make tokens and read them.
package tokens

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/app"
)

// Add adds the commands.
func Add(t *app.Tree) {
	t.Noun(app.GroupSetUp, "token", "Tokens of the app and of users")
	t.Under("token", func() []*cobra.Command {
		return []*cobra.Command{appToken(t.App), userToken(t.App), decode(t.App)}
	})
}

// shown is a token as it is printed: it is what was asked for.
type shown struct {
	Token    string    `json:"token"`
	Username string    `json:"username,omitempty"`
	Expires  time.Time `json:"expires,omitzero"`
}

func appToken(a *app.App) *cobra.Command {
	var ttl time.Duration
	c := &cobra.Command{
		Use: "app", Short: "Prints an app token, which has administrator rights",
		Long: "Prints an app token, which has administrator rights: keep it as secret as a password. For Agora it is made here\n" +
			"from the certificate, for Easemob by the server. Under -o table it stands alone on its line, for scripts.",
		Example: "  imctl token app\n  imctl token app --ttl 10m -o json",
	}
	c.Flags().DurationVar(&ttl, "ttl", 0, "how long the token lives; by default 1 h for Agora, for Easemob what the console says")
	c.RunE = func(c *cobra.Command, _ []string) error {
		token, err := fetchAppToken(c.Context(), a, ttl)
		if err != nil {
			return err
		}
		return printToken(a, shown{Token: token.Value, Expires: token.Expires})
	}
	return c
}

func fetchAppToken(ctx context.Context, a *app.App, ttl time.Duration) (im.Token, error) {
	if a.Globals.DryRun {
		return im.Token{}, noRequest(a)
	}
	config, err := a.Config()
	if err != nil {
		return im.Token{}, err
	}
	switch credentials := config.Token.(type) {
	case im.AppCertificate:
		credentials.TTL = ttl
		config.Token = credentials
	case im.ClientCredentials:
		credentials.TTL = ttl
		config.Token = credentials
	default:
		if ttl != 0 {
			return im.Token{}, app.Usage("%s", a.T("--ttl cannot be used with a fixed token"))
		}
	}
	client, err := a.ClientOf(config)
	if err != nil {
		return im.Token{}, err
	}
	defer client.Close()
	return client.AppToken(ctx)
}

// noRequest ends a run with --dry-run that makes a token: that changes nothing anywhere.
func noRequest(a *app.App) error {
	a.Say("No request to show: a token changes nothing.")
	return app.ErrDryRun
}

// printToken prints a token alone for people and scripts, and with all else in other forms.
func printToken(a *app.App, t shown) error {
	if !a.ForPeople() {
		return a.Print(t)
	}
	if !t.Expires.IsZero() {
		a.Say("It expires at %s.", t.Expires.UTC().Format(time.RFC3339))
	}
	return a.Print(t.Token)
}

func userToken(a *app.App) *cobra.Command {
	var o im.UserTokenOptions
	var dynamic bool
	c := &cobra.Command{
		Use: "user USER", Short: "Prints a token with which a user logs in",
		Long: "Prints a token with which a user logs in through a client SDK. For Agora it is made here from the certificate, whether or\n" +
			"not there is such a user; for Easemob the server makes it, or imctl itself with --dynamic.",
		Example: "  imctl token user alice --ttl 2h\n  imctl token user alice --dynamic --ttl 10m\n  imctl token user newcomer --create -o json",
	}
	flags := c.Flags()
	flags.DurationVar(&o.TTL, "ttl", 0, "how long the token lives; by default 1 h for Agora, for Easemob what the console says")
	flags.BoolVar(&o.AutoCreate, "create", false, "register the user if there is none; Easemob only")
	flags.BoolVar(&dynamic, "dynamic", false, "make a dynamic token here, without a call; Easemob only, needs --ttl")
	c.MarkFlagsMutuallyExclusive("create", "dynamic")
	c.RunE = func(c *cobra.Command, args []string) error {
		token, err := makeUserToken(c.Context(), a, args[0], o, dynamic)
		if err != nil {
			return err
		}
		return printToken(a, shown{token.Value, token.Username, token.Expires})
	}
	return c
}

func makeUserToken(ctx context.Context, a *app.App, username string, o im.UserTokenOptions, dynamic bool) (*im.UserToken, error) {
	if !dynamic {
		client, err := a.Client()
		if err != nil {
			return nil, err
		}
		return client.UserToken(ctx, username, o)
	}
	if a.Globals.DryRun {
		return nil, noRequest(a)
	}
	config, err := a.Config()
	if err != nil {
		return nil, err
	}
	credentials, ok := config.Token.(im.ClientCredentials)
	if !ok {
		return nil, app.Usage("%s", a.T("--dynamic needs the client id and secret of an Easemob app"))
	}
	key := config.AppKey
	if key == "" {
		key = config.Org + "#" + config.App
	}
	token, err := credentials.UserToken(key, username, o.TTL)
	if err != nil {
		return nil, err
	}
	return &im.UserToken{Token: token, Username: username}, nil
}

// decoded is what a token says, and what follows from it.
type decoded struct {
	im.TokenInfo
	State string `json:"state"`
}

func decode(a *app.App) *cobra.Command {
	return &cobra.Command{
		Use: "decode FROM", Short: "Shows what is in a token, without a call and without verifying it",
		Long: "Shows what is in a token, without a call and without verifying it. FROM is @FILE or - (stdin), since a token in the command\n" +
			"line would stand in the list of processes.",
		Example: "  imctl token user alice | imctl token decode -\n  imctl token decode @token.txt -o json",
		RunE: func(_ *cobra.Command, args []string) error {
			secret := &app.Secret{}
			if err := secret.Set(args[0]); err != nil {
				return app.Usage("%s", a.T("tokens are read from @FILE or - (stdin), not from the command line"))
			}
			token, err := a.ReadSecret(secret)
			if err != nil {
				return err
			}
			info, err := im.ReadToken(token)
			if err != nil {
				return err
			}
			return a.Print(decoded{info, state(a, info)})
		},
	}
}

// state says whether the time of a token has come.
func state(a *app.App, info im.TokenInfo) string {
	now := a.Now()
	switch {
	case info.Kind == im.TokenOpaque:
		return a.T("only the server can read it")
	case !info.Expires.After(now):
		return a.T("expired %s ago", now.Sub(info.Expires).Round(time.Second))
	case info.Issued.After(now):
		return a.T("not valid for another %s: compare the clocks", info.Issued.Sub(now).Round(time.Second))
	}
	return a.T("expires in %s", info.Expires.Sub(now).Round(time.Second))
}
