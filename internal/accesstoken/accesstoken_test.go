package accesstoken

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/internal/test/corpus"
)

const (
	appID       = "0123456789abcdef0123456789abcdef"
	certificate = "fedcba9876543210fedcba9876543210"
)

var issued = time.Unix(1_700_000_000, 0)

func params() Params {
	return Params{AppID: appID, Certificate: certificate, UserID: "alice", Issued: issued, Expire: time.Hour}
}

// parts is a token under construction, for forms that Build does not make.
type parts struct{ b []byte }

func (p *parts) u16(vs ...uint16) *parts {
	for _, v := range vs {
		p.b = binary.LittleEndian.AppendUint16(p.b, v)
	}
	return p
}

func (p *parts) u32(v uint32) *parts {
	p.b = binary.LittleEndian.AppendUint32(p.b, v)
	return p
}

func (p *parts) str(vs ...string) *parts {
	for _, v := range vs {
		p.b = appendString(p.b, v)
	}
	return p
}

// head begins a signed part with an hour to live and so many services.
func head(services uint16) *parts {
	return new(parts).str(appID).u32(uint32(issued.Unix())).u32(3600).u32(7).u16(services)
}

// token signs and packs what was laid out.
func (p *parts) token(t *testing.T) string {
	t.Helper()
	content := appendString(nil, string(sign(certificate, uint32(issued.Unix()), 7, p.b)))
	token, err := pack(append(content, p.b...))
	require.NoError(t, err)
	return token
}

func verify(t *testing.T, token string) (*Token, error) {
	t.Helper()
	parsed, err := Parse(token)
	require.NoError(t, err)
	return parsed, parsed.Verify(certificate, issued)
}

func TestBuildDefaults(t *testing.T) {
	first, err := Build(params())
	require.NoError(t, err)
	second, err := Build(params())
	require.NoError(t, err)
	assert.NotEqual(t, first, second, "the salt should be random")

	token, err := verify(t, first)
	require.NoError(t, err)
	assert.True(t, token.salt >= 1 && token.salt <= maxSalt, "salt %d", token.salt)
	end, ok := token.UserPrivilege()
	assert.True(t, ok)
	assert.Equal(t, token.Expires(), end, "the privilege should last as long as the token")
}

func TestBuildRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*Params)
		says   string
	}{
		"no app id":             {func(p *Params) { p.AppID = "" }, "app id"},
		"short app id":          {func(p *Params) { p.AppID = appID[1:] }, "app id"},
		"app id not hex":        {func(p *Params) { p.AppID = "g" + appID[1:] }, "app id"},
		"no certificate":        {func(p *Params) { p.Certificate = "" }, "certificate"},
		"long certificate":      {func(p *Params) { p.Certificate += "0" }, "certificate"},
		"certificate not hex":   {func(p *Params) { p.Certificate = certificate[1:] + "é"[:1] }, "certificate"},
		"user id too long":      {func(p *Params) { p.UserID = strings.Repeat("u", math.MaxUint16+1) }, "user id"},
		"no time of issue":      {func(p *Params) { p.Issued = time.Time{} }, "time of issue"},
		"time of issue too far": {func(p *Params) { p.Issued = time.Unix(math.MaxUint32+1, 0) }, "time of issue"},
		"no expire":             {func(p *Params) { p.Expire = 0 }, "expire"},
		"negative expire":       {func(p *Params) { p.Expire = -time.Hour }, "expire"},
		"expire above a day":    {func(p *Params) { p.Expire = MaxExpire + time.Second }, "expire"},
		"expire with a part":    {func(p *Params) { p.Expire = 1500 * time.Millisecond }, "whole seconds"},
		"negative privilege":    {func(p *Params) { p.PrivilegeExpire = -1 }, "privilege expire"},
		"privilege above a day": {func(p *Params) { p.PrivilegeExpire = 25 * time.Hour }, "privilege expire"},
	} {
		t.Run(name, func(t *testing.T) {
			p := params()
			tc.change(&p)
			token, err := Build(p)
			require.ErrorContains(t, err, tc.says)
			assert.Empty(t, token)
			assert.NotContains(t, err.Error(), certificate[1:])
			assert.NotContains(t, err.Error(), appID[1:])
		})
	}
}

// Every byte of the content is either signed or the signature.
func TestVerifyNoticesEveryChangedByte(t *testing.T) {
	for _, v := range vectors(t) {
		content, err := unpack(v.TokenGo)
		require.NoError(t, err)
		for i := range content {
			changed := bytes.Clone(content)
			changed[i] ^= 1
			text, err := pack(changed)
			require.NoError(t, err)
			token, err := Parse(text)
			if err != nil {
				require.ErrorIs(t, err, ErrMalformed, "%s, byte %d", v.Name, i)
				continue
			}
			require.ErrorIs(t, token.Verify(v.Certificate, token.Issued()), ErrSignature, "%s, byte %d", v.Name, i)
		}
	}
}

