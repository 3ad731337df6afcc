package callbackstest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/callbacks"
	"github.com/imrest/im-go/callbacks/callbackstest"
)

// The signature is that of the documents.
func TestSign(t *testing.T) {
	for _, c := range []struct{ callID, secret, timestamp, want string }{
		{"acme#demo_1226047512345678901", "rule-secret-1", "1712044800123", "c96eacc81cfe02c5c745e9337aaae877"},
		{"acme#demo_0b8e4c1a-7f52-4a9d-9c1e-3d5a6b7c8d90", "other secret", "1600060847294", "145f8307e3761f81a4434bae6c7af742"},
	} {
		assert.Equal(t, c.want, callbacks.Sign(c.callID, c.secret, c.timestamp))
		b := callbackstest.Body{"callId": c.callID, "timestamp": c.timestamp}
		assert.Equal(t, c.want, b.Sign(c.secret)["security"])
		assert.NotContains(t, b, "security")
	}
}

// A body that a test has recorded has numbers of type float64, which do not print as they stand in JSON.
func TestSignedBodiesVerify(t *testing.T) {
	h, err := callbacks.New(callbacks.Config{Secrets: []string{"s"}})
	require.NoError(t, err)
	var recorded callbackstest.Body
	require.NoError(t, json.Unmarshal(callbackstest.Example(callbacks.KindMessageText).JSON(), &recorded))
	for name, b := range map[string]callbackstest.Body{
		"recorded":     recorded,
		"any integer":  recorded.With("timestamp", int64(1712044800123)),
		"text":         recorded.With("timestamp", "1712044800123"),
		"numeric id":   recorded.With("callId", 77),
		"markup in id": recorded.With("callId", "a<b>&c"),
		"no id":        recorded.With("callId", nil),
		"nothing else": callbackstest.Body(nil).With("timestamp", 1),
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, callbackstest.Request("s", b))
		assert.Equal(t, http.StatusOK, w.Code, name)
	}
}

func TestRequest(t *testing.T) {
	r := callbackstest.Request("s", callbackstest.Example(callbacks.KindUserLogin).With("os", "ios").With("ip", nil))
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	e, err := callbacks.Parse(body)
	require.NoError(t, err)
	login := e.(*callbacks.UserStatus)
	assert.Equal(t, "ios", login.OS)
	assert.Empty(t, login.Address)
	assert.Equal(t, "mia", login.From)
	assert.Panics(t, func() { callbackstest.Example("nonsense") })
	assert.Panics(t, func() { callbackstest.Body{}.Sign("s") })
}
