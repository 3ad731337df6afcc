package page

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBodiesAreMasked(t *testing.T) {
	for body, want := range map[string]string{
		``:                              ``,
		`{"z":1.50,"a":"<b>","z":null}`: "{\n  \"z\": 1.50,\n  \"a\": \"<b>\",\n  \"z\": null\n}",
		`[{"username":"bob","password":"S3cret"}]`:                "[\n  {\n    \"username\": \"bob\",\n    \"password\": \"•••\"\n  }\n]",
		`{"newPassword":12,"access_token":{"v":["S3cret",true]}}`: "{\n  \"newPassword\": \"•••\",\n  \"access_token\": {\n    \"v\": [\n      \"•••\",\n      \"•••\"\n    ]\n  }\n}",
		`{"url":"http://x/f?share-secret=S3cret&a=b"}`:            "{\n  \"url\": \"http://x/f?share-secret=•••&a=b\"\n}",
		`{"ext":"{\"device_token\":\"S3cret\"}"}`:                 "{\n  \"ext\": \"{\\\"device_token\\\":\\\"•••\\\"}\"\n}",
		`{"security":"S3cret","password":""}`:                     "{\n  \"security\": \"•••\",\n  \"password\": \"\"\n}",
		`{"secretKey":"S3cret","private_key":"S3cret"}`:           "{\n  \"secretKey\": \"•••\",\n  \"private_key\": \"•••\"\n}",
		`{"data":" {\"token\":\"S3cret\"}"}`:                      "{\n  \"data\": \"{\\\"token\\\":\\\"•••\\\"}\"\n}",
		`private_key: S3cret`:                                     `(not JSON, and withheld since it may hold a secret)`,
		`username=bob&password=S3cret`:                            `username=bob&password=•••`,
		`client_secret=S3cret`:                                    `client_secret=•••`,
		`{"password":"S3cret"`:                                    `(not JSON, and withheld since it may hold a secret)`,
		`just a text`:                                             `just a text`,
		"\xff\xfe":                                                `(binary)`,
	} {
		assert.Equal(t, want, shownBody([]byte(body)), body)
	}
	line := maskedLine([]byte(`{ "a": [1, "•••"] }`))
	assert.JSONEq(t, `{"a":[1,"•••"]}`, line)
	assert.NotContains(t, line, " ")
	assert.Equal(t, "text", maskedLine([]byte("text")))
}

func TestHeadersAndAddressesAreMasked(t *testing.T) {
	header := http.Header{
		"Authorization": {"Bearer S3cret"}, "Cookie": {"a=S3cret"}, "Share-Secret": {"S3cret"}, "X-Api-Key": {"S3cret"},
		"Content-Type": {"application/json"}, "Referer": {"http://x/?token=S3cret&a=b"}, "Restrict-Access": {"true"},
	}
	assert.Equal(t, "Authorization: Bearer •••\nContent-Type: application/json\nCookie: •••\nReferer: http://x/?token=•••&a=b\n"+
		"Restrict-Access: true\nShare-Secret: •••\nX-Api-Key: •••", shownHeader(header))
	assert.Equal(t, "•••", maskHeader("Authorization", "S3cret"))
	assert.Equal(t, "limit=10&access_token=•••&x=1", maskQuery("limit=10&access_token=S3cret&x=1"))
	assert.Equal(t, "token=•••", maskQuery("token=S3cret"))
	assert.Equal(t, "secretKey=•••", maskQuery("secretKey=S3cret"))
	assert.Equal(t, "http://bob:•••@x/y", maskText("http://bob:S3cret@x/y"))
}

// What is masked is JSON as before, whatever it is.
func FuzzMaskedJSON(f *testing.F) {
	for _, seed := range []string{`{}`, `[1,[2,{"token":"\u2028"}]]`, `"{\"a\":1}"`, `{"":{"secret":[{}]}}`, `-0.0e10`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !json.Valid([]byte(text)) {
			return
		}
		shown := maskJSON(text)
		assert.True(t, json.Valid([]byte(shown)), "%q became %q", text, shown)
		assert.Equal(t, shown, maskJSON(shown), "what is masked stays as it is")
	})
}
