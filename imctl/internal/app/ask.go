package app

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"
)

// maxSecret bounds what is read as a secret or a value of a flag.
const maxSecret = 1 << 20

// Confirm asks before something is destroyed. Without a terminal it refuses, unless --yes.
// A run with --dry-run is never asked.
func (a *App) Confirm(english string, args ...any) error {
	if a.Globals.Yes || a.Globals.DryRun {
		return nil
	}
	question := a.T(english, args...)
	if !a.Terminal.Stdin || !a.Terminal.Stderr {
		return &Failure{
			Exit: ExitUsage, Err: errors.New(question + " " + a.T("There is no terminal to ask on.")),
			Hint: a.T("--yes says that this is meant; --dry-run shows the request."),
		}
	}
	fmt.Fprint(a.Stderr, question+" [y/N] ")
	reply, err := a.ReadLine()
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch strings.ToLower(strings.TrimSpace(reply)) {
	case "y", "yes", "是":
		return nil
	}
	return &Failure{Exit: ExitFailed, Err: errors.New(a.T("not confirmed, nothing was done"))}
}

// ReadLine reads one line of Stdin, without its end.
func (a *App) ReadLine() (string, error) {
	if a.lines == nil {
		a.lines = bufio.NewReader(a.Stdin)
	}
	line, err := a.lines.ReadString('\n')
	if errors.Is(err, io.EOF) && line != "" {
		err = nil
	}
	return strings.TrimRight(line, "\r\n"), err
}

// Ask asks for a line, on a terminal only.
func (a *App) Ask(english string, args ...any) (string, error) {
	fmt.Fprint(a.Stderr, a.T(english, args...)+" ")
	line, err := a.ReadLine()
	return strings.TrimSpace(line), err
}

// AskSecret asks for a line that is not shown.
func (a *App) AskSecret(english string, args ...any) (string, error) {
	if a.Terminal.ReadSecret == nil {
		return a.Ask(english, args...)
	}
	fmt.Fprint(a.Stderr, a.T(english, args...)+" ")
	secret, err := a.Terminal.ReadSecret()
	a.line("")
	return strings.TrimSpace(secret), err
}

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

// Type is for pflag.
func (s *Secret) Type() string { return "@file" }

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
	raw, err := io.ReadAll(io.LimitReader(in, maxSecret+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > maxSecret {
		return nil, Usage("%s", a.T("%s is longer than 1 MiB", from))
	}
	return raw, nil
}
