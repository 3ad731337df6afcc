package faults

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

// stage is a server, a client of it, and what a call needs.
type stage struct {
	srv    *imtest.Server
	client *im.Client
	group  string // whose owner is alice
	file   string // uuid of a restricted file
	secret string // of that file
	dir    string
}

const (
	alicePassword = "alices-first-secret"
	newPassword   = "alices-second-secret"
	fileText      = "what is in the file, from its first to its last byte"
)

// kind is one kind of endpoint.
type kind struct {
	name       string
	endpoint   string // which the fault strikes
	idempotent bool
	streams    bool // a file goes one way or the other: the timeout is for progress
	do         func(context.Context, *stage) error
	effects    func(*stage) int // how often the server has done it; nil: nothing to see
}

var kinds = []kind{
	{name: "idempotent read", endpoint: "users.get", idempotent: true, do: readUser},
	{
		name: "idempotent write", endpoint: "users.set_password", idempotent: true,
		do: func(ctx context.Context, s *stage) error {
			return s.client.Users.SetPassword(ctx, "alice", newPassword)
		},
		effects: func(s *stage) int { u, _ := s.srv.User("alice"); return count(u.Password == newPassword) },
	},
	{
		name: "non-idempotent write", endpoint: "messages.send_users",
		do: func(ctx context.Context, s *stage) error {
			_, err := s.client.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{Body: messages.Text("hi")})
			return err
		},
		effects: func(s *stage) int { return len(s.srv.Messages("bob")) },
	},
	{
		name: "idempotent batch", endpoint: "contacts.block_add", idempotent: true,
		do: func(ctx context.Context, s *stage) error {
			_, err := s.client.Contacts.Block(ctx, "alice", []string{"bob", "carol"})
			return err
		},
		effects: func(s *stage) int { return len(s.srv.Blocked("alice")) / 2 },
	},
	{
		name: "batch", endpoint: "groups.add_members",
		do: func(ctx context.Context, s *stage) error {
			_, err := s.client.Groups.AddMembers(ctx, s.group, []string{"bob", "carol"}, groups.MemberOptions{})
			return err
		},
		effects: func(s *stage) int { g, _ := s.srv.Group(s.group); return (len(g.Members) - 1) / 2 },
	},
	{
		name: "upload", endpoint: "messages.upload_file", streams: true,
		do: func(ctx context.Context, s *stage) error {
			_, err := s.client.Messages.UploadFile(ctx, file.Bytes("b.txt", []byte(fileText)), messages.UploadOptions{Restricted: true})
			return err
		},
		effects: func(s *stage) int { return len(s.srv.Files()) - 1 },
	},
	{name: "download", endpoint: "messages.download_file", idempotent: true, streams: true, do: saveFile},
	{name: "token", endpoint: "auth.app_token", idempotent: true, do: readUser},
}

func count(done bool) int {
	if done {
		return 1
	}
	return 0
}

func readUser(ctx context.Context, s *stage) error {
	u, err := s.client.Users.Get(ctx, "alice")
	if err == nil && u.Username != "alice" {
		return fmt.Errorf("got %q", u.Username)
	}
	return err
}

func saveFile(ctx context.Context, s *stage) error {
	path := filepath.Join(s.dir, "copy.txt")
	_, err := s.client.Messages.SaveFile(ctx, s.file, path, messages.DownloadOptions{Secret: s.secret})
	if err != nil {
		return err
	}
	return sameFile(path, fileText)
}

// trouble is one fault, and what it means.
type trouble struct {
	name  string
	fault imtest.Fault
	set   func(*stage) // where it is no matter of one call

	retried retried // which calls are retried
	kind    error   // of a call that is not
	done    bool    // the call was carried out all the same
	unknown bool    // a call that is not retried cannot know

	options  []im.Option
	harmless bool              // everybody succeeds at the first attempt
	skip     map[string]string // kinds for which it has no meaning, and why
}

// retried says which calls are retried after a fault.
type retried int

const (
	never retried = iota
	idempotent
	always
)

// tryTimeout is for the faults that last longer; the others must not depend on how
// fast the machine is.
const tryTimeout = 400 * time.Millisecond

var impatient = []im.Option{im.WithTimeout(tryTimeout)}

