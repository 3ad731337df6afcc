package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/users"
)

const hush = "hush-hush-hush"

// secretName finds fields that hold what nobody must see.
var secretName = regexp.MustCompile(`(?i)secret|password|token|certificate$|credential|privatekey`)

// noSecret are fields of such names that are none, and why.
var noSecret = map[string]string{
	"im.Config.Token": "a TokenProvider: its kinds are tested one by one",
	"im.TokenKind":    "how a token is made",
}

// No way of printing any exported type of any package shows a secret in it.
func TestPromiseNoTypePrintsSecrets(t *testing.T) {
	known := exportedTypes(t)
	for _, extra := range []any{
		im.Token{}, im.UserToken{}, im.ClientCredentials{}, im.AppCertificate{}, im.Config{}, im.Error{}, im.ConfigError{}, im.RawCall{},
		im.Response{}, im.Event{}, im.CallInfo{}, im.CallEnd{}, im.Quota{}, im.RESTHost{}, im.UserTokenOptions{}, im.Client{}, batch.Error{}, batch.Reason{},
		im.Foreground, im.Agora, batch.Result{}, batch.None{}, batch.Item[batch.None]{}, im.TokenFunc(nil), im.WithoutQuotas(), im.QuotaTake{}, im.QuotaStoreWarning{}, im.TokenInfo{},
		batch.Row{}, batch.Summary{}, batch.Estimate{}, batch.PoolEstimate{}, batch.RunError{}, batch.SourceError{}, batch.JournalError{},
	} {
		collect(reflect.TypeOf(extra), known)
	}
	collect(reflect.TypeFor[im.Client](), known)
	collect(reflect.TypeFor[im.TokenProvider](), known)
	for _, body := range bodies {
		collect(reflect.TypeOf(body), known)
	}
	for _, kind := range callbackTypes {
		collect(kind, known)
	}

	secrets, types := 0, 0
	for _, name := range slices.Sorted(keys(known)) {
		kind := known[name]
		if !assert.NotNil(t, kind, "%s is not reached from im.Client: add it here", name) {
			continue
		}
		if kind.Kind() == reflect.Interface {
			continue // what it holds has a type of its own
		}
		types++
		v := reflect.New(kind).Elem()
		fillSecrets(v, name, 0, &secrets)
		for _, form := range []any{v.Interface(), v.Addr().Interface(), []any{v.Interface()}, map[string]any{"v": v.Interface()}, struct{ V any }{v.Interface()}} {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
				assert.NotContains(t, fmt.Sprintf(verb, form), hush, "%s with %s", name, verb)
			}
		}
		var text strings.Builder
		slog.New(slog.NewTextHandler(&text, nil)).Info("x", "v", v.Interface(), "p", v.Addr().Interface())
		slog.New(slog.NewJSONHandler(&text, nil)).Info("x", "v", v.Interface(), "p", v.Addr().Interface())
		assert.NotContains(t, text.String(), hush, "%s in a log", name)
	}
	t.Logf("%d exported types, %d secrets in them", types, secrets)
	assert.Greater(t, secrets, 10)
}

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// fillSecrets puts a secret into every field that is to hold one, at any depth.
func fillSecrets(v reflect.Value, name string, depth int, secrets *int) {
	if depth > 6 || !v.CanSet() {
		return
	}
	switch v.Kind() {
	case reflect.String:
		field := name[strings.LastIndex(name, ".")+1:]
		if secretName.MatchString(field) && noSecret[name] == "" {
			v.SetString(hush)
			*secrets++
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillSecrets(v.Elem(), name, depth+1, secrets)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fillSecrets(v.Index(0), name, depth+1, secrets)
	case reflect.Struct:
		for i := range v.NumField() {
			fillSecrets(v.Field(i), v.Type().String()+"."+v.Type().Field(i).Name, depth+1, secrets)
		}
	case reflect.Interface:
		switch {
		case v.Type() == reflect.TypeFor[messages.Body]():
			body := reflect.New(reflect.TypeFor[messages.VideoBody]()).Elem()
			fillSecrets(body, name, depth+1, secrets)
			v.Set(body)
		case v.Type() == reflect.TypeFor[im.TokenProvider]():
			v.Set(reflect.ValueOf(im.StaticToken(hush)))
		case v.Type() == reflect.TypeFor[error]():
			v.Set(reflect.ValueOf(errors.New("an error")))
		}
	}
}

// domains are the packages whose types users print.
var domains = []string{
	".", "batch", "callbacks", "chatrooms", "contacts", "favorites", "file", "groups", "messages", "metadata", "moderation", "presence", "push", "reaction", "thread",
	"translation", "users",
}

// exportedTypes lists the exported types of all packages, by "package.Name".
func exportedTypes(t *testing.T) map[string]reflect.Type {
	t.Helper()
	names := make(map[string]reflect.Type)
	for _, path := range sources(t) {
		dir, err := filepath.Rel(root, filepath.Dir(path))
		require.NoError(t, err)
		if !slices.Contains(domains, dir) {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range parsed.Decls {
			d, ok := decl.(*ast.GenDecl)
			if !ok || d.Tok != token.TYPE {
				continue
			}
			for _, spec := range d.Specs {
				s := spec.(*ast.TypeSpec)
				_, isInterface := s.Type.(*ast.InterfaceType)
				if s.Name.IsExported() && !isInterface && s.TypeParams == nil && !s.Assign.IsValid() { // an alias is its target
					names[parsed.Name.Name+"."+s.Name.Name] = nil
				}
			}
		}
	}
	require.Greater(t, len(names), 100)
	return names
}

// collect finds the types that one leads to: by its fields, its elements and its
// methods' arguments and results.
func collect(kind reflect.Type, known map[string]reflect.Type) {
	ours := strings.HasPrefix(kind.PkgPath(), "github.com/imrest/im-go")
	if strings.Contains(kind.PkgPath(), "/internal/") || kind.Kind() == reflect.Struct && kind.PkgPath() != "" && !ours {
		return // users cannot name them, or others have made them
	}
	if kind.Name() != "" && ours {
		if found, wanted := known[kind.String()]; wanted && found != nil {
			return
		}
		known[kind.String()] = kind
	}
	switch kind.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		if kind.Kind() == reflect.Map {
			collect(kind.Key(), known)
		}
		collect(kind.Elem(), known)
	case reflect.Struct:
		for f := range kind.Fields() {
			if f.IsExported() {
				collect(f.Type, known)
			}
		}
	case reflect.Func:
		for in := range kind.Ins() {
			collect(in, known)
		}
		for out := range kind.Outs() {
			collect(out, known)
		}
	}
	if !ours {
		return
	}
	if kind.Kind() != reflect.Interface {
		kind = reflect.PointerTo(kind)
	}
	for m := range kind.Methods() {
		collect(m.Type, known)
	}
}

// mirror puts the secrets of the request in every place of a response.
type mirror struct {
	mode    func(w http.ResponseWriter, secret string)
	secrets []string
	showed  int
}

func (m *mirror) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	request := fmt.Sprint(r.Header, r.URL, string(body))
	var found []string
	for _, s := range m.secrets {
		if strings.Contains(request, s) {
			found = append(found, s)
		}
	}
	if strings.HasSuffix(r.URL.Path, "/token") && strings.Contains(string(body), "client_credentials") && !strings.Contains(r.Header.Get("User-Agent"), "at-token") {
		_, _ = io.WriteString(w, `{"access_token":"`+mirrorToken+`","expires_in":3600}`)
		return
	}
	m.showed += len(found)
	m.mode(w, strings.Join(found, " "))
}

