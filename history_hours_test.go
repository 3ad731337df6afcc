package im_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/messages"
)

var eight = time.Date(2024, 6, 10, 8, 30, 0, 0, time.UTC)

// The hour is named in the zone of the cluster.
func TestHistoryZone(t *testing.T) {
	const beijing, utc, asked = "2024061016", "2024061008", ""
	for _, c := range []struct {
		host     string
		platform im.Platform
		want     string
	}{
		{"a1.easemob.com", im.Easemob, beijing},
		{"https://A1.EaseMob.com:443", im.Easemob, beijing},
		{"a1.easecdn.com", im.Easemob, beijing},
		{"a31.easemob.com", im.Easemob, beijing},
		{"a31.easecdn.com", im.Easemob, beijing},
		{"a1-sgp.easemob.com", im.Easemob, utc},
		{"a1-sgp.easecdn.com", im.Easemob, utc},
		{"a41.easemob.com", im.Easemob, utc},
		{"a51.easecdn.com", im.Easemob, utc},
		{"a41.chat.agora.io", im.Agora, utc},
		{"a61.chat.agora.io", im.Agora, utc},
		{"a71.chat.agora.io", im.Agora, utc},
		{"http://127.0.0.1:8080", im.Easemob, beijing},
		{"http://localhost:8080", im.Agora, utc},
		// who can say where these are?
		{"a1-vip6.easemob.com", im.Easemob, asked},
		{"im.example.com", im.Easemob, asked},
		{"a1-hsb.shengwang.com", im.Agora, asked},
		{"im.example.com", im.Agora, asked},
	} {
		for _, zone := range []*time.Location{nil, messages.ChinaTime, time.UTC} {
			server := &script{responses: []response{{status: 200, body: `{"data":[{"url":"https://example.com/f"}]}`}}}
			config := config
			config.Host, config.Platform = c.host, c.platform
			_, err := server.clientFor(t, config).Messages.GetHistoryURL(t.Context(), eight, messages.HistoryOptions{Zone: zone})
			want := map[*time.Location]string{nil: c.want, messages.ChinaTime: beijing, time.UTC: utc}[zone]
			if want == asked {
				require.ErrorIs(t, err, im.ErrInvalidArgument, c.host)
				require.ErrorContains(t, err, "Zone: must be set", c.host)
				assert.Empty(t, server.requests, c.host)
				continue
			}
			require.NoError(t, err, c.host)
			assert.Equal(t, "/acme/demo/chatmessages/"+want, server.requests[0].URL.Path, "%s, %s, %v", c.host, c.platform, zone)
		}
	}
}

// A host that is looked up says it, too.
func TestHistoryZoneOfAHostThatIsLookedUp(t *testing.T) {
	server := &script{responses: []response{
		{status: 200, body: `{"rest":{"hosts":[{"protocol":"https","domain":"a31.easemob.com","port":"443"}]}}`},
		{status: 200, body: `{"data":[{"url":"https://example.com/f"}]}`},
	}}
	c := config
	c.Host, c.Platform = "", im.Easemob
	_, err := server.clientFor(t, c, im.WithHostLookup()).Messages.GetHistoryURL(t.Context(), eight, messages.HistoryOptions{})
	require.NoError(t, err)
	assert.Equal(t, "https://a31.easemob.com/acme/demo/chatmessages/2024061016", server.requests[1].URL.String())

	server = &script{responses: []response{{err: errBroken}}}
	_, err = server.clientFor(t, c, im.WithHostLookup(), im.WithRetries(0)).Messages.GetHistoryURL(t.Context(), eight, messages.HistoryOptions{})
	var failure *im.Error
	require.ErrorAs(t, err, &failure)
	require.ErrorIs(t, err, im.ErrUnavailable)
	assert.Equal(t, "messages.history_url", failure.Endpoint)
}

