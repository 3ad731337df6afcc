package callbacks

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/messages"
)

// maxFind is how many messages a MessageFinder is asked about at once.
const maxFind = 500

// readHistory compares with the files of all hours of the time.
func (r *recovery) readHistory(ctx context.Context) error {
	for hour := r.since.Truncate(historySlot); hour.Before(r.o.Until); hour = hour.Add(historySlot) {
		err := r.readHour(ctx, hour)
		switch {
		case err == nil, errors.Is(err, messages.ErrHistoryEmpty):
		case errors.Is(err, messages.ErrHistoryNotReady), errors.Is(err, messages.ErrHistoryFuture):
			r.done.Waiting = append(r.done.Waiting, hour)
		case errors.Is(err, messages.ErrHistoryExpired):
			r.done.Expired = append(r.done.Expired, hour)
			r.hole(Hole{From: hour, Until: hour.Add(historySlot), Messages: true})
		default:
			return err
		}
	}
	return nil
}

func (r *recovery) readHour(ctx context.Context, hour time.Time) error {
	var found []messages.Record
	for record, err := range r.service.ReadHistory(ctx, hour, r.o.History) {
		switch {
		case errors.Is(err, api.ErrBadResponse) && (record.Raw != nil || errors.Is(err, api.ErrTooLarge)):
			r.done.Unreadable++
			continue
		case err != nil:
			return err
		case record.Time.Before(r.since), !record.Time.Before(r.o.Until), r.o.Select != nil && !r.o.Select(record):
			continue
		}
		if found = append(found, record); len(found) == maxFind {
			if err := r.take(ctx, found); err != nil {
				return err
			}
			found = found[:0]
		}
	}
	return r.take(ctx, found)
}

// take keeps or handles the messages that were missed.
func (r *recovery) take(ctx context.Context, records []messages.Record) error {
	had, err := r.handler.had(ctx, api.Convert(records, func(m *messages.Record) string { return m.ID }))
	if err != nil {
		return err
	}
	for _, record := range records {
		if had[record.ID] {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		had[record.ID] = true // older files have two copies of a message
		seen, err := r.handler.recovered(ctx, record)
		if err != nil {
			return err
		}
		if seen == SeenNew {
			r.done.Messages++
		}
	}
	return nil
}

// had says which messages were kept or handled before.
func (h *Handler) had(ctx context.Context, ids []string) (map[string]bool, error) {
	had := make(map[string]bool, len(ids))
	unknown := slices.DeleteFunc(ids, func(id string) bool {
		had[id] = h.messages.seen(id, "") != SeenNew
		return had[id]
	})
	finder, ok := h.config.Store.(MessageFinder)
	if !ok || len(unknown) == 0 {
		return had, nil
	}
	found, err := finder.FindMessages(ctx, unknown)
	for _, id := range found {
		had[id] = true
	}
	return had, err
}

// recovered keeps or handles a message of the history.
func (h *Handler) recovered(ctx context.Context, record messages.Record) (Seen, error) {
	body, err := json.Marshal(struct {
		Recovered json.RawMessage `json:"im-go:recovered"`
	}{record.Raw})
	if err != nil {
		return SeenNew, err
	}
	w, err := readWire(body)
	if err != nil {
		return SeenNew, err
	}
	e := w.event(body)
	i := e.Head()
	a := &arrived{wire: w, event: e, kept: Kept{
		Key: i.Key, Digest: w.digest(body), Body: body, Received: time.Now(), MessageID: i.MessageID,
	}}
	seen, err := h.take(ctx, a)
	h.report(ctx, Observation{
		Kind: i.Type, CallID: i.CallID, Lag: lag(a.kept.Received, i.Time), Recovered: true, Repeated: seen == SeenRepeated, Err: err,
	})
	return seen, err
}

// take keeps an event, or handles it, with no regard to the ban.
func (h *Handler) take(ctx context.Context, a *arrived) (seen Seen, err error) {
	if h.config.Store != nil {
		seen, err = h.store(ctx, a.kept)
	} else {
		seen, err = h.keys.once(ctx, a.kept.Key, a.kept.Digest, func(bool) error { return h.handle(ctx, a.event) })
	}
	if err == nil {
		h.remember(a)
	}
	return seen, err
}

// maxMessageID bounds the memory for ids: they have 19 digits.
const maxMessageID = 64

// remember notes that a message need not be recovered.
func (h *Handler) remember(a *arrived) {
	if id := a.kept.MessageID; id != "" && len(id) <= maxMessageID {
		h.messages.add(id, "")
	}
}
