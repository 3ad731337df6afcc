package im_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
)

// lookUp stands in for Easemob's look-up server, which a program asks itself.
type lookUp struct{ srv *imtest.Server }

func (l lookUp) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == "rs.easemob.com" {
		r = r.Clone(r.Context())
		r.URL.Host = strings.TrimPrefix(l.srv.URL(), "https://")
	}
	return l.srv.HTTPClient().Transport.RoundTrip(r)
}

func ExampleWithHostLookup() {
	srv := imtest.NewServer(nil, imtest.WithTLS())
	defer srv.Close()
	srv.AddUsers("alice")
	client, err := im.New(im.Config{
		AppKey: "acme#demo", Platform: im.Easemob, // without a Host
		Token: im.ClientCredentials{ID: srv.ClientID(), Secret: srv.ClientSecret()},
	}, im.WithHostLookup(), im.WithHTTPClient(&http.Client{Transport: lookUp{srv}}))
	if err != nil {
		log.Fatal(err)
	}
	alice, err := client.Users.Get(context.Background(), "alice")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(alice.Username)
	// Output: alice
}

// A transport keeps as many idle connections as there are calls at once, and goes through
// the proxy of the environment.
func ExampleWithHTTPClient() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice")
	transport := &http.Transport{MaxIdleConnsPerHost: 64, Proxy: http.ProxyFromEnvironment}
	client := srv.Client(im.WithHTTPClient(&http.Client{Transport: transport}))
	_, err := client.Users.Get(context.Background(), "alice")
	fmt.Println(err)
	// Output: <nil>
}

// Attempts that are retried are logged at Warn, without names, tokens and bodies.
func ExampleWithLogger() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice")
	srv.Fault(imtest.OnEndpoint("users.get"), imtest.First(1), imtest.Unavailable(0))
	only := map[string]bool{slog.LevelKey: true, "endpoint": true, "status": true} // leave out times for this output
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: slog.LevelWarn,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if !only[a.Key] {
				return slog.Attr{}
			}
			return a
		},
	}))
	client := srv.Client(im.WithLogger(logger), im.WithMaxRetryWait(time.Millisecond))
	_, err := client.Users.Get(context.Background(), "alice")
	fmt.Println(err)
	// Output:
	// level=WARN endpoint=users.get status=503
	// <nil>
}

func ExampleWithUserAgent() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client := srv.Client(im.WithUserAgent("shop/2.1 im-go/" + im.Version))
	_, _ = client.Users.Get(context.Background(), "alice")
	fmt.Println(srv.Requests()[0].Header.Get("User-Agent") == "shop/2.1 im-go/"+im.Version)
	// Output: true
}

// A response that is longer than the program wants to hold fails.
func ExampleWithMaxResponse() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice")
	client := srv.Client(im.WithMaxResponse(200))
	_, err := client.Users.Get(context.Background(), "alice")
	fmt.Println(errors.Is(err, im.ErrTooLarge), errors.Is(err, im.ErrBadResponse))
	// Output: true true
}

func ExampleWithRetries() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.Fault(imtest.OnEndpoint("users.get"), imtest.Unavailable(0))
	client := srv.Client(im.WithRetries(1), im.WithMaxRetryWait(time.Millisecond))
	_, err := client.Users.Get(context.Background(), "alice")
	if failure, ok := errors.AsType[*im.Error](err); ok {
		fmt.Println(failure.Status, "after", failure.Attempts, "attempts")
	}
	// Output: 503 after 2 attempts
}

// A gateway of one's own keeps the quotas; calls wait only if the server asks for it.
func ExampleWithoutQuotas() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	client := srv.Client(im.WithoutQuotas())
	fmt.Println(len(client.Quotas()), "quotas")
	// Output: 0 quotas
}

// Within a cluster the way to a proxy may be plain; on any other network the token could be
// read.
func ExampleWithPlainHTTP() {
	config := im.Config{
		Host: "http://im-proxy.internal:8080", Org: "acme", App: "demo", Platform: im.Easemob,
		Token: im.ClientCredentials{ID: "YXA6...", Secret: "YXA6..."},
	}
	_, err := im.New(config)
	fmt.Println("rejected:", err != nil)
	client, err := im.New(config, im.WithPlainHTTP())
	fmt.Println(client, err)
	// Output:
	// rejected: true
	// im.Client(http://im-proxy.internal:8080/acme/demo) <nil>
}

// vault is a store for goroutines of one process. Package redisquota has one for a fleet.
type vault struct {
	mu    sync.Mutex
	token im.Token
	lock  sync.Mutex
}

func (v *vault) Load(context.Context, string) (im.Token, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.token, nil
}

func (v *vault) Save(_ context.Context, _ string, t im.Token) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.token = t
	return nil
}

func (v *vault) Drop(_ context.Context, _, value string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.token.Value == value {
		v.token = im.Token{}
	}
	return nil
}

func (v *vault) Lock(context.Context, string, time.Duration) (unlock func(), err error) {
	if !v.lock.TryLock() {
		return nil, nil // another has it
	}
	return v.lock.Unlock, nil
}

// Several clients need one token between them.
func ExampleSharedToken() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice")
	config, store := srv.Config(), &vault{}
	config.Token = im.SharedToken(store, config.Token)
	for range 3 {
		client, err := im.New(config)
		if err != nil {
			log.Fatal(err)
		}
		if _, err := client.Users.Get(context.Background(), "alice"); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(len(srv.RequestsTo("auth.app_token")), "token for 3 clients")
	// Output: 1 token for 3 clients
}

// Whoever can read the store cannot read the token.
func ExampleEncryptedTokens() {
	srv := imtest.NewServer(nil)
	defer srv.Close()
	srv.AddUsers("alice")
	config, store := srv.Config(), &vault{}
	_, err := im.EncryptedTokens(store, []byte("too short"))
	fmt.Println("rejected:", err != nil)
	sealed, err := im.EncryptedTokens(store, []byte("a key of 32 bytes, from a secret")) // the same in all processes
	if err != nil {
		log.Fatal(err)
	}
	config.Token = im.SharedToken(sealed, config.Token)
	client, err := im.New(config)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.Users.Get(context.Background(), "alice"); err != nil {
		log.Fatal(err)
	}
	sent := srv.RequestsTo("users.get")[0].Header.Get("Authorization")
	fmt.Println("stored as it is sent:", sent == "Bearer "+store.token.Value)
	// Output:
	// rejected: true
	// stored as it is sent: false
}
