package app

import (
	"os"
	"time"

	"golang.org/x/term"

	"github.com/imrest/im-go/imctl/internal/profile"
)

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
			ReadSecret: func() (string, error) {
				raw, err := term.ReadPassword(int(os.Stdin.Fd()))
				return string(raw), err
			},
		},
	}
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
