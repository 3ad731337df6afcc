package im

import (
	"fmt"
	"log/slog"
	"strings"

	"github.com/imrest/im-go/internal/api"
)

// What an error keeps and shows of a response.
const (
	maxClip = 2 << 10     // bytes of a body
	maxText = api.MaxText // bytes of a text
	maxCode = 128         // bytes of a code or a class
)

// Error returns endpoint, status, code and text, each up to a length, without the body.
func (e *Error) Error() string {
	if e == nil {
		return "<nil>"
	}
	var b strings.Builder
	b.WriteString("im: ")
	if e.Endpoint != "" {
		b.WriteString(api.Clip(e.Endpoint, maxCode) + ": ")
	}
	if e.Status != 0 {
		fmt.Fprintf(&b, "%d ", e.Status)
	}
	switch {
	case e.Code != "":
		b.WriteString(api.Clip(e.Code, maxCode))
	case e.cause != nil && e.Status == 0:
		b.WriteString(api.Clip(e.cause.Error(), maxText))
	default:
		b.WriteString(e.Kind().Error())
	}
	if e.Description != "" && e.Description != e.Code {
		b.WriteString(": " + api.Clip(e.Description, maxText))
	}
	if e.cause != nil && e.Status != 0 && e.cause.Error() != e.Description {
		b.WriteString(": " + api.Clip(e.cause.Error(), maxText))
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, " (retry after %s)", e.RetryAfter)
	}
	if e.unknown {
		b.WriteString(" (outcome unknown: it may have been carried out)")
	}
	if why := e.notRetried(); why != "" {
		b.WriteString(" (not retried: " + why + ")")
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " (after %d attempts)", e.Attempts)
	}
	return b.String()
}

// Format prints the text of Error in every format, and with %#v the fields without
// the body.
func (e Error) Format(f fmt.State, verb rune) {
	switch {
	case verb != 'v':
		_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), e.Error())
	case f.Flag('#'):
		_, _ = fmt.Fprintf(f, "&im.Error{Endpoint:%q, Status:%d, Code:%q, ErrorCode:%d, Description:%q, Exception:%q, Field:%q, Attempts:%d, RetryAfter:%d}",
			api.Clip(e.Endpoint, maxCode), e.Status, api.Clip(e.Code, maxCode), e.ErrorCode, api.Clip(e.Description, maxText), api.Clip(e.Exception, maxCode),
			api.Clip(e.Field, maxCode), e.Attempts, e.RetryAfter)
	default:
		_, _ = fmt.Fprint(f, e.Error())
	}
}

// LogValue is the text of Error and its parts as attributes. An error that wraps
// this one is logged by its text, which shows no more.
func (e *Error) LogValue() slog.Value {
	if e == nil {
		return slog.StringValue("<nil>")
	}
	return slog.GroupValue(
		slog.String("endpoint", api.Clip(e.Endpoint, maxCode)),
		slog.Int("status", e.Status),
		slog.String("code", api.Clip(e.Code, maxCode)),
		slog.String("kind", e.kindName()),
		slog.Int("attempts", e.Attempts),
		slog.String("text", e.Error()),
	)
}

func (e *Error) kindName() string {
	if e.unknown {
		return e.Kind().Error() + ", " + ErrOutcomeUnknown.Error()
	}
	return e.Kind().Error()
}
