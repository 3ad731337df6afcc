package imtest

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest/internal/world"
	"github.com/imrest/im-go/internal/test/corpus"
)

// The vectors of the catalogue, auth.yaml.
var accessTokenVectors = []struct {
	name, appID, certificate, userID    string
	privilege                           uint16
	issued, salt, expire, privilegeEnds uint32
	signature, tokenByGo, tokenByZlib   string
}{
	{
		"app token", "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210", "", 2,
		1700000000, 12345678, 3600, 3600,
		"fc82786c499e41be3758bf962cedd609b730b891dc5b8116ccb9d5a5ffda005d",
		"007eJxSYPjTVJHjOc9xn3nE/mk6b69xbjfYMfFOdKPYmZ1Xl/6/xRCrwGBgaGRsYmpmbmGZmJSckpqGzmf4GJwqwMfA4Je4h4GRgZWBkYGJAcRnYAAEAAD//+jKHbU=",
		"007eJxTYPjTVJHjOc9xn3nE/mk6b69xbjfYMfFOdKPYmZ1Xl/6/xRCrwGBgaGRsYmpmbmGZmJSckpqGzmf4GJwqwMfA4Je4h4GRgRWImRhAfAYGAOjKHbU=",
	},
	{
		"app token in upper-case hex", "0F1E2D3C4B5A69788796A5B4C3D2E1F0", "00112233445566778899AABBCCDDEEFF", "", 2,
		1735689600, 99999998, 86400, 86400,
		"80b682077306d4748bc56d6f2df5bf62bf8060481028f122bb9ae1bf5019ff50",
		"007eJxSYGjY1sRezHalpPtobr7u1/1J+xsSPAQ0PirtnvVwf4Dk/wAFBgM3Q1cjF2NnEydTRzNLcwsLc0szR1MnE2djFyNXQzeDhtaS9IZARoZ/D76yMjKwMjAyMDGA+AwMgAAAAP//cYMduA==",
		"007eJxTYGjY1sRezHalpPtobr7u1/1J+xsSPAQ0PirtnvVwf4Dk/wAFBgM3Q1cjF2NnEydTRzNLcwsLc0szR1MnE2djFyNXQzeDhtaS9IZARoZ/D76yMjKwMjAyMDGA+AwMAHGDHbg=",
	},
	{
		"user token by UUID", "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210", "3c9d2f10-8a51-11ef-9c27-4b1f6e0d7a55", 1,
		1700000000, 1, 600, 600,
		"b03c1b68afd3fec4684a405e2c9949c7b3c7ac4651d0911221eb7185e843cda7",
		"007eJxSYNhgI52x/vK/IxleDnE6Mz2Pbz6+xi3wwkQhxdeFrS+czy5XYDAwNDI2MTUzt7BMTEpOSU1D5zN8DE6NYGJgYGQAYVYGRgZGBhBfhcE42TLFKM3QQNci0dRQ19AwNU3XMtnIXNckyTDNLNUgxTzR1BQQAAD//0e0Jac=",
		"007eJxTYNhgI52x/vK/IxleDnE6Mz2Pbz6+xi3wwkQhxdeFrS+czy5XYDAwNDI2MTUzt7BMTEpOSU1D5zN8DE6NYGJgYGQAYVYgZmQA8VUYjJMtU4zSDA10LRJNDXUNDVPTdC2Tjcx1TZIM08xSDVLME01NAUe0Jac=",
	},
	{
		"user token by name", "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210", "alice", 1,
		1700000000, 42424242, 86400, 86400,
		"8f171a418509eb732c459917fcba2e87da143a7bf200a0ccd36875d5d9038ccf",
		"007eJxSYOgXl3Js5XxdrOM6U/zPLr32WyJW1Z8YFpy5nFF69SZzz3kFBgNDI2MTUzNzC8vEpOSU1DR0PsPH4NSGQEaGTeHtTIwMrAyMDIwMID4rQ2JOZnIqIAAA///ebh8l",
		"007eJxTYOgXl3Js5XxdrOM6U/zPLr32WyJW1Z8YFpy5nFF69SZzz3kFBgNDI2MTUzNzC8vEpOSU1DR0PsPH4NSGQEaGTeHtTIwMrAyMQAjiszIk5mQmpwIA3m4fJQ==",
	},
	{
		"user token whose right ends first", "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210", "bob", 1,
		1700000000, 4294967295, 7200, 1800,
		"c2cf73e90c909f74f3d2363d1f7052f8221b783498a15384933babbff22b813c",
		"007eJxSYDh0vvglz4T5JZ8vmdnKFwT9UJKuMJmxMLhlsvXq/Z+0G20UGAwMjYxNTM3MLSwTk5JTUtPQ+Qwfg1MVZBgY/v///5+RgZWBkYGRgYOdgYGZISk/CRAAAP//ChIf6w==",
		"007eJxTYDh0vvglz4T5JZ8vmdnKFwT9UJKuMJmxMLhlsvXq/Z+0G20UGAwMjYxNTM3MLSwTk5JTUtPQ+Qwfg1MVZBgY/gMBIwMrAyMQcrAzMDAzJOUnAQAKEh/r",
	},
}

