// Package app is what every command works with: streams, environment, clock,
// global flags, the client, output, questions and exit codes. Nothing here or in a command
// reads os.Args, os.Getenv, os.Stdout or time.Now: tests run commands in process.
package app

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/output"
	"github.com/imrest/im-go/imctl/internal/profile"
	"github.com/imrest/im-go/imctl/internal/text"
)

// Env is the world around a run. [System] is that of the process.
type Env struct {
	Args   []string // without the program's name
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer

	Getenv  func(string) string
	Now     func() time.Time
	Keyring profile.Keyring

	// Terminal says which streams are terminals, and how wide they are.
	Terminal Terminal
	// Options are added to those of every client.
	Options []im.Option
}

// Terminal is what is known of the streams. The zero value is pipes.
type Terminal struct {
	Stdin, Stdout, Stderr bool
	// Width of Stdout in columns now; nil or 0: unknown.
	Width func() int
	// ReadSecret reads a line from Stdin without showing it, until ctx ends; nil: not possible.
	ReadSecret func(ctx context.Context) (string, error)
}

// Globals are the flags that all commands take.
type Globals struct {
	Output  string // table, json, jsonl, yaml or csv
	JQ      string
	Profile string
	Lane    string
	Yes     bool
	DryRun  bool
	Quiet   bool
	Debug   bool
}

// App is one run of the program. Commands get it from their package's function and
// close over it.
type App struct {
	Env
	Globals Globals
	Lang    text.Lang
	// Stop ends what does not look at a context of its own: questions, and filters of the output.
	Stop context.Context //nolint:containedctx // of the run

	client *im.Client
	lines  *bufio.Reader // over Stdin
	stdout *checked      // which Env.Stdout is

	stdinRead bool // by a flag
}

// New makes the App of one run.
func New(env Env) *App {
	stdout := &checked{Writer: env.Stdout}
	env.Stdout = stdout
	return &App{Env: env, Stop: context.Background(), Lang: text.Of(env.Getenv), Globals: Globals{Output: string(output.Table)}, stdout: stdout}
}

// checked keeps the first error of its writes, which ends the run with [App.Fail] even if the writer
// of a page or a line does not look at it: a full disk must not pass for success.
type checked struct {
	io.Writer
	failed atomic.Pointer[error]
}

func (c *checked) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	if err != nil {
		c.failed.CompareAndSwap(nil, &err)
	}
	return n, err
}

func (c *checked) err() error {
	if err := c.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// T is a message in the language of the run.
func (a *App) T(english string, args ...any) string { return a.Lang.T(english, args...) }

// Join puts the parts of a message together, with the comma of the language.
func (a *App) Join(parts []string) string { return strings.Join(parts, a.T(", ")) }

// List puts the words of a list together.
func (a *App) List(words []string) string { return text.List(words, a.T) }

// Say writes a message to stderr, unless --quiet: what was done, what comes next.
func (a *App) Say(english string, args ...any) {
	if !a.Globals.Quiet {
		a.warn(english, args...)
	}
}

// Warn writes a message to stderr, under --quiet as well.
func (a *App) Warn(english string, args ...any) { a.warn(english, args...) }

func (a *App) warn(english string, args ...any) {
	a.line(a.T(english, args...))
}

// line writes a line to stderr.
func (a *App) line(text string) { a.write(text + "\n") }

// write writes to stderr what may have texts of others in it. If that fails, there is no place left to say so.
func (a *App) write(text string) { _, _ = io.WriteString(a.Stderr, output.VisibleLines(text)) }

// Logger is for --debug; it discards otherwise. The library's own records hold no secrets.
func (a *App) Logger() *slog.Logger {
	if !a.Globals.Debug {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(a.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// Width of a table on stdout; 0: without bound, as in a pipe.
func (a *App) Width() int {
	if !a.Terminal.Stdout || a.Terminal.Width == nil {
		return 0
	}
	return a.Terminal.Width()
}
