package app

import (
	"errors"
	"io"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/pflag"
)

// maxValue bounds what is read as a secret or a value of a flag.
const maxValue = 1 << 20

// Secret is the value of a flag for a secret: "@file", or "-" for Stdin. A secret in the
// command line would stand in the list of processes, and is rejected.
type Secret struct{ from string }

// SecretFlag adds a flag for a secret. Read it with [App.ReadSecret].
func SecretFlag(flags *pflag.FlagSet, name, usage string) *Secret {
	s := &Secret{}
	flags.Var(s, name, usage)
	return s
}

// Set is for pflag.
func (s *Secret) Set(value string) error {
	if value != "-" && (!strings.HasPrefix(value, "@") || len(value) < 2) {
		return errors.New("secrets are read from @FILE or - (stdin), not from the command line")
	}
	s.from = value
	return nil
}

// String is for pflag: where the secret comes from.
func (s *Secret) String() string { return s.from }

// The types of flags that imctl adds to those of pflag.
const (
	SecretType = "@file"
	PeriodType = "time"
)

// Type is for pflag.
func (s *Secret) Type() string { return SecretType }

// Given says whether the flag was set.
func (s *Secret) Given() bool { return s.from != "" }

// ReadSecret reads the secret of a flag, without white space around it.
func (a *App) ReadSecret(s *Secret) (string, error) {
	raw, err := a.ReadAt(s.from)
	if err != nil {
		return "", err
	}
	secret := strings.TrimSpace(string(raw))
	if secret == "" {
		return "", Usage("%s", a.T("%s is empty", s.from))
	}
	return secret, nil
}

// ReadValue is the value of a flag that may stand in a file: "@file" or "-" is read, all else is the value.
func (a *App) ReadValue(given string) ([]byte, error) {
	if !elsewhere(given) {
		return []byte(given), nil
	}
	return a.ReadAt(given)
}

func elsewhere(given string) bool { return given == "-" || strings.HasPrefix(given, "@") }

// Pair takes the key=value of a flag apart.
func (a *App) Pair(flag, pair string) (key, value string, err error) {
	key, value, ok := strings.Cut(pair, "=")
	if !ok || key == "" {
		err = Usage("%s", a.T("--%s is %q, must be key=value", flag, pair))
	}
	return key, value, err
}

// ReadURL is the value of a flag for a URL of http or https, which may stand in a file. One with a password or a token
// would stand in the list of processes, and is rejected. An empty value stays empty.
func (a *App) ReadURL(flag, given string) (string, error) {
	if given == "" {
		return "", nil
	}
	raw, err := a.ReadValue(given)
	if err != nil {
		return "", err
	}
	address := strings.TrimSpace(string(raw))
	u, err := url.Parse(address)
	switch {
	case err == nil && HasSecret(u) && !elsewhere(given):
		return "", Usage("%s", a.T("--%s has a secret: read it from @FILE or - (stdin)", flag))
	case err != nil, u.Host == "", u.Scheme != "http" && u.Scheme != "https":
		return "", Usage("%s", a.T("--%s is %q, must be a URL with http or https", flag, given)) // not what is in the file
	}
	return address, nil
}

// HasSecret reports whether a URL has a password, or a token as callbacks carry it.
func HasSecret(u *url.URL) bool {
	_, password := u.User.Password()
	return password || u.Query().Has("token")
}

// ReadAt reads "@file" or "-", of at most 1 MiB.
func (a *App) ReadAt(from string) ([]byte, error) {
	in := a.Stdin
	if path, isFile := strings.CutPrefix(from, "@"); isFile {
		f, err := os.Open(path) //nolint:gosec // the user names it
		if err != nil {
			return nil, &Failure{Exit: ExitUsage, Err: err}
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	raw, err := io.ReadAll(io.LimitReader(in, maxValue+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > maxValue {
		return nil, Usage("%s", a.T("%s is longer than 1 MiB", from))
	}
	return raw, nil
}
