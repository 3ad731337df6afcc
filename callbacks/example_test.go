package callbacks_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

func Example() {
	h, err := callbacks.New(callbacks.Config{Secrets: []string{"rule-secret-1"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	callbacks.On(h, func(_ context.Context, e *callbacks.Recalled) error {
		fmt.Println("recalled:", e.RecalledID)
		return nil
	})
	// http.Handle("/im-callbacks", h) would serve it; here a test plays the IM server.
	w := httptest.NewRecorder()
	h.ServeHTTP(w, callbackstest.Request("rule-secret-1", callbackstest.Example(callbacks.KindMessageRecall)))
	fmt.Println(w.Code)
	// Output:
	// recalled: 1337058112345678901
	// 200
}

func ExampleRecover() {
	srv, err := imtest.Start()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	client, err := im.New(srv.Config())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	down := srv.Clock().Now().Add(-time.Hour)
	srv.AddStoredCallbacks(imtest.StoredCallbacks{Start: down, Size: 15}) // what the IM server could not deliver

	h, err := callbacks.New(callbacks.Config{Secrets: []string{"rule-secret-1"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	recovery, err := callbacks.Recover(context.Background(), client.Messages, h, down, callbacks.RecoverOptions{})
	fmt.Println(len(recovery.Resent), "set resent,", len(recovery.Holes), "holes, error:", err)
	// Output: 1 set resent, 0 holes, error: <nil>
}

func ExampleHandler_Decide() {
	h, err := callbacks.New(callbacks.Config{
		Secrets: []string{"rule-secret-1"},
		// The rule says that the IM server waits for 3 seconds.
		Decision: callbacks.Decision{Deadline: 2500 * time.Millisecond, Fallback: callbacks.Reject("try again later")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	h.Decide(func(_ context.Context, o *callbacks.Outgoing) callbacks.Verdict {
		if text := o.Record.Text(); strings.Contains(text, "parcel") {
			return callbacks.Rewrite(messages.Text(strings.ReplaceAll(text, "parcel", "******")))
		}
		return callbacks.Deliver()
	})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, callbackstest.Request("rule-secret-1", callbackstest.Example(callbacks.KindPreSendMessageFlat)))
	fmt.Println(w.Body)
	// Output: {"valid":true,"payload":{"msg":"the ****** is on its way","type":"txt"}}
}