func TestAccessTokenVectors(t *testing.T) {
	for _, v := range accessTokenVectors {
		for _, token := range []string{v.tokenByGo, v.tokenByZlib} {
			at, ok := world.ParseAccessToken(token)
			require.True(t, ok, v.name)
			assert.Equal(t, v.appID, at.AppID, v.name)
			assert.Equal(t, v.userID, at.UserID, v.name)
			assert.Equal(t, []uint32{v.issued, v.expire, v.salt}, []uint32{at.Issued, at.Expire, at.Salt}, v.name)
			assert.Equal(t, map[uint16]uint32{v.privilege: v.privilegeEnds}, at.Rights, v.name)
			assert.Equal(t, v.signature, hex.EncodeToString(at.Sign(v.certificate)), v.name)
			assert.Equal(t, v.signature, hex.EncodeToString(at.Signature), v.name)
		}
	}
}

func TestAccessTokenIsTakenAsItIs(t *testing.T) {
	clock := NewClock(time.Unix(1700000000, 0))
	srv := NewServer(t, WithClock(clock))
	srv.AddUsers("alice", "bob")
	get := func(path, token string) (int, string) {
		rec := httptest.NewRecorder()
		req := httptest.NewRequest("GET", "/app-id/"+srv.AppID()+path, nil)
		req.Header.Set("Authorization", "Bearer "+token)
		srv.ServeHTTP(rec, req)
		return rec.Code, rec.Body.String()
	}
	app, alice, bob := accessTokenVectors[0].tokenByZlib, accessTokenVectors[3].tokenByGo, accessTokenVectors[4].tokenByGo
	for range 2 {
		status, _ := get("/users", app)
		assert.Equal(t, 200, status)
		status, _ = get("/users/alice", alice)
		assert.Equal(t, 200, status)
		status, body := get("/users", alice)
		assert.Equal(t, 401, status)
		assert.Contains(t, body, "No admin user access authorized")
	}
	for token, text := range map[string]string{
		accessTokenVectors[1].tokenByGo: "token is illegal.", // of another app
		accessTokenVectors[2].tokenByGo: "(OAuth)",           // of a user who does not exist
		app[:60]:                        "corrupt access token",
		"007" + strings.Repeat("A", 80): "corrupt access token",
	} {
		status, body := get("/users", token)
		assert.Equal(t, 401, status)
		assert.Contains(t, body, text)
	}
	clock.Advance(30 * time.Minute)
	status, _ := get("/users/bob", bob)
	assert.Equal(t, 401, status, "the right ends before the token")
	clock.Advance(30 * time.Minute)
	status, body := get("/users", app)
	assert.Equal(t, 401, status)
	assert.Contains(t, body, "(OAuth)")
}