const (
	mirrorToken  = "YWMtaXQtaXMtdGhlLWFwcC10b2tlbg-of-which-a-part-would-be-enough-to-be-a-part-of-it-all"
	mirrorSecret = "YXA6dGhlLWNsaWVudC1zZWNyZXQ"
	mirrorPass   = "the-password-of-alice"
	mirrorNew    = "the-new-password-of-alice"
	mirrorShare  = "the-share-secret-of-a-file"
)

// What a server quotes of a request's secrets gets neither into errors nor into
// logs.
func TestPromiseQuotedSecretsAreNotShown(t *testing.T) {
	said := &transcript{secrets: map[string]string{
		mirrorToken: "token", mirrorSecret: "client secret", mirrorPass: "password", mirrorNew: "password", mirrorShare: "share secret",
	}}
	calls := map[string]func(context.Context, *im.Client) error{
		"read":         getAlice,
		"set password": func(ctx context.Context, c *im.Client) error { return c.Users.SetPassword(ctx, "alice", mirrorNew) },
		"register": func(ctx context.Context, c *im.Client) error {
			_, err := c.Users.Register(ctx, users.NewUser{Username: "alice", Password: mirrorPass})
			return err
		},
		"register many": func(ctx context.Context, c *im.Client) error {
			_, err := c.Users.RegisterBatch(ctx, []users.NewUser{{Username: "alice", Password: mirrorPass}, {Username: "bob", Password: mirrorNew}})
			return err
		},
		"user token": func(ctx context.Context, c *im.Client) error {
			_, err := c.UserTokenByPassword(ctx, "alice", mirrorPass, 0)
			return err
		},
		"download": func(ctx context.Context, c *im.Client) error {
			_, err := c.Messages.DownloadFile(ctx, "f", io.Discard, messages.DownloadOptions{Secret: mirrorShare})
			return err
		},
		"send": func(ctx context.Context, c *im.Client) error {
			_, err := c.Messages.SendToUsers(ctx, []string{"bob"}, messages.Message{
				Body: messages.Image(messages.Attachment{URL: "https://x/y", Name: "a.png", Secret: mirrorShare}, 1, 1),
			})
			return err
		},
		"token": getAlice,
	}
	logger := slog.New(slog.NewTextHandler(said, &slog.HandlerOptions{Level: slog.LevelDebug}))
	showed := 0
	for name, mode := range mirrors() {
		for call, do := range calls {
			m := &mirror{mode: mode, secrets: slices.Collect(keys(said.secrets))}
			srv := httptest.NewServer(m)
			agent := "im-go"
			if call == "token" {
				agent = "at-token"
			}
			client := clientAt(t, srv.URL, im.ClientCredentials{ID: "id", Secret: mirrorSecret}, im.WithLogger(logger), im.WithRetries(1),
				im.WithMaxRetryWait(time.Millisecond), im.WithUserAgent(agent), im.WithoutQuotas(),
				im.WithObserver(func(_ context.Context, e im.Event) { fmt.Fprintf(said, "%v %+v %#v %v\n", e, e, e, e.Err) }),
				im.WithHook(func(_ context.Context, info im.CallInfo) (context.Context, func(im.CallEnd)) {
					fmt.Fprintf(said, "%+v\n", info)
					return nil, func(e im.CallEnd) { fmt.Fprintf(said, "%v %+v %#v %v %v\n", e, e, e, e.Err, e.Kind) }
				}))
			before := said.Len()
			err := do(t.Context(), client)
			said.noteError(err)
			assert.Greater(t, said.Len(), before)
			srv.Close()
			showed += m.showed
			if text := said.since(before); showsAny(text, said.secrets) {
				t.Errorf("%s, %s: a secret was shown: %s", name, call, text)
			}
		}
	}
	t.Logf("%d secrets were quoted by the server, none was shown in %d bytes of errors and logs", showed, said.Len())
	assert.Greater(t, showed, 100)
}

