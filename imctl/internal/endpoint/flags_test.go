package endpoint_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imctl/internal/clitest"
	"github.com/imrest/im-go/imctl/internal/spec"
)

// described is a row of the catalogue and of fields.json, which know nothing of commands.
type described struct {
	ID     string `json:"id"`
	Method string `json:"method"`
	Path   string `json:"path"`

	Params   []spec.Field `json:"params"`
	Query    []spec.Field `json:"query"`
	Headers  []spec.Field `json:"headers"`
	Body     string       `json:"body"`
	Fields   []spec.Field `json:"fields"`
	Response string       `json:"response"`
}

func catalogue(t *testing.T) map[string]*described {
	var rows []*described
	all := map[string]*described{}
	for _, path := range []string{"../../../internal/test/catalogue/catalogue.json", "../spec/fields.json"} {
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		rows = nil
		require.NoError(t, json.Unmarshal(raw, &rows))
		for _, row := range rows {
			if known := all[row.ID]; known != nil {
				row.Method, row.Path = known.Method, known.Path
			}
			all[row.ID] = row
		}
	}
	return all
}

// request is what the server got.
type request struct {
	method, path, token string
	query               url.Values
	header              http.Header
	body                []byte
}

// recorder is a server that keeps the last request, and a client that cannot reach any other.
type recorder struct {
	*httptest.Server
	last *request
}

