package callbacks_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
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

func ExampleHandler_Decide() {
	h, err := callbacks.New(callbacks.Config{
		Secrets:  []string{"rule-secret-1"},
		Decision: callbacks.Decision{Deadline: 100 * time.Millisecond, Fallback: callbacks.Reject("try again later")},
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
