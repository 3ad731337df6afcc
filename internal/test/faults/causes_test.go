package faults

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

// errorsOfOthers are of calls that failed before, by what they say.
func errorsOfOthers(t *testing.T) map[string]*im.Error {
	t.Helper()
	emulated := newClient(t, imtest.NewServer(t))
	scarce, err := im.New(im.Config{Host: "http://127.0.0.1:1", Org: "acme", App: "demo", Platform: im.Agora, Token: im.StaticToken("a-token")},
		im.WithQuota("messages.send_users", im.Quota{N: 1, Per: time.Hour, Items: true}))
	require.NoError(t, err)
	all := map[string]*im.Error{}
	note := func(name string, err error) {
		failure, ok := errors.AsType[*im.Error](err)
		require.True(t, ok, "%s: %v", name, err)
		all[name] = failure
	}
	note("not found", getAlice(t.Context(), emulated))
	_, err = scarce.Messages.SendToUsers(t.Context(), []string{"alice", "bob"}, messages.Message{Body: messages.Text("hi")})
	note("never granted", err)
	note("timeout", sendToBob(t.Context(), at(t, deafServer(t, "http"), nil, im.WithTimeout(time.Millisecond), im.WithRetries(0))))
	return all
}

// The context of an errgroup ends with the error of the call that failed first. It is not taken for that of the calls
// which it ends: nobody has said that their user does not exist, nor what became of their message.
func TestCauseOfTheContextIsNotTheErrorOfTheCall(t *testing.T) {
	t.Cleanup(func() { time.Sleep(stuck) }) // until the source that hangs returns
	inFlight := func(options ...imtest.Option) func(*testing.T) *im.Client {
		return func(t *testing.T) *im.Client {
			srv := imtest.NewServer(t, options...)
			srv.Fault(imtest.OnEndpoint("messages.send_users"), imtest.Delay(time.Hour))
			return srv.Client()
		}
	}
	sends := []place{{"send", inFlight(), sendToBob}, {"send over TLS", inFlight(imtest.WithTLS()), sendToBob}, {"send over HTTP/2", inFlight(imtest.WithHTTP2()), sendToBob}}
	for _, p := range append(sends, places...) {
		for name, cause := range errorsOfOthers(t) {
			t.Run(p.name+"/"+name, func(t *testing.T) {
				before := *cause
				call := p.call
				if call == nil {
					call = getAlice
				}
				client := p.make(t)
				ctx, cancel := context.WithCancelCause(t.Context())
				first := errors.New("the first call failed")
				why := fmt.Errorf("%w: %w", first, cause)
				time.AfterFunc(30*time.Millisecond, func() { cancel(why) })
				err := call(ctx, client)
				for _, wanted := range []error{im.ErrCanceled, context.Canceled, why, first, cause} {
					require.ErrorIs(t, err, wanted)
				}
				failure, _ := errors.AsType[*im.Error](err)
				require.NotSame(t, cause, failure)
				assert.Equal(t, before, *cause, "the other call has its error still")
				assert.Equal(t, im.ErrCanceled, failure.Kind())
				for _, kind := range []error{im.ErrNotFound, im.ErrInvalidArgument} {
					assert.NotErrorIs(t, err, kind)
				}
				if p.call == nil {
					assert.NotErrorIs(t, err, im.ErrOutcomeUnknown, "of a read")
				}
				if strings.HasPrefix(p.name, "send") {
					assert.ErrorIs(t, err, im.ErrOutcomeUnknown)
				}
			})
		}
	}
}

// A cause that reads like the word of a server is the caller's all the same.
func TestCauseIsNotTheWordOfTheServer(t *testing.T) {
	client := clientAt(t, deafServer(t, "http"), im.StaticToken("a-token"))
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(30*time.Millisecond, func() { cancel(errors.New("http2: client conn not usable")) })
	require.ErrorIs(t, sendToBob(ctx, client), im.ErrOutcomeUnknown)
}

// What a batch reported that failed in part is not reported of the call that was cancelled because of it.
func TestCauseLendsNoPartialFailure(t *testing.T) {
	client := clientAt(t, deafServer(t, "http"), im.StaticToken("a-token"))
	ctx, cancel := context.WithCancelCause(t.Context())
	partial := batch.Result{{ID: "bob", Err: errors.New("taken")}}.Err()
	time.AfterFunc(30*time.Millisecond, func() { cancel(partial) })
	err := getAlice(ctx, client)
	require.ErrorIs(t, err, partial)
	assert.NotErrorIs(t, err, im.ErrPartial)
	_, found := errors.AsType[*batch.Error](err)
	assert.False(t, found)
}

// A source that is a download, say, may fail with the error of that call.
func TestErrorOfASourceIsNotThatOfTheUpload(t *testing.T) {
	for name, cause := range errorsOfOthers(t) {
		t.Run(name, func(t *testing.T) {
			before := *cause
			client := newClient(t, imtest.NewServer(t))
			_, err := client.Messages.UploadFile(t.Context(), file.Source{
				Name: "a.txt", Size: 3, Open: func() (io.ReadCloser, error) { return nil, cause },
			}, messages.UploadOptions{})
			require.ErrorIs(t, err, cause)
			failure, _ := errors.AsType[*im.Error](err)
			assert.Equal(t, "messages.upload_file", failure.Endpoint)
			assert.Equal(t, "Open", failure.Field)
			assert.Equal(t, before, *cause)
		})
	}
}
