package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/imctl/internal/output"
	"github.com/imrest/im-go/messages"
)

// The exit codes.
const (
	ExitOK          = 0
	ExitFailed      = 1
	ExitUsage       = 2
	ExitPartly      = 3
	ExitCredentials = 4
	ExitUnknown     = 5
	ExitStopped     = 130
)

// Failure is an error with its exit code and what to do about it.
type Failure struct {
	Exit int
	Err  error
	Hint string // a sentence; empty: none
}

// Error is that of Err.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns Err.
func (f *Failure) Unwrap() error { return f.Err }

// Usage is an error in the command line.
func Usage(format string, args ...any) error {
	return &Failure{Exit: ExitUsage, Err: fmt.Errorf(format, args...)}
}

// WithHint adds what to do about an error.
func WithHint(err error, hint string) error {
	return &Failure{Exit: exitCode(err), Err: err, Hint: hint}
}

// prefixes of the library, also of errors that are wrapped or joined.
var prefixes = strings.NewReplacer("\nim: ", "\n", " im: ", " ")

// Reason is the text of an error of the library without its prefixes.
func Reason(err error) string { return unprefixed(err.Error()) }

// Reason is the text of any error, in the language of the run.
func (a *App) Reason(err error) string { return unprefixed(a.Lang.Error(err)) }

func unprefixed(text string) string { return prefixes.Replace(strings.TrimPrefix(text, "im: ")) }

// kinds are the names that errors have under -o json, the exit codes that belong to
// them, and hints.
var kinds = []struct {
	is   error
	name string
	exit int
	hint string
}{
	{im.ErrOutcomeUnknown, "outcome_unknown", ExitUnknown, "The call may have been carried out. Check before you retry."},
	{im.ErrPartial, "partial", ExitPartly, ""},
	{im.ErrUnauthorized, "unauthorized", ExitCredentials, "imctl doctor says what is wrong with the credentials."},
	{im.ErrAppNotFound, "app_not_found", ExitFailed, "Check host, org and app: imctl profile show."},
	{im.ErrNotFound, "not_found", ExitFailed, ""},
	{im.ErrAlreadyExists, "already_exists", ExitFailed, ""},
	{im.ErrConflict, "conflict", ExitFailed, ""},
	{im.ErrTooLarge, "too_large", ExitFailed, ""},
	{im.ErrPlanLimit, "plan_limit", ExitFailed, "The plan of the app is used up; waiting does not help."},
	{im.ErrRateLimited, "rate_limited", ExitFailed, "imctl quotas shows which quota is used up."},
	{im.ErrNotEnabled, "not_enabled", ExitFailed, "The feature must be switched on in the console."},
	{im.ErrUnsupported, "unsupported", ExitFailed, ""},
	{im.ErrForbidden, "forbidden", ExitFailed, ""},
	{im.ErrCanceled, "canceled", ExitFailed, ""},
	{im.ErrInvalidArgument, "invalid_argument", ExitFailed, ""},
	{im.ErrInternal, "internal", ExitFailed, ""},
	{im.ErrBadResponse, "bad_response", ExitFailed, ""},
	{messages.ErrHistoryNotReady, "unavailable", ExitFailed, "Retry when the file of the hour is there."},
	{im.ErrUnavailable, "unavailable", ExitFailed, "imctl doctor tests host, DNS and TLS."},
}

// Hints are the texts of hints, for the test of translations.
func Hints() (all []string) {
	for _, kind := range kinds {
		if kind.hint != "" {
			all = append(all, kind.hint)
		}
	}
	return all
}

// Problem is an error as it is shown under -o json.
type Problem struct {
	Error    string `json:"error"`
	Kind     string `json:"kind"`
	Code     string `json:"code,omitempty"`
	Status   int    `json:"status,omitempty"`
	Endpoint string `json:"endpoint,omitempty"`
	Field    string `json:"field,omitempty"`
	Attempts int    `json:"attempts,omitempty"`
	Hint     string `json:"hint,omitempty"`
	Exit     int    `json:"exit"`
}

// Describe says what an error is.
func (a *App) Describe(err error) Problem {
	p := Problem{Error: a.Lang.Error(err), Kind: "failed", Exit: exitCode(err)}
	for _, kind := range kinds {
		if errors.Is(err, kind.is) {
			p.Kind = kind.name
			if kind.hint != "" {
				p.Hint = a.T(kind.hint)
			}
			break
		}
	}
	if call, ok := errors.AsType[*im.Error](err); ok {
		p.Code, p.Status, p.Endpoint, p.Field, p.Attempts = call.Code, call.Status, call.Endpoint, call.Field, call.Attempts
	}
	if failure, ok := errors.AsType[*Failure](err); ok && failure.Hint != "" {
		p.Hint = failure.Hint
	}
	switch {
	case p.Exit == ExitStopped:
		p.Kind, p.Hint = "stopped", ""
		if err == context.Canceled { //nolint:errorlint // nothing says what was stopped
			p.Error = a.T("stopped")
		}
	case p.Exit == ExitUsage && p.Kind == "failed":
		p.Kind = "usage"
	case p.Exit == ExitCredentials && p.Kind == "failed":
		p.Kind = "credentials"
	}
	return p
}

// UntilStopped is the error of a command that goes on until Ctrl-C: whatever that interrupts, it is how one ends it.
func (a *App) UntilStopped(err error) error {
	if a.Stop.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// exitCode is that of a Failure; else that of the kind. Arguments that the library rejects
// before sending are a wrong command line.
func exitCode(err error) int {
	if failure, ok := errors.AsType[*Failure](err); ok {
		return failure.Exit
	}
	if errors.Is(err, context.Canceled) && !errors.Is(err, im.ErrOutcomeUnknown) {
		return ExitStopped
	}
	if _, ok := errors.AsType[*batch.Error](err); ok && !errors.Is(err, im.ErrOutcomeUnknown) {
		return ExitPartly
	}
	if call, ok := errors.AsType[*im.Error](err); errors.Is(err, im.ErrInvalidArgument) && !errors.Is(err, im.ErrPartial) && (!ok || call.Status == 0) {
		return ExitUsage
	}
	for _, kind := range kinds {
		if errors.Is(err, kind.is) {
			return kind.exit
		}
	}
	return ExitFailed
}

// Fail writes an error to stderr, and returns the exit code. Without one, a write to stdout that
// failed is the error.
func (a *App) Fail(err error) int {
	if err == nil || a.Globals.DryRun && errors.Is(err, ErrDryRun) {
		if err = a.stdout.err(); err == nil {
			return ExitOK
		}
	}
	p := a.Describe(err)
	if format := output.Format(a.Globals.Output); format == output.JSON || format == output.JSONL {
		raw, _ := json.Marshal(p) //nolint:errchkjson // texts and numbers
		a.line(string(raw))
		return p.Exit
	}
	a.line("imctl: " + unprefixed(p.Error))
	if p.Hint != "" {
		a.line(p.Hint)
	}
	return p.Exit
}
