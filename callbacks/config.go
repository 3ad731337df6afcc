package callbacks

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/messages"
)

// Config is what a [Handler] is made of. It prints without its secrets.
type Config struct { //nolint:recvcheck // only what prints must work on values
	// Secrets are those of the rules that send here: several of them while one is rotated, or
	// for several rules. A callback must be signed with one of them.
	Secrets []string
	// Tokens, where there are any: the URL of the request must carry one as ?token=. The
	// signature covers neither the payload nor the receiver, so a URL that nobody can
	// guess, and https, protect what it does not.
	Tokens []string
	// MaxAge rejects callbacks with an older timestamp, or one that lies more than 5 minutes
	// (at most MaxAge) ahead; 0 accepts any. Stored callbacks come up to 3 days late; whether
	// retries and resends keep call id, timestamp and signature is not documented.
	MaxAge time.Duration
	// Unsigned says what becomes of unsigned callbacks of the kinds that the documents show
	// without a signature: notify.reaction, notify.thread and push.success. Unsigned
	// callbacks of other kinds are always rejected.
	Unsigned Unsigned
	// MaxBody is the longest body in bytes; 0: [DefaultMaxBody].
	MaxBody int
	// Decision bounds the decisions about messages.
	Decision Decision
	// Store keeps events before they are handled by [Handler.Run]. Without one, events
	// are handled while the IM server waits, and one that fails is an error 500, which
	// makes the server retry once.
	Store Store
	// StoreFailure says what becomes of an event that cannot be kept. It must be set where
	// Store is; without a Store, the zero value is StoreFailureReject.
	StoreFailure StoreFailure
	// Replicas is the number of processes that receive callbacks of the app; 0: 1. They
	// share the number of failures that the IM server tolerates.
	Replicas int
	// Logger logs what was not accepted, without payloads; nil: nothing is logged.
	Logger *slog.Logger
	// Observe is called after each callback; it must neither block nor panic.
	Observe func(context.Context, Observation)
}

// Decision bounds the decisions about messages.
type Decision struct {
	Deadline      time.Duration   // 0: [DefaultDeadline]. The IM server waits 200 ms unless its rule says otherwise
	Fallback      Verdict         // for a timeout, a panic, too many at once, a response that may not be sent; zero: Deliver
	MaxConcurrent int             // decisions at once; 0: [DefaultConcurrent]
	Rewritable    []messages.Type // types that the app may rewrite; none: TypeText. Other types need the vendor's permission; TypeCommand is rejected
}

// The defaults of [Config] and [Decision].
const (
	DefaultMaxBody    = 1 << 20
	DefaultDeadline   = 150 * time.Millisecond
	DefaultConcurrent = 256
)

// Unsigned says what becomes of callbacks that the documents show without a signature.
type Unsigned string

// The choices; the zero value is UnsignedDeliver.
const (
	UnsignedDeliver    Unsigned = ""           // handled; Signed of the event is false. Anyone who knows the URL can forge them
	UnsignedQuarantine Unsigned = "quarantine" // accepted and never handled
	UnsignedReject     Unsigned = "reject"     // rejected, which leads to a ban if the server really sends them unsigned
)

// StoreFailure says what becomes of an event that cannot be kept.
type StoreFailure string

// The choices.
const (
	StoreFailureLose   StoreFailure = "lose"   // the event is lost, and the IM server sends on
	StoreFailureReject StoreFailure = "reject" // the IM server retries once; 90 failures in 30 s stop all its callbacks
)

type plainConfig Config

// Format hides the secrets.
func (c Config) Format(s fmt.State, verb rune) {
	c.Secrets, c.Tokens = maskedAll(c.Secrets), maskedAll(c.Tokens)
	api.FormatMasked(s, verb, plainConfig(c))
}

// LogValue hides the secrets.
func (c Config) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", c)) }

func maskedAll(secrets []string) []string {
	return api.Convert(secrets, func(s *string) string { return api.Masked(*s) })
}

// checked is the configuration with its defaults, or what is wrong with it.
func (c Config) checked() (Config, error) {
	d := &c.Decision
	err := api.First(api.Identifiers("Secrets", c.Secrets), c.checkChoices(),
		notNegative("MaxAge", int64(c.MaxAge)), notNegative("MaxBody", int64(c.MaxBody)), notNegative("Replicas", int64(c.Replicas)),
		notNegative("Decision.Deadline", int64(d.Deadline)), notNegative("Decision.MaxConcurrent", int64(d.MaxConcurrent)))
	if err != nil {
		return c, err
	}
	if len(c.Tokens) > 0 {
		if err := api.Identifiers("Tokens", c.Tokens); err != nil {
			return c, err
		}
	}
	c.Secrets, c.Tokens = slices.Clone(c.Secrets), slices.Clone(c.Tokens)
	c.MaxBody = cmp.Or(c.MaxBody, DefaultMaxBody)
	c.Replicas = cmp.Or(c.Replicas, 1)
	d.Deadline = cmp.Or(d.Deadline, DefaultDeadline)
	d.MaxConcurrent = cmp.Or(d.MaxConcurrent, DefaultConcurrent)
	if d.Rewritable = slices.Clone(d.Rewritable); len(d.Rewritable) == 0 {
		d.Rewritable = []messages.Type{messages.TypeText}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

func (c *Config) checkChoices() error {
	switch {
	case c.Unsigned != UnsignedDeliver && c.Unsigned != UnsignedQuarantine && c.Unsigned != UnsignedReject:
		return api.Invalid("Unsigned", "is %s, must be one of the constants", api.Quoted(string(c.Unsigned)))
	case c.StoreFailure != "" && c.StoreFailure != StoreFailureLose && c.StoreFailure != StoreFailureReject:
		return api.Invalid("StoreFailure", "is %s, must be one of the constants", api.Quoted(string(c.StoreFailure)))
	case c.Store != nil && c.StoreFailure == "":
		return api.Invalid("StoreFailure", "must be set where there is a Store")
	case c.Decision.Fallback.action == rewrite || c.Decision.Fallback.setExt:
		return api.Invalid("Decision.Fallback", "must be Deliver or Reject, without an ext")
	case slices.Contains(c.Decision.Rewritable, messages.TypeCommand):
		return api.Invalid("Decision.Rewritable", "must not have %s: commands are never rewritten", messages.TypeCommand)
	}
	return c.Decision.Fallback.check()
}

func notNegative(field string, n int64) error {
	if n < 0 {
		return api.Invalid(field, "is %d, must not be negative", n)
	}
	return nil
}