func showsAny(text string, secrets map[string]string) bool {
	for s := range secrets {
		for _, part := range parts(s) {
			if strings.Contains(text, part) {
				return true
			}
		}
	}
	return false
}

// parts are what is long enough of a secret to be of use.
func parts(secret string) []string {
	var list []string
	for i := 0; i+16 <= len(secret); i++ {
		list = append(list, secret[i:i+16])
	}
	return append(list, secret)
}

func (tr *transcript) since(n int) string { return tr.buf.String()[n:] }

// noteError writes an error and all below it in all forms.
func (tr *transcript) noteError(err error) {
	fmt.Fprintf(tr, "%v %+v %#v %q\n", err, err, err, err)
	slog.New(slog.NewJSONHandler(tr, nil)).Error("failed", "err", err)
	switch below := err.(type) { //nolint:errorlint // step by step
	case interface{ Unwrap() error }:
		if next := below.Unwrap(); next != nil {
			tr.noteError(next)
		}
	case interface{ Unwrap() []error }:
		for _, next := range below.Unwrap() {
			tr.noteError(next)
		}
	}
}

// mirrors are the places of a response where a secret can turn up.
func mirrors() map[string]func(http.ResponseWriter, string) {
	say := func(status int, body func(secret string) string) func(http.ResponseWriter, string) {
		return func(w http.ResponseWriter, secret string) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body(secret))
		}
	}
	object := func(fields ...string) func(string) string {
		return func(secret string) string {
			o := make(map[string]string)
			for _, f := range fields {
				o[f] = secret
			}
			b, _ := json.Marshal(o)
			return string(b)
		}
	}
	all := make(map[string]func(http.ResponseWriter, string))
	for _, status := range []int{200, 302, 400, 401, 403, 404, 409, 429, 500, 502} {
		for _, field := range []string{"error", "error_description", "exception", "message", "error_desc", "requestStatusCode", "result"} {
			all[fmt.Sprint(status, " ", field)] = say(status, object("error", field))
			all[fmt.Sprint(status, " ", field, " alone")] = say(status, object(field))
		}
		all[fmt.Sprint(status, " page")] = say(status, func(s string) string { return "<html>" + s + "</html>" })
		all[fmt.Sprint(status, " text")] = say(status, func(s string) string { return s })
		all[fmt.Sprint(status, " cut off")] = say(status, func(s string) string { return `{"error":"` + s })
	}
	for _, field := range []string{"entities", "data", "timestamp", "expires_in", "cursor", "uri"} {
		all["200 wrong shape of "+field] = say(200, object(field))
		all["200 wrong shape in "+field] = say(200, func(s string) string {
			return fmt.Sprintf(`{%q:[{"username":{%q:%q},"created":%q,"activated":%q,"modified":%q}]}`, field, s, s, s, s, s)
		})
		all["200 key of "+field] = say(200, func(s string) string {
			return fmt.Sprintf(`{%q:{%q:%q}}`, field, s, s)
		})
	}
	all["header"] = func(w http.ResponseWriter, s string) {
		w.Header().Set("Content-Type", s)
		w.Header().Set("Retry-After", s)
		w.Header().Set("Location", s)
		w.WriteHeader(503)
	}
	for name, text := range map[string]string{
		"no HTTP": "%s\r\n\r\n", "status line": "HTTP/1.1 %s\r\n\r\n", "status": "HTTP/1.1 400 %s\r\nContent-Length: 0\r\n\r\n", "version": "HTTP/9%s 200 OK\r\n\r\n",
		"header line": "HTTP/1.1 200 OK\r\n%s\r\n\r\n", "length": "HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n", "encoding": "HTTP/1.1 200 OK\r\nTransfer-Encoding: %s\r\n\r\n",
		"chunk": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%s\r\n\r\n",
	} {
		all["raw "+name] = func(w http.ResponseWriter, s string) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return
			}
			defer conn.Close()
			_, _ = fmt.Fprintf(conn, text, s)
			_ = conn.(*net.TCPConn).CloseWrite()
		}
	}
	return all
}

// bodies are the kinds of message bodies.
var bodies = []messages.Body{
	messages.TextBody{}, messages.ImageBody{}, messages.VoiceBody{}, messages.VideoBody{}, messages.FileBody{},
	messages.CombineBody{}, messages.CommandBody{}, messages.CustomBody{}, messages.LocationBody{}, messages.RawBody{},
}
