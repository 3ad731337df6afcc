package app

import (
	"context"
	"os"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/imrest/im-go/imctl/internal/profile"
)

// Hangup is SIGHUP, by its number: not every system has a name for it.
const Hangup = syscall.Signal(1)

// System is the world of the process.
func System() Env {
	return Env{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Getenv: os.Getenv, Now: time.Now, Keyring: profile.System{},
		Terminal: Terminal{
			Stdin: isTerminal(os.Stdin), Stdout: isTerminal(os.Stdout), Stderr: isTerminal(os.Stderr),
			Width: func() int {
				width, _, err := term.GetSize(int(os.Stdout.Fd()))
				if err != nil {
					return 0
				}
				return width
			},
			ReadSecret: readSecret,
		},
	}
}

// readSecret leaves the terminal as it was, also when it is stopped.
func readSecret(ctx context.Context) (string, error) {
	terminal := int(os.Stdin.Fd())
	before, err := term.GetState(terminal)
	if err != nil {
		return "", err
	}
	defer func() { _ = term.Restore(terminal, before) }() // it was there a moment ago
	return within(ctx, func() (string, error) {
		raw, err := term.ReadPassword(terminal)
		return string(raw), err
	})
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