// A token that names an account is not good for another account of the same name.
func TestAccessTokenOfAUUID(t *testing.T) {
	v := accessTokenVectors[2]
	srv := NewServer(t, WithClock(NewClock(time.Unix(int64(v.issued), 0))))
	w := srv.world
	require.NoError(t, w.RestoreUser(world.User{Name: "alice", UUID: v.userID}))
	for range 2 { // the second time it is remembered
		g, err := w.Authenticate(v.tokenByGo)
		require.Nil(t, err)
		assert.Equal(t, world.Grant{User: "alice", Account: v.userID, Expires: time.Unix(int64(v.issued+v.expire), 0)}, g)
	}
	_, err := w.DeleteUser("alice")
	require.Nil(t, err)
	srv.AddUsers("alice")
	_, err = w.Authenticate(v.tokenByGo)
	assert.True(t, err.Of(world.TokenUnknown), "%v", err)
}

// A token may carry other services beside chat, before and after it.
func TestAccessTokenOfManyServices(t *testing.T) {
	text := func(b []byte, s string) []byte {
		return append(binary.LittleEndian.AppendUint16(b, uint16(len(s))), s...)
	}
	service := func(b []byte, kind, right uint16, fields ...string) []byte {
		for _, n := range []uint16{kind, 1, right} {
			b = binary.LittleEndian.AppendUint16(b, n)
		}
		b = binary.LittleEndian.AppendUint32(b, 600)
		for _, f := range fields {
			b = text(b, f)
		}
		return b
	}
	conf := defaults()
	conf.clock = NewClock(time.Unix(1700000000, 0))
	signed := text(nil, conf.appID)
	for _, n := range []uint32{1700000000, 900, 7} {
		signed = binary.LittleEndian.AppendUint32(signed, n)
	}
	signed = binary.LittleEndian.AppendUint16(signed, 7)
	signed = service(signed, 1, 1, "channel", "uid")
	signed = service(signed, 2, 1, "user")
	signed = service(signed, 4, 1)
	signed = service(signed, 5, world.ChatAppRight, "")
	signed = service(signed, 7, 1, "room", "user")
	signed = binary.LittleEndian.AppendUint16(signed, 3) // the role of service 7
	signed = service(signed, 8, 1, "user", "more that is not read")
	signed = service(signed, 9, 1)

	at := world.AccessToken{Issued: 1700000000, Salt: 7, Signed: signed}
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	_, _ = w.Write(append(text(nil, string(at.Sign(conf.certificate))), signed...))
	require.NoError(t, w.Close())
	g, err := world.New(conf.world()).Check(world.AccessTokenVersion + base64.StdEncoding.EncodeToString(packed.Bytes()))
	require.Nil(t, err)
	assert.Equal(t, world.Grant{Expires: time.Unix(1700000600, 0)}, g)
}

func TestAccessTokenExchange(t *testing.T) {
	clock := NewClock(time.Unix(1700000000, 0))
	srv := NewServer(t, WithClock(clock))
	exchange := func(token string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		req := httptest.NewRequest("POST", "/acme/demo/token", strings.NewReader(`{"grant_type":"agora"}`))
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		srv.ServeHTTP(rec, req)
		return rec
	}
	rec := exchange(accessTokenVectors[0].tokenByGo)
	assert.Equal(t, http.StatusOK, rec.Code)
	assert.Regexp(t, `^\{"access_token":"YWMt[A-Za-z0-9_-]+","expire_timestamp":1700003600000\}$`, rec.Body.String())
	assert.Contains(t, exchange(accessTokenVectors[1].tokenByGo).Body.String(), "Unable to authenticate (OAuth)")
	assert.Contains(t, exchange("007x").Body.String(), "corrupt")
	assert.Contains(t, exchange("").Body.String(), "(OAuth)")
	clock.Advance(time.Hour)
	assert.Contains(t, exchange(accessTokenVectors[0].tokenByGo).Body.String(), "Unable to authenticate (OAuth)")
}

func FuzzParseAccessToken(f *testing.F) {
	corpus.Add(f)
	for _, v := range accessTokenVectors {
		f.Add(v.tokenByGo)
	}
	f.Add("007")
	f.Fuzz(func(t *testing.T, token string) {
		if at, ok := world.ParseAccessToken(token); ok && at == nil {
			t.Fatal("no token")
		}
	})
}
