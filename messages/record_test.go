package messages_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/messages"
)

// received are bodies that only come with the history, as they stand in it and as they are
// sent on.
var received = map[string]struct{ history, kind, apart string }{
	"combined": {
		`{"type":"txt","subType":"sub_combine","combineLevel":1,"title":"Chat history","summary":"alice: hi","msg":"combined","url":"` + url + `","filename":"1","secret":"s3cr3t","file_length":886}`,
		"txt", `{"subType":"sub_combine","combineLevel":1,"title":"Chat history","summary":"alice: hi","msg":"combined","url":"` + url + `","filename":"1","secret":"s3cr3t","file_length":886}`,
	},
	"unknown": {
		`{"type":"poll","question":"tea?","id":12345678901234567890,"poll_secret":"t0p-s3cr3t"}`,
		"poll", `{"question":"tea?","id":12345678901234567890,"poll_secret":"t0p-s3cr3t"}`,
	},
	"text of a new kind": {`{"type":"txt","subType":"sub_new","msg":"hi"}`, "txt", `{"subType":"sub_new","msg":"hi"}`},
}

// What the history holds is sent on as it came, by all calls.
func TestRecordIsSentOn(t *testing.T) {
	var cases []wiretest.Case
	for name, c := range received {
		m := readOne(t, strings.Replace(line(c.history), `"ext":{}`, `"ext":{"order":"A-17"}`, 1)).Message()
		assert.Equal(t, "alice", m.From)
		assert.Equal(t, "A-17", m.Ext["order"])
		cases = append(cases, wiretest.Case{
			ID: "messages.send_users", Name: name,
			Do: do(func(ctx context.Context, s *messages.Service) (batch.Results[string], error) {
				return s.SendToUsers(ctx, []string{"carol"}, m)
			}),
			Request: "POST /messages/users", Body: `{"from":"alice","to":["carol"],"type":"` + c.kind + `","body":` + c.apart + `,"ext":{"order":"A-17"}}`,
			Response: `{"data":{"carol":"` + id1 + `"}}`,
		}, wiretest.Case{
			ID: "messages.send_legacy", Name: name,
			Do: do(func(ctx context.Context, s *messages.Service) (batch.Results[string], error) {
				return s.SendLegacy(ctx, messages.TargetUsers, []string{"carol"}, m)
			}),
			Request: "POST /messages?useMsgId=true", Body: `{"from":"alice","target_type":"users","target":["carol"],"msg":` + c.history + `,"ext":{"order":"A-17"}}`,
			Response: `{"data":{"carol":"` + id1 + `"}}`,
		}, wiretest.Case{
			ID: "messages.import_user", Name: name,
			Do: do(func(ctx context.Context, s *messages.Service) (string, error) {
				return s.ImportToUser(ctx, "carol", messages.Import{From: m.From, Body: m.Body})
			}),
			Request: "POST /messages/users/import", Body: `{"from":"alice","target":"carol","type":"` + c.kind + `","body":` + c.apart + `}`,
			Response: `{"data":{"msg_id":"` + id1 + `"}}`,
		})
	}
	wiretest.Run(t, cases)
}

func TestRecordMessageHasAnExtOfItsOwn(t *testing.T) {
	r := messages.Record{Body: messages.Text("hi"), Ext: map[string]any{"k": "v"}}
	m := r.Message()
	m.Ext["more"] = true
	assert.Len(t, r.Ext, 1)
	assert.Nil(t, messages.Record{}.Message().Ext)
}

func TestRecordTextAndAttachment(t *testing.T) {
	for _, b := range bodies {
		r := messages.Record{Body: b.body}
		switch body := b.body.(type) {
		case messages.TextBody:
			assert.Equal(t, body.Text, r.Text())
		default:
			assert.Empty(t, r.Text())
		}
		a, ok := r.Attachment()
		switch b.body.(type) {
		case messages.ImageBody, messages.VoiceBody, messages.VideoBody, messages.FileBody:
			assert.True(t, ok)
			assert.Equal(t, url, a.URL)
		default:
			assert.False(t, ok, "%T", b.body)
		}
	}
	combined := messages.Record{Body: messages.CombineBody{Text: "combined", File: photo}}
	assert.Equal(t, "combined", combined.Text())
	a, ok := combined.Attachment()
	assert.True(t, ok)
	assert.Equal(t, photo, a)
	assert.Empty(t, messages.Record{}.Text())
}

