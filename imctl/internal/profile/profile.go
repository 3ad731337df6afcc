// Package profile keeps the apps that imctl works for: a file without secrets, and the
// secrets in the system's keyring, or in a file of mode 0600 where there is none.
package profile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/input"
	"github.com/imrest/im-go/imctl/internal/text"
	"github.com/imrest/im-go/imctl/internal/whole"
)

// Local is the built-in profile of the emulator that imctl serve runs.
const Local = "local"

// The kinds of credentials.
const (
	ClientSecret = "client_secret" // Easemob: client id and secret
	Certificate  = "certificate"   // Agora: app id and certificate
	Token        = "token"         // an app token as it is
)

// Profile is one app, without its secret.
type Profile struct {
	Host       string `json:"host"`
	Platform   string `json:"platform,omitempty"`
	AppKey     string `json:"app_key,omitempty"` // org#app
	AppID      string `json:"app_id,omitempty"`
	PlainHTTP  bool   `json:"plain_http,omitempty"`
	Credential string `json:"credential"` // a kind of credentials
	ClientID   string `json:"client_id,omitempty"`
	SecretIn   string `json:"secret_in"` // keyring, file or built_in
}

// Variables are the library's variables of a profile with its secret.
func (p Profile) Variables(secret string) func(name string) string {
	values := map[string]string{
		"IM_HOST": p.Host, "IM_PLATFORM": p.Platform, "IM_APP_KEY": p.AppKey, "IM_APP_ID": p.AppID, "IM_CLIENT_ID": p.ClientID,
	}
	if p.PlainHTTP {
		values["IM_PLAIN_HTTP"] = strconv.FormatBool(true)
	}
	switch p.Credential {
	case ClientSecret:
		values["IM_CLIENT_SECRET"] = secret
	case Certificate:
		values["IM_APP_CERTIFICATE"] = secret
	case Token:
		values["IM_TOKEN"] = secret
	}
	return func(name string) string { return values[name] }
}

// Config is that of the library.
func (p Profile) Config(secret string) (im.Config, error) {
	return im.ConfigFromVariables(p.Variables(secret))
}

// Store is the file of profiles.
type Store struct {
	dir     string
	keyring Keyring

	Current  string             `json:"current,omitempty"`
	Profiles map[string]Profile `json:"profiles"`
}

// Dir is the folder of the configuration: IMCTL_CONFIG, or imctl in the user's folder.
func Dir(env func(string) string) (string, error) {
	if dir := env("IMCTL_CONFIG"); dir != "" {
		return dir, nil
	}
	if dir := env("XDG_CONFIG_HOME"); dir != "" {
		return filepath.Join(dir, "imctl"), nil
	}
	if dir := env("APPDATA"); dir != "" {
		return filepath.Join(dir, "imctl"), nil
	}
	if home := env("HOME"); home != "" {
		return filepath.Join(home, ".config", "imctl"), nil
	}
	return "", text.Errorf("no folder for the configuration: set IMCTL_CONFIG")
}

// Open reads the profiles in a folder; none is an empty store.
func Open(dir string, keyring Keyring) (*Store, error) {
	s := &Store{dir: dir, keyring: keyring}
	return s, s.load()
}

func (s *Store) load() error {
	s.Current, s.Profiles = "", nil
	raw, err := input.File(s.path(), input.MostFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	default:
		if err := input.JSON(raw, s, input.Known); err != nil {
			return fmt.Errorf("%s: %w", s.path(), err)
		}
	}
	if s.Profiles == nil {
		s.Profiles = map[string]Profile{}
	}
	return nil
}

func (s *Store) path() string { return filepath.Join(s.dir, "config.json") }

// Names are those of all profiles, with the built-in one.
func (s *Store) Names() []string {
	names := slices.Collect(maps.Keys(s.Profiles))
	if _, own := s.Profiles[Local]; !own {
		names = append(names, Local)
	}
	slices.Sort(names)
	return names
}

func unknown(name string) error { return text.Errorf("there is no profile %q", name) }

