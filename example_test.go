package im_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

func ExampleNew() {
	client, err := im.New(im.Config{
		Host: "a1.easemob.com", Org: "acme", App: "demo", Platform: im.Easemob,
		Token: im.ClientCredentials{ID: "YXA6...", Secret: "YXA6..."},
	}, im.WithTimeout(10*time.Second), im.WithQuotaShare(0.5))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	fmt.Println(client)
	// Output: im.Client(https://a1.easemob.com/acme/demo)
}

func ExampleError() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client := srv.Client()
	_, err := client.Users.Get(context.Background(), "nobody")
	fmt.Println(errors.Is(err, im.ErrNotFound))
	if failure, ok := errors.AsType[*im.Error](err); ok {
		fmt.Println(failure.Endpoint, failure.Status, failure.Code)
	}
	// Output:
	// true
	// users.get 404 service_resource_not_found
}

// A send whose response is lost is not retried, and says so.
func ExampleError_outcomeUnknown() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.Fault(imtest.OnEndpoint("messages.send_users"), imtest.First(1), imtest.CutAfterProcessing())
	client := srv.Client()
	_, err := client.Messages.SendToUsers(context.Background(), []string{"bob"}, messages.Message{Body: messages.Text("hi")})
	fmt.Println(errors.Is(err, im.ErrOutcomeUnknown))
	fmt.Println(len(srv.Messages("bob")), "message arrived all the same")
	// Output:
	// true
	// 1 message arrived all the same
}

func ExampleRaw() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUser(imtest.User{Username: "alice"})
	client := srv.Client()
	type status struct {
		Data map[string]string `json:"data"`
	}
	response, err := im.Raw[status](context.Background(), client, im.RawCall{
		Method: "GET", Path: "/users/{username}/status", Params: []string{"alice"}, Idempotent: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(response.Data)
	// Output: map[alice:offline]
}

// A span for each call, in the context that its attempts and a request for a token have.
func ExampleWithHook() {
	type span struct{}
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client := srv.Client(im.WithHook(func(ctx context.Context, info im.CallInfo) (context.Context, func(im.CallEnd)) {
		parent, _ := ctx.Value(span{}).(string)
		fmt.Printf("begin %s %s, within %q\n", info.Method, info.Path, parent)
		return context.WithValue(ctx, span{}, info.Endpoint), func(end im.CallEnd) {
			fmt.Println("end", info.Endpoint, end.Attempts, end.Status, end.Kind)
		}
	}))
	_, _ = client.Users.Get(context.Background(), "nobody")
	// Output:
	// begin GET /users/{username}, within ""
	// begin POST /token, within "users.get"
	// end auth.app_token 1 200 <nil>
	// end users.get 1 404 not found
}
