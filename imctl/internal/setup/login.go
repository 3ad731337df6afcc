package setup

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/app"
	"github.com/imrest/im-go/imctl/internal/profile"
)

// inputs are what login asks for, by flags or by questions.
type inputs struct {
	profile.Profile
	clientSecret, certificate, token *app.Secret
	noCheck                          bool
}

func login(a *app.App) *cobra.Command {
	var in inputs
	c := &cobra.Command{
		Use: "login [NAME]", Short: "Makes a profile: an app and its credentials",
		Long: "Makes a profile, by default \"default\", and makes it the current one. What no flag says is asked for, if there is a\n" +
			"terminal. The secret goes into the system's keyring, or into a file that only its owner can read where there is none.\n" +
			"One call tests the credentials before they are stored.",
		Example: "  imctl login\n" +
			"  imctl login production --host a1.easemob.com --app-key acme#demo --client-id YXA6... --client-secret @secret.txt\n" +
			"  imctl login agora --host a41.chat.agora.io --app-id 0123... --certificate - < certificate.txt",
	}
	flags := c.Flags()
	flags.StringVar(&in.Host, "host", "", "REST `host` of the app, as the console shows it")
	flags.StringVar(&in.Platform, "platform", "", "agora or easemob, if the host does not show it")
	flags.StringVar(&in.AppKey, "app-key", "", "`org#app`")
	flags.StringVar(&in.AppID, "app-id", "", "app id of Agora")
	flags.BoolVar(&in.PlainHTTP, "plain-http", false, "allow http:// hosts other than this machine")
	flags.StringVar(&in.ClientID, "client-id", "", "client id of Easemob")
	in.clientSecret = app.SecretFlag(flags, "client-secret", "client secret of Easemob, from @FILE or - (stdin)")
	in.certificate = app.SecretFlag(flags, "certificate", "app certificate of Agora, from @FILE or - (stdin)")
	in.token = app.SecretFlag(flags, "token", "an app token as it is, from @FILE or - (stdin)")
	flags.BoolVar(&in.noCheck, "no-check", false, "do not test the credentials with a call")
	c.MarkFlagsMutuallyExclusive("client-secret", "certificate", "token")
	c.RunE = func(c *cobra.Command, args []string) error {
		name := "default"
		if len(args) > 0 {
			name = args[0]
		}
		return in.login(c.Context(), a, name)
	}
	return c
}

func (in *inputs) login(ctx context.Context, a *app.App, name string) error {
	if err := profile.CheckName(name); err != nil {
		return app.Usage("%w", err)
	}
	secret, err := in.complete(a)
	if err != nil {
		return err
	}
	config, err := in.Config(secret)
	if err != nil {
		return app.Usage("%s", flagNames.Replace(app.Reason(err)))
	}
	if a.Globals.DryRun {
		return a.Print(shown{name, true, in.Profile})
	}
	if !in.noCheck {
		if err := try(ctx, a, config); err != nil {
			return err
		}
	}
	store, err := a.Profiles()
	if err != nil {
		return err
	}
	_, taken := store.Profiles[name]
	if taken {
		if err := a.Confirm("Profile %s already exists. Replace it?", name); err != nil {
			return err
		}
	}
	stored, err := store.Put(name, in.Profile, secret, taken)
	if err != nil {
		return err
	}
	a.Say("Profile %s is stored, with its secret in the %s. imctl now uses it.", name, stored.SecretIn)
	warnOfVariables(a, name)
	return nil
}

// flagNames are the flags in the place of the library's variables, for its errors.
var flagNames = strings.NewReplacer("IM_HOST", "--host", "IM_PLATFORM", "--platform", "IM_APP_KEY", "--app-key", "IM_APP_ID", "--app-id",
	"IM_PLAIN_HTTP", "--plain-http", "IM_CLIENT_ID", "--client-id", "IM_CLIENT_SECRET", "--client-secret",
	"IM_APP_CERTIFICATE", "--certificate", "IM_TOKEN", "--token")

func try(ctx context.Context, a *app.App, config im.Config) error {
	client, err := a.ClientOf(config)
	if err != nil {
		return app.Usage("%w", err)
	}
	defer client.Close()
	if err := client.Check(ctx); err != nil {
		return app.WithHint(err, a.T("Nothing was stored. --no-check stores a profile that does not work yet."))
	}
	return nil
}

// complete asks for what the flags leave open, and returns the secret.
func (in *inputs) complete(a *app.App) (string, error) {
	var err error
	ask := func(to *string, question string, needed bool) {
		if err != nil || *to != "" || !needed {
			return
		}
		if !a.Terminal.Stdin {
			err = app.Usage("%s", a.T("there is no terminal to ask on: %s", a.T(question)))
			return
		}
		if *to, err = a.Ask(question); *to == "" && !errors.Is(err, context.Canceled) {
			err = app.Usage("%s", a.T("nothing was entered: %s", a.T(question)))
		}
	}
	ask(&in.Host, "REST host (--host):", true)
	ask(&in.AppKey, "App key, org#app (--app-key):", in.AppID == "")
	flag, question := in.secretFlag()
	ask(&in.ClientID, "Client id (--client-id):", in.Credential == profile.ClientSecret)
	ask(&in.AppID, "App id (--app-id):", in.Credential == profile.Certificate)
	if err != nil {
		return "", err
	}
	if flag.Given() {
		return a.ReadSecret(flag)
	}
	if !a.Terminal.Stdin {
		return "", app.Usage("%s", a.T("there is no terminal to ask on: %s", a.T(question)))
	}
	secret, err := a.AskSecret(question)
	if secret == "" && !errors.Is(err, context.Canceled) {
		err = app.Usage("%s", a.T("nothing was entered: %s", a.T(question)))
	}
	return secret, err
}

// secretFlag finds out the kind of credentials: by their flags, else by platform and host.
func (in *inputs) secretFlag() (*app.Secret, string) {
	agora := strings.EqualFold(in.Platform, string(im.Agora)) || strings.HasSuffix(in.Host, ".chat.agora.io")
	switch {
	case in.token.Given():
		in.Credential = profile.Token
		return in.token, "App token (--token):"
	case in.certificate.Given(), !in.clientSecret.Given() && in.ClientID == "" && (agora || in.AppID != ""):
		in.Credential = profile.Certificate
		return in.certificate, "App certificate (--certificate):"
	}
	in.Credential = profile.ClientSecret
	return in.clientSecret, "Client secret (--client-secret):"
}