var troubles = []trouble{
	{name: "refused connection", set: refuseForAWhile, retried: always, kind: im.ErrUnavailable, options: []im.Option{im.WithMaxRetryWait(time.Second)}},
	{name: "cut before processing", fault: imtest.CutBeforeProcessing(), retried: idempotent, kind: im.ErrUnavailable, unknown: true},
	{name: "cut after processing", fault: imtest.CutAfterProcessing(), retried: idempotent, kind: im.ErrUnavailable, unknown: true, done: true},
	{name: "cut in the response", fault: imtest.CutInResponse(), retried: idempotent, kind: im.ErrUnavailable, unknown: true, done: true},
	{name: "delay beyond the timeout", fault: imtest.Delay(time.Hour), retried: idempotent, kind: im.ErrUnavailable, unknown: true, done: true, options: impatient},
	{
		name: "trickle", fault: imtest.Trickle(10 * time.Millisecond), retried: idempotent, kind: im.ErrUnavailable, unknown: true, done: true, options: impatient,
		skip: map[string]string{"download": "it makes progress, so it succeeds: TestSlowTransfers of package im"},
	},
	{name: "429", fault: imtest.RateLimited(), retried: always, kind: im.ErrRateLimited},
	{name: "403", fault: imtest.MessagesLimited(), retried: always, kind: im.ErrRateLimited},
	{name: "plan limit", fault: imtest.PlanLimited(), retried: never, kind: im.ErrPlanLimit},
	{name: "500", fault: imtest.ServerError(), retried: never, kind: im.ErrInternal, unknown: true},
	{name: "502 as HTML", fault: imtest.BadGateway(), retried: idempotent, kind: im.ErrUnavailable, unknown: true},
	{
		name: "503 with Retry-After", fault: imtest.Unavailable(time.Second), retried: idempotent, kind: im.ErrUnavailable, unknown: true,
		options: []im.Option{im.WithMaxRetryWait(2 * time.Second)},
	},
	{name: "503 with long Retry-After", fault: imtest.Unavailable(time.Hour), retried: never, kind: im.ErrUnavailable, unknown: true},
	{
		name: "truncated JSON", fault: imtest.TruncatedJSON(), retried: idempotent, kind: im.ErrBadResponse, unknown: true, done: true,
		skip: map[string]string{"download": "its response is no JSON; a file cut off is 'cut in the response'"},
	},
	{name: "wrong content type", fault: imtest.WrongContentType(), harmless: true},
	{
		name: "huge body", fault: imtest.HugeBody(1 << 20), retried: never, kind: im.ErrTooLarge, unknown: true, done: true,
		options: []im.Option{im.WithMaxResponse(64 << 10)},
		skip:    map[string]string{"download": "files have no limit: they stream"},
	},
	{name: "expired token", fault: imtest.ExpiredToken(), retried: always, kind: im.ErrUnauthorized},
	{name: "clock skew", fault: imtest.ClockSkew(100 * 24 * time.Hour), retried: always, kind: im.ErrUnauthorized, skip: map[string]string{
		"download": "the file has expired after that time, too", "token": "a token made after the jump is good",
	}},
}

// Every kind of endpoint under every fault on every road: what the caller is told, and what the
// server holds. Nothing that is said or logged on the way shows a secret.
func TestPromiseMatrix(t *testing.T) {
	said := new(transcript)
	cells := make(map[string]bool)
	onEachRoad(t, func(t *testing.T, r road) {
		for _, tr := range troubles {
			for _, k := range kinds {
				if tr.skip[k.name] != "" {
					continue
				}
				cells[tr.name+k.name+r.name] = true
				t.Run(tr.name+"/"+k.name, func(t *testing.T) {
					t.Parallel()
					once(t, said, r, k, tr)
				})
				if tr.passes() || tr.mild(k) {
					continue
				}
				t.Run(tr.name+", always/"+k.name, func(t *testing.T) {
					t.Parallel()
					forGood(t, said, r, k, tr)
				})
			}
		}
	})
	said.holdsNoSecret(t)
	t.Logf("%d cells on three roads, each broken once and, where it does not pass, for good; %d bytes of log and error texts hold none of %d secrets", len(cells), said.Len(), len(said.secrets))
}

// once breaks the first call. What may be retried succeeds.
func once(t *testing.T, said *transcript, r road, k kind, tr trouble) {
	s := newStage(t, said, r, tr.options...)
	if k.name != "token" {
		require.NoError(t, readUser(t.Context(), s), "so that there is a token")
	}
	before := len(s.srv.RequestsTo(k.endpoint))
	tr.strike(s, k, imtest.First(1))
	err := k.do(t.Context(), s)
	said.note(err, s)

	succeeds := tr.harmless || tr.retried == always || tr.retried == idempotent && k.idempotent || tr.mild(k)
	if succeeds {
		require.NoError(t, err)
		if k.effects != nil {
			assert.Equal(t, 1, k.effects(s), "the server has done it once")
		}
		return
	}
	tr.checkError(t, k, err)
	if tr.fault != nil { // the server may note a call later than its client gives up
		sentOnce := func() bool { return len(s.srv.RequestsTo(k.endpoint))-before == 1 }
		assert.Eventually(t, sentOnce, time.Minute, time.Millisecond, "sent once")
	}
	tr.checkEffects(t, k, s)
}

// forGood breaks every call. The attempts end, with an error that says what is known.
func forGood(t *testing.T, said *transcript, r road, k kind, tr trouble) {
	s := newStage(t, said, r, append(tr.options, im.WithMaxRetryWait(20*time.Millisecond))...)
	if k.name != "token" {
		require.NoError(t, readUser(t.Context(), s))
	}
	tr.strike(s, k, imtest.First(1000))
	err := k.do(t.Context(), s)
	said.note(err, s)
	tr.checkError(t, k, err)
	tr.checkEffects(t, k, s)
}

