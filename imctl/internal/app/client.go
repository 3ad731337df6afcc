package app

import (
	"context"
	"errors"
	"strings"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/profile"
	"github.com/imrest/im-go/imctl/internal/text"
)

// Profiles opens the store of profiles.
func (a *App) Profiles() (*profile.Store, error) {
	dir, err := profile.Dir(a.Getenv)
	if err != nil {
		return nil, err
	}
	return profile.Open(dir, a.Keyring)
}

// Source says where a configuration came from.
type Source struct {
	Name    string // of the profile; empty: the environment
	Profile profile.Profile
}

// Source chooses what to work with: --profile or IMCTL_PROFILE, else the variables of the
// environment if IM_HOST is set, else the current profile.
func (a *App) Source() (Source, error) {
	name := a.Globals.Profile
	if name == "" {
		name = a.Getenv("IMCTL_PROFILE")
	}
	if name == "" && a.Getenv("IM_HOST") != "" {
		return Source{}, nil
	}
	store, err := a.Profiles()
	if err != nil {
		return Source{}, err
	}
	if name == "" {
		name = store.Current
	}
	if name == "" {
		return Source{}, &Failure{
			Exit: ExitCredentials, Err: errors.New(a.T("no profile is chosen and IM_HOST is not set")),
			Hint: a.T("imctl login makes a profile; --profile local is the emulator of imctl serve."),
		}
	}
	p, err := store.Get(name)
	if err != nil {
		return Source{}, a.UnknownProfile(name, store.Names())
	}
	return Source{Name: name, Profile: p}, nil
}

// UnknownProfile is the error for a name that no profile has.
func (a *App) UnknownProfile(name string, known []string) error {
	hint := a.T("imctl profile list shows the profiles.")
	if near := Nearest(name, known); near != "" {
		hint = a.T("Did you mean %q?", near)
	}
	return &Failure{Exit: ExitUsage, Err: errors.New(a.T("there is no profile %q", name)), Hint: hint}
}

// Config is the library's configuration of this run, with its secret.
func (a *App) Config() (im.Config, error) {
	source, err := a.Source()
	if err != nil {
		return im.Config{}, err
	}
	if source.Name == "" {
		c, err := im.ConfigFromVariables(a.Getenv)
		if err != nil {
			return c, &Failure{Exit: ExitCredentials, Err: err}
		}
		return c, nil
	}
	store, err := a.Profiles()
	if err != nil {
		return im.Config{}, err
	}
	secret, err := store.Secret(source.Name, source.Profile)
	if err != nil {
		return im.Config{}, &Failure{Exit: ExitCredentials, Err: err, Hint: a.T("imctl login stores it again.")}
	}
	c, err := source.Profile.Config(secret)
	if err != nil {
		return c, &Failure{Exit: ExitCredentials, Err: text.Errorf("profile %s: %v", source.Name, err)}
	}
	return c, nil
}

// Client is the client of this run, made when it is first needed. Under --dry-run it shows the request
// of the first call and sends nothing; the call fails with ErrDryRun, which ends the run with exit code 0.
func (a *App) Client() (*im.Client, error) {
	if a.client != nil {
		return a.client, nil
	}
	if a.Globals.DryRun {
		client, err := a.dryClient()
		a.client = client
		return client, err
	}
	c, err := a.Config()
	if err != nil {
		return nil, err
	}
	client, err := a.ClientOf(c)
	if err != nil {
		return nil, err
	}
	a.client = client
	return client, nil
}

// ClientOf is a client of another configuration than that of the run; the caller closes it.
func (a *App) ClientOf(c im.Config) (*im.Client, error) {
	options := append([]im.Option{im.WithLogger(a.Logger()), im.WithUserAgent("imctl/" + im.Version + " im-go/" + im.Version)}, a.Options...)
	client, err := im.New(c, options...)
	if err != nil {
		return nil, &Failure{Exit: ExitCredentials, Err: err}
	}
	return client, nil
}

// HostURL is the host of a configuration with its scheme.
func HostURL(c im.Config) string {
	host := strings.TrimSuffix(c.Host, "/")
	if !strings.Contains(host, "://") {
		host = "https://" + host
	}
	return host
}

// NameOfApp is the app of a client as paths and stores have it: "org/app" or "app-id/id".
func NameOfApp(client *im.Client) string {
	_, rest, _ := strings.Cut(strings.TrimSuffix(client.String(), ")"), "://")
	_, name, _ := strings.Cut(rest, "/")
	return name
}

// Close ends what the run holds.
func (a *App) Close() {
	if a.client != nil {
		a.client.Close()
	}
}

// Lanes are the values of --lane.
var Lanes = map[string]im.Lane{"foreground": im.Foreground, "background": im.Background}

// InLane is a context in the lane of --lane, or in lane by default.
func (a *App) InLane(ctx context.Context, byDefault im.Lane) context.Context {
	if lane, chosen := Lanes[a.Globals.Lane]; chosen {
		return im.WithLane(ctx, lane)
	}
	return im.WithLane(ctx, byDefault)
}
