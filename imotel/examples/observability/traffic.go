package main

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"net/http"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/imotel"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/users"
)

// ruleSecret signs the callbacks of the example.
const ruleSecret = "the-secret-of-a-callback-rule"

// traffic makes rounds of calls and callbacks against an emulator until ctx ends.
func traffic(ctx context.Context, telemetry *imotel.Telemetry, every time.Duration) error {
	srv, err := imtest.Start()
	if err != nil {
		return err
	}
	defer srv.Close()
	// So that there is something to see: a refusal, a lost response and a slow one now and then.
	srv.Fault(imtest.OnEndpoint("messages.send_users"), imtest.Every(17), imtest.RateLimited())
	srv.Fault(imtest.OnEndpoint("messages.send_groups"), imtest.Every(7), imtest.CutAfterProcessing())
	srv.Fault(imtest.OnEndpoint("users.get"), imtest.Every(5), imtest.Delay(60*time.Millisecond))
	srv.Fault(imtest.OnEndpoint("users.get"), imtest.Every(11), imtest.ExpiredToken())

	client, err := telemetry.NewClient(srv.Config())
	if err != nil {
		return err
	}
	defer client.Close()
	handler, err := receiver(telemetry)
	if err != nil {
		return err
	}
	for round := 0; ctx.Err() == nil; round++ {
		if err := calls(ctx, client, round); !given(err) && ctx.Err() == nil {
			return err
		}
		if err := job(ctx, telemetry, client, round); !given(err) && ctx.Err() == nil {
			return err
		}
		post(handler, round)
		select {
		case <-time.After(every):
		case <-ctx.Done():
		}
	}
	return nil
}

// calls are those of the quickstart, in short.
func calls(ctx context.Context, client *im.Client, round int) error {
	alice, bob := fmt.Sprint("alice-", round), fmt.Sprint("bob-", round)
	for _, name := range []string{alice, bob} {
		if _, err := client.Users.Register(ctx, users.NewUser{Username: name, Password: "S3cret.pass"}); err != nil {
			return err
		}
	}
	picture, err := client.Messages.UploadFile(ctx, file.Bytes("sun.png", []byte("not really a picture")), messages.UploadOptions{})
	if err != nil {
		return err
	}
	for _, body := range []messages.Body{messages.Text("The kettle is on."), messages.Attach(picture.Attachment()), messages.Command("refresh-config")} {
		if _, err := client.Messages.SendToUsers(ctx, []string{bob}, messages.Message{From: alice, Body: body}); err != nil {
			return err
		}
	}
	if _, err := client.Messages.DownloadFile(ctx, picture.UUID, new(bytes.Buffer), messages.DownloadOptions{}); err != nil {
		return err
	}
	if _, err := client.Users.Get(ctx, alice); err != nil {
		return err
	}
	_, missing := client.Users.Get(ctx, "nobody")
	_, lost := client.Messages.SendToGroups(ctx, []string{"182634157899777"}, messages.Message{From: alice, Body: messages.Text("hi")})
	for _, err := range []error{missing, lost} {
		if !given(err) {
			return err
		}
	}
	return nil
}

// job registers a few users, one of whom there is already.
func job(ctx context.Context, telemetry *imotel.Telemetry, client *im.Client, round int) error {
	names := iter.Seq2[users.NewUser, error](func(yield func(users.NewUser, error) bool) {
		for _, name := range []string{"alice-0", fmt.Sprint("carol-", round), fmt.Sprint("dave-", round)} {
			if !yield(users.NewUser{Username: name, Password: "S3cret.pass"}, nil) {
				return
			}
		}
	})
	_, err := batch.Run(ctx, names, imotel.Job(telemetry, "register", client.Users.RegisterJob()))
	return err
}

// receiver takes the callbacks.
func receiver(telemetry *imotel.Telemetry) (http.Handler, error) {
	h, err := callbacks.New(telemetry.Callbacks(callbacks.Config{Secrets: []string{ruleSecret}}))
	if err != nil {
		return nil, err
	}
	callbacks.On(h, func(context.Context, *callbacks.Recalled) error { return nil })
	h.Decide(func(_ context.Context, o *callbacks.Outgoing) callbacks.Verdict {
		if o.CallID == rejected {
			return callbacks.Reject("not here")
		}
		return callbacks.Deliver()
	})
	return telemetry.Receive(h), nil
}

// rejected is the call id of messages that the example rejects.
const rejected = "rejected"

// post plays the IM server: a decision, and an event that comes twice; now and then somebody else calls.
func post(h http.Handler, round int) {
	now := time.Now().Add(-300 * time.Millisecond).UnixMilli()
	id := fmt.Sprint("call-", round)
	event := callbackstest.Example(callbacks.KindMessageRecall).With("callId", id).With("timestamp", now)
	message := callbackstest.Example(callbacks.KindPreSendMessageFlat).With("callId", id).With("timestamp", now)
	if round%3 == 2 {
		message = message.With("callId", rejected)
	}
	for _, body := range []callbackstest.Body{message, event, event} {
		h.ServeHTTP(discard{}, callbackstest.Request(ruleSecret, body))
	}
	if round%10 == 4 {
		h.ServeHTTP(discard{}, callbackstest.Request("a guess", event))
	}
}

// discard is a response that nobody reads.
type discard struct{ http.ResponseWriter }

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}