func TestVerifyRefuses(t *testing.T) {
	p := params()
	p.PrivilegeExpire = 10 * time.Minute
	text, err := Build(p)
	require.NoError(t, err)
	token, err := Parse(text)
	require.NoError(t, err)

	t.Run("another certificate", func(t *testing.T) {
		assert.ErrorIs(t, token.Verify(strings.ToUpper(certificate), issued), ErrSignature)
	})
	t.Run("no certificate", func(t *testing.T) {
		err := token.Verify("not-a-certificate", issued)
		require.ErrorIs(t, err, errCertificate)
		assert.NotContains(t, err.Error(), "not-a-certificate")
	})
	t.Run("expired privilege", func(t *testing.T) {
		err := token.Verify(certificate, issued.Add(10*time.Minute))
		require.ErrorIs(t, err, ErrExpired)
		assert.ErrorContains(t, err, "privilege")
	})
	t.Run("expired token", func(t *testing.T) {
		err := token.Verify(certificate, issued.Add(time.Hour))
		require.ErrorIs(t, err, ErrExpired)
		assert.NotContains(t, err.Error(), "privilege")
	})
	t.Run("no service", func(t *testing.T) {
		_, err := verify(t, head(0).token(t))
		assert.ErrorIs(t, err, ErrNoPrivilege)
	})
	t.Run("no chat service", func(t *testing.T) {
		_, err := verify(t, head(1).u16(2, 1, 1).u32(3600).str("alice").token(t))
		assert.ErrorIs(t, err, ErrNoPrivilege)
	})
	t.Run("user privilege without a user", func(t *testing.T) {
		_, err := verify(t, head(1).u16(5, 1, privilegeUser).u32(3600).str("").token(t))
		assert.ErrorIs(t, err, ErrNoPrivilege)
	})
}

func TestPrivilegeEndsWithTheToken(t *testing.T) {
	token, err := verify(t, head(1).u16(5, 1, privilegeApp).u32(86400).str("").token(t))
	require.NoError(t, err)
	end, ok := token.AppPrivilege()
	require.True(t, ok)
	assert.Equal(t, token.Expires(), end)
}

// One token may carry rights for other products beside chat, known or not.
func TestVerifyWithOtherServices(t *testing.T) {
	p := head(9).
		u16(1, 2, 1).u32(60).u16(2).u32(60).str("channel", "").
		u16(2, 1, 1).u32(60).str("rtm").
		u16(3, 1, 1).u32(60).str("channel", "account").
		u16(4, 1, 1).u32(60).
		u16(5, 2, privilegeUser).u32(600).u16(privilegeApp).u32(1200).str("alice").
		u16(6, 0).str("channel", "account").
		u16(7, 0).str("room", "user").u16(0xFFFF).
		u16(8, 1, 1).u32(60).str("rtm2").u16(1, 1, 2, 1, 1).str("a").u16(2, 2).str("b", "c").
		u16(99, 1, 1).u32(60).str("what is this")
	token, err := verify(t, p.token(t))
	require.NoError(t, err)
	assert.Equal(t, "alice", token.UserID())
	user, isUser := token.UserPrivilege()
	app, isApp := token.AppPrivilege()
	assert.True(t, isUser && isApp)
	assert.Equal(t, issued.Add(600*time.Second).Unix(), user.Unix())
	assert.Equal(t, issued.Add(1200*time.Second).Unix(), app.Unix())

	// With one right over, the other still holds.
	assert.NoError(t, token.Verify(certificate, issued.Add(900*time.Second)))
}

// The services before chat are walked over, so a wrong layout would misread it.
func TestParseSkipsEachKnownService(t *testing.T) {
	for name, service := range map[string]*parts{
		"RTC":       new(parts).u16(1, 1, 1).u32(1).str("channel", "uid"),
		"RTM":       new(parts).u16(2, 1, 1).u32(1).str("user"),
		"streaming": new(parts).u16(3, 1, 1).u32(1).str("channel", "account"),
		"FPA":       new(parts).u16(4, 1, 1).u32(1),
		"FCDN":      new(parts).u16(6, 1, 1).u32(1).str("channel", "account"),
		"APaaS":     new(parts).u16(7, 1, 1).u32(1).str("room", "user").u16(2),
		"RTM2":      new(parts).u16(8, 1, 1).u32(1).str("user").u16(2, 1, 1, 1, 1).str("a").u16(2, 1, 2, 2).str("b", "c"),
	} {
		t.Run(name, func(t *testing.T) {
			p := head(2)
			p.b = append(p.b, service.b...)
			token, err := verify(t, p.u16(5, 1, privilegeUser).u32(60).str("alice").token(t))
			require.NoError(t, err)
			assert.Equal(t, "alice", token.UserID())
		})
	}
}

