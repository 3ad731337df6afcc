package im

import (
	"cmp"
	"context"
	"log/slog"
	"strings"

	"github.com/imrest/im-go/internal/pattern"
)

// storeFails, storeWarns and storeIsBack report to the logger and the observer. The
// observer gets the error as it is; the log, which anybody may read, only storeReason.
func (c *core) storeFails(ctx context.Context, event string, err error) {
	c.logger.LogAttrs(ctx, slog.LevelWarn, "im: a shared store fails",
		slog.String("store", event), slog.String("reason", storeReason(err)))
	c.observeStore(ctx, event, err)
}

func (c *core) storeWarns(ctx context.Context, w *QuotaStoreWarning) {
	if w.Lost {
		c.quotas.set.Lost()
	}
	c.logger.LogAttrs(ctx, slog.LevelWarn, "im: a shared store warns",
		slog.String("store", QuotaStoreEvent), slog.String("reason", storeReason(w)))
	c.observeStore(ctx, QuotaStoreEvent, w)
}

func (c *core) storeIsBack(ctx context.Context, event string) {
	c.logger.LogAttrs(ctx, slog.LevelWarn, "im: a shared store is back", slog.String("store", event))
	c.observeStore(ctx, event, nil)
}

func (c *core) observeStore(ctx context.Context, event string, err error) {
	if c.observer != nil {
		c.observer(ctx, Event{Endpoint: event, Err: err})
	}
}

// What may be a secret in the text of a store's error: credentials of a URL, what
// follows a telling name, and anything that looks like a token or a key.
var (
	userInfo  = pattern.Lazy(`//[^/@\s]*@`)
	named     = pattern.Lazy(`(?i)((?:password|passwd|pwd|secret|token|key)["']?\s*[:=]\s*)\S+`)
	tokenLike = pattern.Lazy(`[A-Za-z0-9_+/=-]{24,}`)
)

// storeReason is the text of a store's error without what may be secret.
func storeReason(err error) string {
	const longest = 200
	text := err.Error()
	if len(text) > 4*longest {
		text = text[:4*longest]
		text = text[:cmp.Or(strings.LastIndexByte(text, ' ')+1, len(text))] // half a secret looks like none
	}
	text = userInfo().ReplaceAllString(text, "//***@")
	text = named().ReplaceAllString(text, "${1}***")
	text = tokenLike().ReplaceAllString(text, "***")
	return strings.ToValidUTF8(text[:min(len(text), longest)], "")
}