// passes reports whether a fault is over by itself.
func (tr *trouble) passes() bool { return tr.set != nil || tr.harmless || tr.name == "clock skew" }

// mild reports whether a fault does not hurt this kind of endpoint: a token call
// carries no token.
func (tr *trouble) mild(k kind) bool { return tr.name == "expired token" && k.name == "token" }

func (tr *trouble) strike(s *stage, k kind, when imtest.Fault) {
	if tr.set != nil {
		tr.set(s)
		return
	}
	s.srv.Fault(imtest.OnEndpoint(k.endpoint), when, tr.fault)
}

func (tr *trouble) checkError(t *testing.T, k kind, err error) {
	t.Helper()
	require.ErrorIs(t, err, tr.kind)
	failure, ok := errors.AsType[*im.Error](err)
	require.True(t, ok, "%T", err)
	if k.name != "token" {
		assert.Equal(t, k.endpoint, failure.Endpoint)
	}
	assert.Equal(t, tr.unknown && !k.idempotent, errors.Is(err, im.ErrOutcomeUnknown), "%v", err)
}

// checkEffects compares what the server holds with what the caller was told.
func (tr *trouble) checkEffects(t *testing.T, k kind, s *stage) {
	t.Helper()
	if k.effects == nil {
		return
	}
	want := count(tr.done)
	assert.Eventually(t, func() bool { return k.effects(s) == want }, time.Minute, time.Millisecond, "the server has done it %d times", k.effects(s))
}

func refuseForAWhile(s *stage) {
	s.client.Close() // a connection that breaks under a call is another fault
	s.srv.RefuseConnections()
	time.AfterFunc(50*time.Millisecond, func() { _ = s.srv.AcceptConnections() }) // not after the test: a closed server stays so
}

func newStage(t *testing.T, said *transcript, r road, options ...im.Option) *stage {
	t.Helper()
	srv := imtest.NewServer(t, r.options...)
	srv.AddUser(imtest.User{Username: "alice", Password: alicePassword})
	srv.AddUsers("bob", "carol")
	s := &stage{srv: srv, dir: t.TempDir()}
	logger := slog.New(slog.NewTextHandler(said, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s.client = newClient(t, srv, append([]im.Option{
		im.WithMaxRetryWait(20 * time.Millisecond), im.WithLogger(logger),
		im.WithObserver(func(_ context.Context, e im.Event) { fmt.Fprintf(said, "%v %+v %#v\n", e, e, e) }),
	}, options...)...)

	setup := newClient(t, srv) // with a token of its own
	f, err := setup.Messages.UploadFile(t.Context(), file.Bytes("a.txt", []byte(fileText)), messages.UploadOptions{Restricted: true})
	require.NoError(t, err)
	s.file, s.secret = f.UUID, f.Secret
	s.group, err = setup.Groups.Create(t.Context(), groups.NewGroup{Name: "g", Owner: "alice"})
	require.NoError(t, err)
	setup.Close()
	return s
}

// transcript is all that the client says, and the secrets that it must not say.
type transcript struct {
	mu      sync.Mutex
	buf     bytes.Buffer
	secrets map[string]string // secret: what it is
}

func (tr *transcript) Write(p []byte) (int, error) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.buf.Write(p)
}

func (tr *transcript) Len() int {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.buf.Len()
}

// note writes an error in all its forms, and learns the secrets of a stage.
func (tr *transcript) note(err error, s *stage) {
	fmt.Fprintf(tr, "%v %+v %#v %q %s\n", err, err, err, err, s.client)
	for e := err; e != nil; e = errors.Unwrap(e) {
		fmt.Fprintf(tr, "%v %+v %#v\n", e, e, e)
	}
	slog.New(slog.NewJSONHandler(tr, nil)).Error("failed", "err", err, "client", s.client)
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if tr.secrets == nil {
		tr.secrets = make(map[string]string)
	}
	tr.secrets[s.srv.ClientSecret()], tr.secrets[s.secret] = "client secret", "share secret"
	tr.secrets[alicePassword], tr.secrets[newPassword] = "password", "password"
	for _, f := range s.srv.Files() {
		tr.secrets[f.ShareSecret] = "share secret"
	}
	for _, r := range s.srv.Requests() {
		if token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "); token != "" {
			tr.secrets[token] = "token"
		}
	}
}

func (tr *transcript) holdsNoSecret(t *testing.T) {
	t.Helper()
	text := tr.buf.String()
	assert.NotEmpty(t, text)
	for secret, what := range tr.secrets {
		require.NotEmpty(t, secret, what)
		at := strings.Index(text, secret)
		if at >= 0 {
			t.Errorf("a %s was shown: %s", what, text[max(0, at-200):min(len(text), at+len(secret)+50)])
		}
	}
}

func sameFile(path, want string) error {
	r, err := file.Path(path)
	if err != nil {
		return err
	}
	rc, err := r.Open()
	if err != nil {
		return err
	}
	defer rc.Close()
	got, err := io.ReadAll(rc)
	if err == nil && string(got) != want {
		return fmt.Errorf("the file holds %q", got)
	}
	return err
}