func TestParseRefuses(t *testing.T) {
	good, err := Build(params())
	require.NoError(t, err)
	bomb, err := pack(make([]byte, 8<<20)) // 8 MB of zeros, some 8 KB packed
	require.NoError(t, err)
	for name, text := range map[string]string{
		"empty":               "",
		"version alone":       "007",
		"older version":       "006" + good[3:],
		"opaque token":        "YWMtZXhhbXBsZQ",
		"not base64":          "007" + strings.Repeat("*", 40),
		"line break":          good[:20] + "\n" + good[20:],
		"not compressed":      "007aGVsbG8gd29ybGQ=",
		"two tokens in a row": good + good[3:],
		"bomb":                bomb,
		"very long":           "007" + strings.Repeat("A", 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			token, err := Parse(text)
			require.ErrorIs(t, err, ErrMalformed)
			assert.Nil(t, token)
			assert.Less(t, len(err.Error()), 100, "the error should not carry the token")
		})
	}
	t.Run("cut short", func(t *testing.T) {
		for i := range len(good) - 1 {
			_, err := Parse(good[:i])
			require.ErrorIs(t, err, ErrMalformed, "after %d bytes", i)
		}
	})
	t.Run("content cut short", func(t *testing.T) {
		content, err := unpack(good)
		require.NoError(t, err)
		for i := range content {
			text, err := pack(content[:i])
			require.NoError(t, err)
			_, err = Parse(text)
			require.ErrorIs(t, err, ErrMalformed, "after %d bytes", i)
		}
	})
}

// A bomb must not only be refused, it must be refused early.
func TestBombTakesLittleMemory(t *testing.T) {
	bomb, err := pack(make([]byte, 8<<20))
	require.NoError(t, err)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = Parse(bomb)
	runtime.ReadMemStats(&after)
	require.ErrorIs(t, err, ErrMalformed)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
}

func TestSecretsStayHidden(t *testing.T) {
	p := params()
	text, err := Build(p)
	require.NoError(t, err)
	token, err := Parse(text)
	require.NoError(t, err)

	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "params", p, "token", token)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "params", &p, "token", *token)
	asJSON, err := json.Marshal(p) //nolint:musttag // nobody should do so, but somebody will
	require.NoError(t, err)

	shown := []string{log.String(), string(asJSON), p.String(), p.GoString(), token.String(), token.GoString()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		for _, v := range []any{p, &p, token, *token, []any{p, token}, struct{ P Params }{p}, struct{ T Token }{*token}} {
			shown = append(shown, fmt.Sprintf(verb, v))
		}
	}
	for _, s := range shown {
		assert.NotContains(t, s, certificate)
		assert.NotContains(t, s, fmt.Sprintf("%x", certificate))
		assert.NotContains(t, s, string(token.signature))
		assert.NotContains(t, s, hex.EncodeToString(token.signature))
		assert.NotContains(t, s, strings.Trim(fmt.Sprintf("%d", token.signature), "[]"))
	}
	assert.Contains(t, fmt.Sprintf("%+v", p), "alice", "what is no secret should show")
	assert.Contains(t, fmt.Sprintf("%+v", token), "alice", "what is no secret should show")
}

// The expected string was made with Python's hashlib and base64.
func TestDynamic(t *testing.T) {
	got := Dynamic("YXA6c3VuZmxvd2VyLWlk", "YXA6c3VuZmxvd2VyLXNlY3JldA", "sunflower#demo", "alice",
		time.Unix(1_700_000_000, 999), time.Hour)
	assert.Equal(t, "ZHQteyJzaWduYXR1cmUiOiJkZGU5ODNlZTU4ZmYwOWNhY2RlODYwODE5OWJiOWZmZDgxMzIwODc5MTUxMDE1N2NjMGRjZGM0YzFmMDk3"+
		"MzEzIiwiYXBwa2V5Ijoic3VuZmxvd2VyI2RlbW8iLCJ1c2VySWQiOiJhbGljZSIsImN1clRpbWUiOjE3MDAwMDAwMDAsInR0bCI6MzYwMH0=", got)
}

// Parse reads strings from strangers: it must not panic, and must not take
// more memory than it promises.
func FuzzParse(f *testing.F) {
	corpus.Add(f)
	for _, v := range vectors(f) {
		f.Add(v.TokenGo)
		f.Add(v.TokenZlib)
		f.Add(v.TokenGo[:len(v.TokenGo)/2])
	}
	f.Add("007")
	f.Fuzz(func(t *testing.T, text string) {
		token, err := Parse(text)
		if err != nil {
			require.ErrorIs(t, err, ErrMalformed)
			return
		}
		assert.LessOrEqual(t, len(token.signed), maxContent)
		_ = token.Verify(certificate, issued)
		_ = token.String()
	})
}

// FuzzContent is FuzzParse behind the compression, which random changes of the
// text seldom get through.
func FuzzContent(f *testing.F) {
	corpus.Add(f)
	for _, v := range vectors(f) {
		content, err := unpack(v.TokenGo)
		require.NoError(f, err)
		f.Add(content)
	}
	f.Add(head(2).u16(8, 0).str("user").u16(1, 1, 1, 1, 1).str("a").u16(5, 1, 1).u32(60).str("bob").b)
	f.Fuzz(func(t *testing.T, content []byte) {
		text, err := pack(content)
		require.NoError(t, err)
		token, err := Parse(text)
		if err != nil {
			require.ErrorIs(t, err, ErrMalformed)
			return
		}
		_ = token.Verify(certificate, issued)
		_ = token.String()
	})
}