func newRecorder(t *testing.T) *recorder {
	r := &recorder{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, got *http.Request) {
		body, _ := io.ReadAll(got.Body)
		r.last = &request{method: got.Method, path: got.URL.EscapedPath(), token: got.Header.Get("Authorization"), query: got.URL.Query(), header: got.Header, body: body}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"uri":"https://h/chatfiles","data":{"file_id":"1","file_name":"n","file_size":1},"entities":[{"uuid":"u","share-secret":"s"}]}`)
	}))
	t.Cleanup(r.Close)
	return r
}

// RoundTrip sends every request here, whatever its host.
func (r *recorder) RoundTrip(got *http.Request) (*http.Response, error) {
	to, err := url.Parse(r.URL)
	if err != nil {
		return nil, err
	}
	got = got.Clone(got.Context())
	got.URL.Scheme, got.URL.Host = to.Scheme, to.Host
	return http.DefaultTransport.RoundTrip(got)
}

// Every flag of every endpoint arrives where the catalogue says.
func TestEveryFlagOfEveryEndpoint(t *testing.T) {
	server := newRecorder(t)
	c := clitest.NewAlone(t)
	c.Env["IM_HOST"], c.Env["IM_PLATFORM"], c.Env["IM_APP_KEY"], c.Env["IM_TOKEN"] = "http://127.0.0.1:1", "easemob", "acme#demo", "app-token"
	c.Options = []im.Option{im.WithHTTPClient(&http.Client{Transport: server}), im.WithoutQuotas()}
	known := catalogue(t)
	tested := map[string]bool{}
	flags := 0
	for _, noun := range spec.Nouns() {
		for _, command := range spec.Of(noun) {
			t.Run(command.ID, func(t *testing.T) {
				d := known[command.ID]
				require.NotNil(t, d)
				w := wanted{described: d, command: command, t: t, dir: t.TempDir()}
				args := w.args()
				flags += w.flags
				server.last = nil
				c.In(t).Run(args...).OK()
				require.NotNil(t, server.last, args)
				w.compare(server.last)
				tested[command.ID] = true
			})
		}
	}
	assert.Len(t, tested, len(known), "every endpoint has a command")
	assert.Greater(t, flags, 400)
}

// wanted is a command line with all flags, and the request that the catalogue describes for it.
type wanted struct {
	*described
	command spec.Command
	t       *testing.T
	dir     string
	flags   int

	path   string
	query  url.Values
	header http.Header
	body   any
	form   url.Values
	token  string
}

// constants are the values that the catalogue says are fixed.
var constants = map[string]string{
	"auth.app_token": "client_credentials", "auth.user_token_password": "password", "auth.user_token_inherit": "inherit", "auth.exchange_agora_token": "agora",
}

func (w *wanted) args() []string {
	args := strings.Fields(w.command.Use)
	w.query, w.header, w.path = url.Values{}, http.Header{}, w.Path
	for _, p := range w.Params {
		value := "v " + p.Name + "é/"
		if p.Type == "int" {
			value = "7"
		}
		values := []string{value}
		if isList(p.Name) {
			values = []string{"a b", "c"}
		}
		escaped := make([]string, len(values))
		for i, v := range values {
			escaped[i] = url.PathEscape(v)
		}
		w.path = strings.Replace(w.path, "{"+p.Name+"}", strings.Join(escaped, "%2C"), 1)
		args = append(args, values...)
	}
	args = append(args, "--yes")
	byName := map[string]string{}
	for _, f := range slices.Concat(w.command.Query, w.command.Headers, w.command.Fields) {
		byName[f.Name] = f.Flag
	}
	for _, part := range []string{"query", "header", "body"} {
		for _, f := range map[string][]spec.Field{"query": w.Query, "header": w.Headers, "body": w.Fields}[part] {
			args = append(args, w.flag(part, f, byName)...)
		}
	}
	for _, f := range w.command.Headers {
		if f.Name == spec.Bearer {
			w.token = "Bearer other-token"
			args = append(args, "--"+f.Flag, w.file("other-token"))
		}
	}
	if w.Response == "binary" {
		args = append(args, "--to-file", filepath.Join(w.dir, "out"))
	}
	return args
}

// isList says that a value of a path may be several.
func isList(name string) bool {
	return slices.Contains([]string{"chatroom_ids", "group_ids", "usernames", "members"}, name)
}

// flag is the flag of a field with a value, which is noted where the catalogue has it.
func (w *wanted) flag(part string, f spec.Field, byName map[string]string) []string {
	if strings.Contains(f.Name, "[]") {
		return w.rows()
	}
	if part == "query" && slices.ContainsFunc(w.Headers, func(h spec.Field) bool { return h.Name == f.Name }) {
		return nil // once, as a header
	}
	flag, inCommand := byName[f.Name]
	require.True(w.t, inCommand, "no flag for %s", f.Name)
	if flag == "" {
		w.note(part, f, constantOf(w.ID, f))
		return nil
	}
	w.flags++
	shown, value := w.sample(f)
	w.note(part, f, value)
	return []string{"--" + flag + "=" + shown}
}

func constantOf(id string, f spec.Field) string {
	switch f.Name {
	case "version":
		return "v3"
	case "thumbnail":
		return "true"
	case "type":
		return "record"
	}
	return constants[id]
}

// rows is the body that is an array of objects, once.
func (w *wanted) rows() []string {
	if w.Body != "json-array" || w.body != nil {
		return nil
	}
	w.flags++
	w.body = []any{map[string]any{"username": "a", "n": json.Number("1234567890123456789")}}
	return []string{"--body", w.file(`[{"username":"a","n":1234567890123456789}]`)}
}

// sample is a value in the command line and as it is sent.
func (w *wanted) sample(f spec.Field) (string, any) {
	if len(f.Enum) > 0 {
		first := f.Enum[0]
		if f.Type == "strings" {
			return fmt.Sprint(first), []any{first}
		}
		if n, ok := first.(float64); ok {
			return fmt.Sprint(n), json.Number(fmt.Sprint(n))
		}
		return fmt.Sprint(first), first
	}
	switch {
	case f.Name == "<any key>":
		return "any key=any=value", map[string]any{"any key": "any=value"}
	case f.Type == "int" || strings.HasPrefix(f.Name, "thumbnail-"):
		n := int64(1)
		if f.Min != nil {
			n = *f.Min
		}
		shown := strconv.FormatInt(n, 10)
		return shown, json.Number(shown)
	case f.Type == "bool" || f.Name == "restrict-access":
		return "true", true
	case f.Type == "strings":
		values := make([]any, max(2, f.MinItems))
		words := make([]string, len(values))
		for i := range values {
			words[i] = fmt.Sprint("e ", i)
			values[i] = words[i]
		}
		if f.MaxItems == 1 {
			words, values = words[:1], values[:1]
		}
		return strings.Join(words, ","), values
	case f.Type == "map":
		return "a b=c=d", map[string]any{"a b": "c=d"}
	case f.Type == "objects":
		return `[{"a":1}]`, []any{map[string]any{"a": json.Number("1")}}
	case f.Type == "object":
		return `{"own":{"a":12345678901234567890}}`, map[string]any{"own": map[string]any{"a": json.Number("12345678901234567890")}}
	case f.Type == "file":
		path := filepath.Join(w.dir, "up.bin")
		require.NoError(w.t, os.WriteFile(path, []byte("content"), 0o600))
		return path, "content"
	case slices.Contains([]string{"password", "newpassword", "client_secret", "share-secret", "device_token"}, f.Name):
		return w.file("s3cret"), "s3cret"
	}
	value := "<&é \"" + f.Name
	if f.MaxLen > 0 && len([]rune(value)) > f.MaxLen {
		value = strings.Repeat("x", f.MaxLen)
	}
	if f.Name == "X-Request-Id" || f.Name == "filename" {
		value = "plain"
	}
	return value, value
}

func (w *wanted) file(content string) string {
	f, err := os.CreateTemp(w.dir, "value")
	require.NoError(w.t, err)
	_, err = f.WriteString(content)
	require.NoError(w.t, err)
	require.NoError(w.t, f.Close())
	return "@" + f.Name()
}

// note puts a value where the catalogue has its field.
func (w *wanted) note(part string, f spec.Field, value any) {
	switch {
	case part == "query":
		w.query.Set(f.Name, flat(value))
	case part == "header":
		w.header.Set(f.Name, flat(value))
	case w.Body == "json-array":
		w.body = value
	case w.Body == "form":
		if w.form == nil {
			w.form = url.Values{}
		}
		if pairs, ok := value.(map[string]any); ok {
			for key, v := range pairs {
				w.form.Set(key, flat(v))
			}
			return
		}
		w.form.Set(f.Name, flat(value))
	case strings.HasPrefix(f.Name, "("):
		w.body = value
	default:
		if w.body == nil {
			w.body = map[string]any{}
		}
		at := w.body.(map[string]any)
		words := strings.Split(f.Name, ".")
		for _, word := range words[:len(words)-1] {
			if at[word] == nil {
				at[word] = map[string]any{}
			}
			at = at[word].(map[string]any)
		}
		at[words[len(words)-1]] = value
	}
}

func flat(value any) string {
	if list, ok := value.([]any); ok {
		words := make([]string, len(list))
		for i, v := range list {
			words[i] = fmt.Sprint(v)
		}
		return strings.Join(words, ",")
	}
	return fmt.Sprint(value)
}

func (w *wanted) compare(got *request) {
	path := "/acme/demo" + w.path
	if strings.HasPrefix(w.path, "https://") {
		u, err := url.Parse(w.path)
		require.NoError(w.t, err)
		path = u.Path
	}
	assert.Equal(w.t, w.Method, got.method)
	assert.Equal(w.t, path, got.path)
	assert.Equal(w.t, w.query, got.query)
	for name := range w.header {
		assert.Equal(w.t, w.header.Get(name), got.header.Get(name), name)
	}
	if w.token != "" {
		assert.Equal(w.t, w.token, got.token)
	}
	switch {
	case w.Body == "multipart":
		w.compareParts(got)
	case w.form != nil:
		form, err := url.ParseQuery(string(got.body))
		require.NoError(w.t, err)
		assert.Equal(w.t, w.form, form)
	case w.body == nil:
		assert.Empty(w.t, got.body)
	default:
		d := json.NewDecoder(bytes.NewReader(got.body))
		d.UseNumber()
		var body any
		require.NoError(w.t, d.Decode(&body), "%s", got.body)
		assert.Equal(w.t, w.body, body)
	}
}

func (w *wanted) compareParts(got *request) {
	_, params, err := mime.ParseMediaType(got.header.Get("Content-Type"))
	require.NoError(w.t, err)
	part, err := multipart.NewReader(bytes.NewReader(got.body), params["boundary"]).NextPart()
	require.NoError(w.t, err)
	content, err := io.ReadAll(part)
	require.NoError(w.t, err)
	assert.Equal(w.t, "file", part.FormName())
	assert.Equal(w.t, "content", string(content))
	name := "up.bin"
	if object, ok := w.body.(map[string]any); ok && object["filename"] != nil {
		name = fmt.Sprint(object["filename"])
	}
	assert.Equal(w.t, name, part.FileName())
}
