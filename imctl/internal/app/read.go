package app

import (
	"errors"
	"net/url"
	"strings"

	"github.com/spf13/pflag"

	"github.com/imrest/im-go/imctl/internal/input"
	"github.com/imrest/im-go/imctl/internal/text"
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

// ReadJSON is [App.ReadValue] for JSON, which may have secrets in it.
func (a *App) ReadJSON(flag, given string) ([]byte, error) {
	raw, err := a.ReadValue(given)
	var value any
	if err == nil && !elsewhere(given) && input.JSON(raw, &value) == nil {
		a.warnOfSecrets(flag, value)
	}
	return raw, err
}

func elsewhere(given string) bool { return given == "-" || strings.HasPrefix(given, "@") }

// Pair is a key with its value.
type Pair struct{ Key, Value string }

// Pairs takes the values of a flag apart: key=value, or "@file" or "-" with one of them per line.
func (a *App) Pairs(flag string, given []string) (all []Pair, err error) {
	for _, one := range given {
		if elsewhere(one) && !strings.Contains(one, "=") {
			some, err := a.pairsAt(flag, one)
			if err != nil {
				return nil, err
			}
			all = append(all, some...)
			continue
		}
		key, value, ok := strings.Cut(one, "=")
		if !ok || key == "" {
			return nil, Usage("%s", a.T("--%s is %q, must be key=value", flag, one))
		}
		a.WarnOfSecret(flag, key[strings.LastIndexByte(key, '.')+1:], value)
		all = append(all, Pair{key, value})
	}
	return all, nil
}

// pairsAt reads a pair from each line that is not empty. Its errors do not show what is there.
func (a *App) pairsAt(flag, from string) (all []Pair, err error) {
	raw, err := a.ReadAt(from)
	if err != nil {
		return nil, err
	}
	number := 0
	for line := range strings.Lines(string(raw)) {
		number++
		line = strings.TrimRight(line, "\r\n")
		key, value, ok := strings.Cut(line, "=")
		switch {
		case line == "":
		case !ok || key == "":
			return nil, Usage("%s", a.T("--%s: line %d of %s must be key=value", flag, number, from))
		default:
			all = append(all, Pair{key, value})
		}
	}
	return all, nil
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

// HasSecret reports whether a URL has a password, or a secret in its query, as callbacks carry a token.
func HasSecret(u *url.URL) bool {
	_, secret := u.User.Password()
	for key := range u.Query() {
		secret = secret || isSecret(key)
	}
	return secret
}

// ReadAt reads "@file" or "-", of at most 1 MiB.
func (a *App) ReadAt(from string) (raw []byte, err error) {
	path, isFile := strings.CutPrefix(from, "@")
	switch {
	case isFile:
		raw, err = input.File(path, maxValue)
	case a.stdinRead:
		err = text.Errorf("only one flag can be read from - (stdin)")
	default:
		a.stdinRead = true
		raw, err = input.All(a.Stdin, a.T("stdin"), maxValue)
	}
	if err != nil {
		return nil, &Failure{Exit: ExitUsage, Err: err}
	}
	return raw, nil
}
