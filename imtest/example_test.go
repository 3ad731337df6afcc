package imtest_test

import (
	"encoding/json"
	"fmt"

	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/imtest/event"
)

// What clients do has no call in the API: a test does it for them.
func ExampleServer_SendAs() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob")
	_, err := srv.SendAs("alice", imtest.ClientMessage{To: "bob", Text: "Hello!"})
	fmt.Println(err)

	srv.LogIn("alice", imtest.Device{ID: "android_1"})
	_, err = srv.SendAs("alice", imtest.ClientMessage{To: "bob", Text: "Hello!"})
	fmt.Println(err, srv.Messages("bob")[0].Text())

	srv.AddBlocked("bob", "alice")
	_, err = srv.SendAs("alice", imtest.ClientMessage{To: "bob", Type: "custom", Body: json.RawMessage(`{"customEvent":"wave"}`)})
	fmt.Println(err)
	// Output:
	// imtest: alice cannot send: the user is not logged in: alice
	// <nil> Hello!
	// imtest: alice cannot send: the receiver has blocked the sender: bob
}

// Receipts change nothing but what is unread: they are events.
func ExampleServer_ReadAs() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob")
	srv.LogIn("alice")
	srv.LogIn("bob")
	sent, err := srv.SendAs("alice", imtest.ClientMessage{To: "bob", Text: "Hello!"})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := srv.ReadAs("bob", sent.ID, ""); err != nil {
		fmt.Println(err)
	}
	for e := range srv.Events() {
		if read, ok := e.Data.(event.MessageRead); ok {
			fmt.Println(read.By, "has read", read.Message.Text())
		}
	}
	// Output: bob has read Hello!
}

func ExampleServer_Moderate() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice", "bob")
	srv.LogIn("alice")
	sent, err := srv.SendAs("alice", imtest.ClientMessage{To: "bob", Text: "Buy now!"})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = srv.Moderate(sent.ID, imtest.Moderation{Result: event.VerdictReject, Risk: "advertising"})
	fmt.Println(err, len(srv.Messages("bob")))
	// Output: <nil> 0
}
