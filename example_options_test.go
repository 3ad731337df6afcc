package im_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"sync"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
)

func ExampleConfigFromEnv() {
	for name, value := range map[string]string{
		"IM_HOST": "a1.easemob.com", "IM_APP_KEY": "acme#demo", "IM_CLIENT_ID": "YXA6...", "IM_CLIENT_SECRET": "",
	} {
		os.Setenv(name, value)
		defer os.Unsetenv(name)
	}
	_, err := im.ConfigFromEnv()
	if wrong, ok := errors.AsType[*im.ConfigError](err); ok {
		fmt.Println(wrong.Field, wrong.Problem)
	}
	os.Setenv("IM_CLIENT_SECRET", "YXA6...")
	config, err := im.ConfigFromEnv()
	fmt.Println(config.Host, config.AppKey, err)
	// Output:
	// IM_CLIENT_SECRET is not set
	// a1.easemob.com acme#demo <nil>
}

func ExampleClient_Check() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	config := srv.Config()
	config.AppKey, config.Org, config.App = "", srv.Org(), "typo"
	client, err := im.New(config)
	if err != nil {
		log.Fatal(err)
	}
	err = client.Check(context.Background())
	fmt.Println(errors.Is(err, im.ErrAppNotFound))
	// Output: true
}

func ExampleClient_UserToken() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	config := srv.Config()
	config.Token = im.AppCertificate{AppID: srv.AppID(), Certificate: srv.Certificate()} // Agora: made locally
	client, err := im.New(config)
	if err != nil {
		log.Fatal(err)
	}
	token, err := client.UserToken(context.Background(), "alice", im.UserTokenOptions{TTL: time.Hour})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(token.Username, time.Until(token.Expires).Round(time.Minute), len(srv.Requests()), "requests")
	// Output: alice 1h0m0s 0 requests
}

func ExampleClient_Quotas() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client := srv.Client()
	_, _ = client.Users.Get(context.Background(), "alice")
	for _, pool := range client.Quotas() {
		if pool.Pool == "users.get" {
			fmt.Println(pool.Windows[0].N, "per", pool.Windows[0].Per, "granted:", pool.Granted)
		}
	}
	// Output: 100 per 1s granted: 1
}

// An app that has bought more, of which this process may use two fifths.
func ExampleWithQuota() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client := srv.Client(im.WithQuota("users.get", im.Quota{N: 500, Per: time.Second}), im.WithQuotaShare(0.4))
	for _, pool := range client.Quotas() {
		if pool.Pool == "users.get" {
			fmt.Println(pool.Windows[0].N, "per", pool.Windows[0].Per)
		}
	}
	// Output: 200 per 1s
}

// counter is a store for goroutines of one process. Package redisquota has one for a
// fleet.
type counter struct {
	mu    sync.Mutex
	taken map[string]int
}

func (c *counter) Take(_ context.Context, _, pool string, takes []im.QuotaTake) (time.Duration, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range takes {
		if !t.Renew && c.taken[pool]+t.Cost > t.N {
			return t.Per, nil // nothing is taken
		}
	}
	for _, t := range takes {
		c.taken[pool] += t.Cost
		time.AfterFunc(t.Per+t.Slack, func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.taken[pool] -= t.Cost
		})
	}
	return 0, nil
}

func (c *counter) Pause(context.Context, string, string, time.Duration) error { return nil }

func ExampleWithQuotaStore() {
	store := &counter{taken: make(map[string]int)}
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client := srv.Client(im.WithQuotaStore(store), im.WithQuotaFallback(0.5))
	for range 3 {
		_, _ = client.Users.Get(context.Background(), "nobody")
	}
	store.mu.Lock()
	defer store.mu.Unlock()
	fmt.Println(store.taken["users.get"] >= 3)
	// Output: true
}

// A nightly job gets what the calls of users leave over.
func ExampleWithLane() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client := srv.Client(im.WithHook(func(ctx context.Context, info im.CallInfo) (context.Context, func(im.CallEnd)) {
		if info.Endpoint == "users.get" {
			fmt.Println("in the background:", info.Lane == im.Background)
		}
		return ctx, nil
	}))
	srv.AddUsers("alice")
	nightly := im.WithLane(context.Background(), im.Background)
	_, err := client.Users.Get(nightly, "alice")
	fmt.Println(err)
	// Output:
	// in the background: true
	// <nil>
}

func ExampleWithResponse() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client := srv.Client()
	srv.AddUsers("alice")
	var response im.Response
	if _, err := client.Users.Get(im.WithResponse(context.Background(), &response), "alice"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(response.Status, response.Action, len(response.Body) > 0)
	// Output: 200 get true
}

func ExampleWithoutRetry() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client := srv.Client()
	srv.Fault(imtest.OnEndpoint("users.get"), imtest.Unavailable(0))
	_, err := client.Users.Get(im.WithoutRetry(context.Background()), "alice")
	if failure, ok := errors.AsType[*im.Error](err); ok {
		fmt.Println(failure.Status, failure.Attempts)
	}
	// Output: 503 1
}

func ExampleWithObserver() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client := srv.Client(im.WithMaxRetryWait(time.Millisecond), im.WithObserver(func(_ context.Context, e im.Event) {
		if e.Endpoint == "users.get" {
			fmt.Println("attempt", e.Attempt, "status", e.Status, "retried", e.Retried)
		}
	}))
	srv.AddUsers("alice")
	srv.Fault(imtest.OnEndpoint("users.get"), imtest.First(1), imtest.Unavailable(0))
	_, err := client.Users.Get(context.Background(), "alice")
	fmt.Println(err)
	// Output:
	// attempt 1 status 503 retried true
	// attempt 2 status 200 retried false
	// <nil>
}

// A function that keeps its token returns another once the server has refused it.
func ExampleTokenFunc() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	own := im.AppCertificate{AppID: srv.AppID(), Certificate: srv.Certificate()}
	var kept im.Token
	config := srv.Config()
	config.Token = im.TokenFunc(func(ctx context.Context) (token im.Token, err error) {
		if kept.Value == "" || kept.Value == im.RefusedToken(ctx) {
			kept, err = own.AppToken() // from a vault, say
		}
		return kept, err
	})
	client, err := im.New(config)
	if err != nil {
		log.Fatal(err)
	}
	srv.AddUsers("alice")
	for range 2 {
		_, err = client.Users.Get(context.Background(), "alice")
		fmt.Println(err)
		srv.ExpireTokens()
	}
	// Output:
	// <nil>
	// <nil>
}
