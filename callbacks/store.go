package callbacks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Store keeps events between their arrival and their handling. [Memory] is one.
type Store interface {
	// Keep stores an event durably, as far as the store is durable, and returns whether its
	// key was there before. It does not store one that was there with the same digest. One
	// with another digest it stores with Suspicious set. What is Quarantined it keeps
	// apart, without a look at its key, and never hands to Run.
	Keep(ctx context.Context, k Kept) (Seen, error)
	// Run hands what is kept to handle until ctx ends, and retries what failed, later. It
	// returns nil when ctx has ended, and an error if it cannot go on.
	Run(ctx context.Context, handle func(context.Context, Kept) error) error
}

// Kept is an event in a [Store].
type Kept struct {
	Key         string    `json:"key"`                   // recognizes duplicates of the event; at most 255 bytes
	MessageID   string    `json:"message_id,omitempty"`  // of a message that was sent; empty for other events and offline copies
	Digest      string    `json:"digest"`                // of the body without its signature
	Body        []byte    `json:"body"`                  // as it came
	Received    time.Time `json:"received,omitzero"`     // when it came
	Signed      bool      `json:"signed,omitempty"`      // the signature was checked
	Suspicious  bool      `json:"suspicious,omitempty"`  // the key was seen with another body
	Quarantined string    `json:"quarantined,omitempty"` // why it must not be handled
}

// Format prints what names the event, and nothing of its content.
func (k Kept) Format(s fmt.State, _ rune) {
	_, _ = fmt.Fprintf(s, "{%s %s}", k.Digest, k.Received.UTC().Format(time.RFC3339))
}

// LogValue is what slog shows of the event.
func (k Kept) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(k)) }

// Seen says whether an event was there before.
type Seen string

// The cases; the zero value is SeenNew.
const (
	SeenNew        Seen = ""
	SeenRepeated   Seen = "repeated"   // the same event again
	SeenSuspicious Seen = "suspicious" // the same key with another body
)

// ErrFull says that a store has no room.
var ErrFull = errors.New("callbacks: the store is full")