// The secrets of all bodies are kept out of errors, those of types that are not known too.
func TestSecretsOfReceivedBodiesAreNotShown(t *testing.T) {
	for _, name := range []string{"combined", "unknown"} {
		client, _ := wiretest.Client(t, wiretest.JSON(400, `{"error":"illegal_argument","error_description":"bad body t0p-s3cr3t"}`))
		_, err := client.Messages.SendToUsers(t.Context(), []string{"bob"}, readOne(t, line(received[name].history)).Message())
		require.Error(t, err)
		assert.NotContains(t, err.Error(), "s3cr3t", name)
	}
}

func TestDownloadAttachment(t *testing.T) {
	for name, c := range map[string]struct {
		a     messages.Attachment
		path  string
		token string
	}{
		"of the app":                  {photo, "/chatfiles/7b3e0c50", "Bearer app-token"},
		"of the app, at another host": {messages.Attachment{URL: "http://old.example.com/ACME/demo/chatfiles/7b%2F0", Secret: "s3cr3t"}, "/chatfiles/7b%2F0", "Bearer app-token"},
		"of another app":              {messages.Attachment{URL: "https://a1.example.com/acme/other/chatfiles/1", Secret: "s3cr3t"}, "https://a1.example.com/acme/other/chatfiles/1", ""},
		"from elsewhere":              {messages.Attachment{URL: "https://cdn.example.com/oak.jpg?v=2", Secret: "s3cr3t"}, "https://cdn.example.com/oak.jpg?v=2", ""},
	} {
		client, sent := wiretest.Client(t, wiretest.JSON(200, "JPEG"))
		var b bytes.Buffer
		n, err := client.Messages.DownloadAttachment(t.Context(), c.a, &b)
		require.NoError(t, err, name)
		assert.Equal(t, fmt.Sprint(4, "JPEG"), fmt.Sprint(n, b.String()))
		path := filepath.Join(t.TempDir(), "oak.jpg")
		_, err = client.Messages.SaveAttachment(t.Context(), c.a, path)
		require.NoError(t, err, name)
		saved, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, "JPEG", string(saved))
		require.Len(t, *sent, 2)
		for _, request := range *sent {
			assert.Equal(t, c.path, request.Path, name)
			assert.Equal(t, http.MethodGet, request.Method)
			assert.Equal(t, c.token, request.Header.Get("Authorization"), "%s: the app token", name)
			assert.Equal(t, "s3cr3t", request.Header.Get("Share-Secret"), name)
		}
	}
	for _, address := range []string{"", "oak.jpg", "ftp://example.com/oak.jpg", "https:///oak.jpg", "https://user:pass@example.com/oak.jpg"} {
		client, sent := wiretest.Client(t, wiretest.JSON(200, "JPEG"))
		_, err := client.Messages.DownloadAttachment(t.Context(), messages.Attachment{URL: address}, new(bytes.Buffer))
		require.ErrorIs(t, err, im.ErrInvalidArgument, address)
		assert.Empty(t, *sent)
	}
}

// None of several bodies stands for the whole message.
func TestSeveralBodies(t *testing.T) {
	for _, payload := range []string{
		`{"from":"a","to":"b","ext":{"k":"v"},"bodies":[{"type":"txt","msg":"one"},{"type":"txt","msg":"two"}]}`,
		`{"from":"a","to":"b","ext":{"k":"v"},"bodies":"[{\"type\":\"txt\",\"msg\":\"one\"},{\"type\":\"txt\",\"msg\":\"two\"}]"}`,
	} {
		r := messages.ReadPayload(json.RawMessage(payload))
		assert.Equal(t, messages.RawBody{JSON: json.RawMessage(payload)}, r.Body)
		assert.Equal(t, []any{"a", "b", "v"}, []any{r.From, r.To, r.Ext["k"]})
		_, err := messages.WriteBody(r.Message().Body)
		assert.ErrorIs(t, err, im.ErrInvalidArgument)
	}
}
