package messages

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// ChinaTime is the zone in which clusters in mainland China name the hours of the history.
var ChinaTime = time.FixedZone("UTC+8", 8*60*60)

// Why an hour has no file. Each comes beside a kind of package im. Only [ErrHistoryEmpty]
// lets an archive job skip an hour for good.
var (
	// ErrHistoryNotReady: less than 24 hours have passed since the hour, by the clock
	// of the server, and its file may still come. Beside it im.ErrUnavailable, but
	// it is not retried.
	ErrHistoryNotReady = errors.New("the file of the hour may not be ready yet: less than 24 hours have passed since")
	// ErrHistoryFuture: the hour has not begun, by the clock of the server. Beside it
	// im.ErrInvalidArgument.
	ErrHistoryFuture = errors.New("the hour lies in the future")
	// ErrHistoryExpired: the hour is older than what the plan keeps. Beside it
	// im.ErrNotFound.
	ErrHistoryExpired = errors.New("the hour is too old: its file is no longer kept")
	// ErrHistoryEmpty: there were no messages in that hour. Beside it
	// im.ErrNotFound.
	ErrHistoryEmpty = errors.New("the hour has no messages")
)

// historyDelay is how long the file of an hour may take in busy apps.
const historyDelay = 24 * time.Hour

// HistoryOptions are the options of the calls for the history.
type HistoryOptions struct {
	// Zone is the time zone in which the server names its hours: [ChinaTime] on
	// clusters in mainland China, time.UTC elsewhere. With the wrong one the call
	// returns another hour. nil: as the host implies, for the published hosts of
	// Easemob and Agora. For every other host (VIP clusters, Shengwang) Zone is
	// required; on loopback, where tests run, nil stands for ChinaTime with the
	// platform Easemob and for UTC otherwise.
	Zone *time.Location `json:"-"` // a time zone cannot be stored
}

// zone is where the hours of a call begin.
func (s *Service) zone(ctx context.Context, o HistoryOptions) (*time.Location, error) {
	if o.Zone != nil {
		return o.Zone, nil
	}
	china, known, err := api.InChina(ctx, s.api, &historyURL)
	switch {
	case err != nil:
		return nil, err
	case !known:
		return nil, api.Invalid("Zone", "must be set, since the host does not say where the cluster is: ChinaTime in mainland China, time.UTC elsewhere")
	case china:
		return ChinaTime, nil
	}
	return time.UTC, nil
}

var historyURL = api.Endpoint{
	ID: "messages.history_url", Method: http.MethodGet, Path: "/chatmessages/{hour}", Pool: "chatmessages",
	Quotas: api.Quotas{{N: 10, Per: time.Minute}}, Idempotent: true,
}

// GetHistoryURL returns the address of a file with all messages of the hour in which the
// time lies. [Service.ReadHistory] and [Service.SaveHistory] fetch it as well. The address
// carries its own permission, which expires: do not log it, and fetch it without the app
// token. It may be plain http, at a storage host; try https first.
//
// The file of an hour is there an hour later, in busy apps up to 24 hours later, and is kept
// for some days, as the plan says: 3 by default. Quota: 10 calls a minute (one
// document says 1); fetching the address does not count. Errors: [ErrHistoryNotReady],
// [ErrHistoryFuture], [ErrHistoryExpired] and [ErrHistoryEmpty], by the Date of the response;
// im.ErrInvalidArgument for [HistoryOptions] without a Zone where one is required.
//
//im:endpoint messages.history_url
func (s *Service) GetHistoryURL(ctx context.Context, hour time.Time, o HistoryOptions) (string, error) {
	h, err := s.nameHour(ctx, hour, o)
	if err != nil {
		return "", err
	}
	return s.historyURL(ctx, h)
}

func (s *Service) historyURL(ctx context.Context, h namedHour) (string, error) {
	var out historyAddress
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &historyURL, Params: []string{h.name}, Invalid: h.invalid, Explain: h.explain, Out: &out,
	})
	return string(out), err
}

// namedHour is an hour as the server names it.
type namedHour struct {
	name    string
	start   time.Time
	invalid error
}

func (s *Service) nameHour(ctx context.Context, at time.Time, o HistoryOptions) (namedHour, error) {
	if at.IsZero() {
		return namedHour{invalid: api.Invalid("hour", "must not be zero")}, nil
	}
	zone, err := s.zone(ctx, o)
	var argument *api.ArgumentError
	switch {
	case errors.As(err, &argument):
		return namedHour{invalid: err}, nil
	case err != nil:
		return namedHour{}, err
	}
	at = at.In(zone)
	_, minute, second := at.Clock()
	into := time.Duration(minute)*time.Minute + time.Duration(second)*time.Second + time.Duration(at.Nanosecond())
	h := namedHour{name: at.Format("2006010215"), start: at.Add(-into)} // time.Date would confuse the two hours of an autumn night
	if at.Year() < 1 || at.Year() > 9999 {
		h.invalid = api.Invalid("hour", "is in the year %d, which the server cannot name", at.Year())
	}
	return h, nil
}

// explain finds out why there is no file. What came too early looks like an hour
// without messages or like one too old.
func (h namedHour) explain(f api.Failure) (kind, reason error) {
	text := strings.ToLower(f.Text)
	expired := f.Status == http.StatusBadRequest && strings.Contains(text, "expired or unstored")
	empty := f.Status == http.StatusNotFound && (f.Code == "storage_object_not_found" || strings.Contains(text, "history download url"))
	switch {
	case !expired && !empty:
		return nil, nil
	case f.Date.Before(h.start):
		return api.ErrInvalidArgument, ErrHistoryFuture
	case f.Date.Before(h.start.Add(time.Hour + historyDelay)):
		return api.ErrUnavailable, ErrHistoryNotReady
	case expired:
		return api.ErrNotFound, ErrHistoryExpired
	}
	return api.ErrNotFound, ErrHistoryEmpty
}

// explainFile does the same for the file itself, at an address that the server has
// made: what is not there a day later may have been empty or have expired.
func (h namedHour) explainFile(f api.Failure) (kind, reason error) {
	switch {
	case f.Status == http.StatusForbidden:
		return api.ErrForbidden, errRejected
	case f.Status != http.StatusNotFound:
		return nil, nil
	case f.Date.Before(h.start.Add(time.Hour + historyDelay)):
		return api.ErrUnavailable, ErrHistoryNotReady
	}
	return api.ErrNotFound, errNoFile
}

var (
	errNoFile   = errors.New("there is no file at the address that the server named")
	errRejected = errors.New("the storage host rejects the address, whose permission may have expired; a new call gets a new one")
)

// historyAddress is a response that holds an address, or does not decode.
type historyAddress string

// UnmarshalJSON implements json.Unmarshaler.
func (a *historyAddress) UnmarshalJSON(b []byte) error {
	var wire api.Data[api.Many[struct {
		URL string `json:"url"`
	}]]
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	if len(wire.Data) == 0 || wire.Data[0].URL == "" {
		return api.ErrNoEntity
	}
	*a = historyAddress(wire.Data[0].URL)
	return nil
}