// Get is one profile.
func (s *Store) Get(name string) (Profile, error) {
	if p, ok := s.Profiles[name]; ok {
		return p, nil
	}
	if name == Local {
		return local, nil
	}
	return Profile{}, unknown(name)
}

// local and its secret are the defaults of the emulator.
var local = Profile{
	Host: "http://127.0.0.1:8080", Platform: string(im.Easemob), AppKey: "acme#demo",
	Credential: ClientSecret, ClientID: "YXA6aW1zZXJ2ZXItaWQ", SecretIn: inBuiltIn,
}

const (
	inKeyring, inFile, inBuiltIn = "keyring", "file", "built_in"
	localSecret                  = "YXA6aW1zZXJ2ZXItc2VjcmV0" //nolint:gosec // of every emulator
)

// Credentials are those of every emulator that imctl serve runs.
type Credentials struct{ ClientID, Secret string }

// Emulator returns them.
func Emulator() Credentials { return Credentials{local.ClientID, localSecret} }

// LeadLocal makes the profile "local" lead to an emulator, of which p has host, platform and app key. A
// profile of that name that login has made stays, and is an error.
func (s *Store) LeadLocal(p Profile) error {
	p.Credential, p.ClientID, p.SecretIn = local.Credential, local.ClientID, local.SecretIn
	if now, err := s.Get(Local); err == nil && now == p {
		return nil
	}
	return s.change(func() error {
		if stored, own := s.Profiles[Local]; own && stored.SecretIn != inBuiltIn {
			return text.Errorf("profile %q is one that imctl login made; imctl profile remove %s removes it", Local, Local)
		}
		if s.Profiles[Local] = p; p == local {
			delete(s.Profiles, Local)
		}
		return nil
	})
}

// CheckName rejects a name that would need quoting somewhere.
func CheckName(name string) error {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
	if name == "" || len(name) > 64 || strings.Trim(name, letters) != "" {
		return text.Errorf("the name of a profile is %q, must be 1 to 64 letters, digits, dots, hyphens or underscores", name)
	}
	return nil
}

// Put stores a profile with its secret, and makes it the current one. One that is there, perhaps since a moment ago, is
// only replaced if replace says so.
func (s *Store) Put(name string, p Profile, secret string, replace bool) (Profile, error) {
	if err := CheckName(name); err != nil {
		return p, err
	}
	err := s.change(func() (err error) {
		if _, taken := s.Profiles[name]; taken && !replace {
			return text.Errorf("profile %q already exists", name)
		}
		if p.SecretIn, err = s.putSecret(name, secret); err != nil {
			return err
		}
		s.Profiles[name] = p
		s.Current = name
		return nil
	})
	return p, err
}

// Use makes a profile the current one.
func (s *Store) Use(name string) error {
	return s.change(func() error {
		_, err := s.Get(name)
		s.Current = name
		return err
	})
}

// Remove forgets a profile and its secret.
func (s *Store) Remove(name string) error {
	return s.change(func() error {
		p, ok := s.Profiles[name]
		if !ok {
			return unknown(name)
		}
		if err := s.dropSecret(name, p); err != nil {
			return err
		}
		delete(s.Profiles, name)
		if s.Current == name {
			s.Current = ""
		}
		return nil
	})
}

// change edits what is stored now, which another process may have written a moment ago, while no other does.
func (s *Store) change(edit func() error) error {
	lock, err := s.lock()
	if err != nil {
		return err
	}
	defer func() { _ = lock.Close() }() // it holds nothing
	if err := s.load(); err != nil {
		return err
	}
	if err := edit(); err != nil {
		return err
	}
	raw, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return whole.Private(s.path(), append(raw, '\n'))
}

// A change takes milliseconds: another process is waited for.
const (
	lockEvery = 20 * time.Millisecond
	lockTries = 250
)

func (s *Store) lock() (lock *os.File, err error) {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, err
	}
	for range lockTries {
		if lock, err = whole.Lock(filepath.Join(s.dir, "lock"), 0o600); !errors.Is(err, whole.ErrLocked) {
			return lock, err
		}
		time.Sleep(lockEvery)
	}
	return nil, err
}