// Why an hour has no file is told apart by the clock of the server.
func TestHistoryWithoutAFile(t *testing.T) {
	expired := response{status: 400, body: `{"error":"illegal_argument","error_description":"illegal arguments: appkey: acme#demo, time: 2024061008, maybe chat message history is expired or unstored"}`}
	empty := response{status: 404, body: `{"error":"storage_object_not_found","error_description":"Failed to find chat message history download url for appkey: acme#demo, time: 2024061008"}`}
	start := eight.Truncate(time.Hour)
	kinds := map[error]error{
		messages.ErrHistoryFuture: im.ErrInvalidArgument, messages.ErrHistoryNotReady: im.ErrUnavailable,
		messages.ErrHistoryExpired: im.ErrNotFound, messages.ErrHistoryEmpty: im.ErrNotFound,
	}
	for _, c := range []struct {
		now            time.Time
		expired, empty error
	}{
		{start.Add(-time.Second), messages.ErrHistoryFuture, messages.ErrHistoryFuture},
		{start, messages.ErrHistoryNotReady, messages.ErrHistoryNotReady},
		{start.Add(2 * time.Hour), messages.ErrHistoryNotReady, messages.ErrHistoryNotReady},
		{start.Add(25*time.Hour - time.Second), messages.ErrHistoryNotReady, messages.ErrHistoryNotReady},
		{start.Add(25 * time.Hour), messages.ErrHistoryExpired, messages.ErrHistoryEmpty},
		{time.Time{}, messages.ErrHistoryExpired, messages.ErrHistoryEmpty}, // no Date: by our own clock
	} {
		for want, a := range map[error]response{c.expired: expired, c.empty: empty} {
			a.header = http.Header{}
			if !c.now.IsZero() {
				a.header.Set("Date", c.now.Format(http.TimeFormat))
			}
			server := &script{responses: []response{a}}
			client := server.client(t)
			o := messages.HistoryOptions{Zone: time.UTC}
			var errs []error
			_, err := client.Messages.GetHistoryURL(t.Context(), eight, o)
			errs = append(errs, err)
			_, err = client.Messages.SaveHistory(t.Context(), eight, t.TempDir()+"/f", o)
			errs = append(errs, err)
			for _, err := range client.Messages.ReadHistory(t.Context(), eight, o) {
				errs = append(errs, err)
			}
			require.Len(t, errs, 3)
			for _, err := range errs {
				for reason, kind := range kinds {
					assert.Equal(t, errors.Is(want, reason), errors.Is(err, reason), "%s: %v", c.now, err)
					assert.Equal(t, errors.Is(kinds[want], kind), errors.Is(err, kind), "%s: %v", c.now, err)
				}
			}
			assert.Len(t, server.requests, 3, "not retried")
		}
	}

	for _, other := range []response{
		{status: 404, body: `{"error":"organization_application_not_found"}`},
		{status: 404, body: `<html>no</html>`},
		{status: 400, body: `{"error":"illegal_argument","error_description":"This chatmessage request is not supported"}`},
		{status: 503, body: `{"error":"service_unavailable"}`},
	} {
		_, err := (&script{responses: []response{other}}).client(t, im.WithRetries(0)).Messages.GetHistoryURL(t.Context(), time.Now(), messages.HistoryOptions{Zone: time.UTC})
		require.Error(t, err)
		for reason := range kinds {
			require.NotErrorIs(t, err, reason, other.body)
		}
	}
}

// When clocks are set back an hour comes twice, and zones may begin theirs at half past.
func TestHistoryHourBegins(t *testing.T) {
	empty := response{status: 404, body: `{"error":"storage_object_not_found"}`}
	zone := func(name string) *time.Location {
		z, err := time.LoadLocation(name)
		require.NoError(t, err)
		return z
	}
	for _, c := range []struct {
		zone  *time.Location
		start time.Time
	}{
		{zone("America/New_York"), time.Date(2024, 11, 3, 5, 0, 0, 0, time.UTC)},
		{zone("America/New_York"), time.Date(2024, 11, 3, 6, 0, 0, 0, time.UTC)},
		{zone("Asia/Kolkata"), time.Date(2024, 6, 10, 8, 30, 0, 0, time.UTC)},
	} {
		for after, want := range map[time.Duration]error{
			-time.Second: messages.ErrHistoryFuture, 0: messages.ErrHistoryNotReady,
			25*time.Hour - time.Second: messages.ErrHistoryNotReady, 25 * time.Hour: messages.ErrHistoryEmpty,
		} {
			empty.header = http.Header{"Date": {c.start.Add(after).Format(http.TimeFormat)}}
			at := c.start.Add(time.Hour - 1)
			_, err := (&script{responses: []response{empty}}).client(t).Messages.GetHistoryURL(t.Context(), at, messages.HistoryOptions{Zone: c.zone})
			require.ErrorIs(t, err, want, "%s in %s after %s", c.start, c.zone, after)
		}
	}
}

// An address may have been made though there is no file, and end before it is used.
func TestHistoryWhoseFileIsNotThere(t *testing.T) {
	named := response{status: 200, body: `{"data":[{"url":"https://example.com/f"}]}`}
	notThere := `<Error><Code>NoSuchKey</Code></Error>`
	for _, c := range []struct {
		status int
		age    time.Duration
		want   error
	}{
		{404, 2 * time.Hour, messages.ErrHistoryNotReady},
		{404, 48 * time.Hour, im.ErrNotFound},
		{403, 2 * time.Hour, im.ErrForbidden},
	} {
		date := http.Header{"Date": {eight.Truncate(time.Hour).Add(c.age).Format(http.TimeFormat)}}
		server := &script{responses: []response{named, {status: c.status, header: date, body: notThere}}}
		err := wiretest.Last(server.client(t).Messages.ReadHistory(t.Context(), eight, messages.HistoryOptions{Zone: time.UTC}))
		require.ErrorIs(t, err, c.want)
		assert.Equal(t, errors.Is(c.want, messages.ErrHistoryNotReady), errors.Is(err, messages.ErrHistoryNotReady))
		require.NotErrorIs(t, err, messages.ErrHistoryEmpty, "nobody said so")
		assert.Len(t, server.requests, 2)
	}
}
