package app

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/imrest/im-go/imctl/internal/text"
)

// Confirm asks before something is destroyed. Without a terminal it refuses, unless --yes.
// A run with --dry-run is never asked.
func (a *App) Confirm(english string, args ...any) error {
	if a.Globals.Yes || a.Globals.DryRun {
		return nil
	}
	question := a.T(english, args...)
	if !a.Terminal.Stdin || !a.Terminal.Stderr {
		return &Failure{
			Exit: ExitUsage, Err: errors.New(a.T("%s There is no terminal to ask on.", question)),
			Hint: a.T("--yes confirms it; --dry-run shows the request."),
		}
	}
	a.write(question + " [y/N] ")
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

// maxReply bounds a line of Stdin.
const maxReply = 64 << 10

// ReadLine reads one line of Stdin, without its end.
func (a *App) ReadLine() (string, error) {
	if a.lines == nil {
		a.lines = bufio.NewReaderSize(a.Stdin, maxReply)
	}
	line, err := within(a.Stop, func() (string, error) {
		line, err := a.lines.ReadSlice('\n')
		return string(line), err
	})
	if err != nil && line == "" {
		a.line("") // after the question
	}
	if errors.Is(err, bufio.ErrBufferFull) {
		err = text.Errorf("the line is longer than %d KiB", maxReply>>10)
	}
	if errors.Is(err, io.EOF) && line != "" {
		err = nil
	}
	return strings.TrimRight(line, "\r\n"), err
}

// within leaves a read behind when ctx ends: nothing else stops it.
func within(ctx context.Context, read func() (string, error)) (string, error) {
	type result struct {
		text string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		text, err := read()
		done <- result{text, err}
	}()
	select {
	case r := <-done:
		return r.text, r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// Ask asks for a line, on a terminal only.
func (a *App) Ask(english string, args ...any) (string, error) {
	a.write(a.T(english, args...) + " ")
	line, err := a.ReadLine()
	return strings.TrimSpace(line), err
}

// AskSecret asks for a line that is not shown.
func (a *App) AskSecret(english string, args ...any) (string, error) {
	if a.Terminal.ReadSecret == nil {
		return a.Ask(english, args...)
	}
	a.write(a.T(english, args...) + " ")
	secret, err := a.Terminal.ReadSecret(a.Stop)
	a.line("")
	return strings.TrimSpace(secret), err
}
