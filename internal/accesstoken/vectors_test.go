package accesstoken

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// vector is a token made by the vendor's Go builder and confirmed by its
// Python builder. All values are invented; none belongs to a real app.
type vector struct {
	Name            string `json:"name"`
	AppID           string `json:"app_id"`
	Certificate     string `json:"app_certificate"`
	UserID          string `json:"user_id"`
	Privilege       uint16 `json:"privilege"`
	Issued          int64  `json:"issue_ts"`
	Salt            uint32 `json:"salt"`
	Expire          int64  `json:"expire"`
	PrivilegeExpire int64  `json:"privilege_expire"`
	Signature       string `json:"signature"`
	Signed          string `json:"signed"`
	Content         string `json:"content"`
	TokenGo         string `json:"token_go"`   // packed by compress/zlib
	TokenZlib       string `json:"token_zlib"` // packed by the C library
}

func (v vector) params() Params {
	return Params{
		AppID: v.AppID, Certificate: v.Certificate, UserID: v.UserID,
		Issued: time.Unix(v.Issued, 0), Salt: v.Salt,
		Expire:          time.Duration(v.Expire) * time.Second,
		PrivilegeExpire: time.Duration(v.PrivilegeExpire) * time.Second,
	}
}

func vectors(tb testing.TB) []vector {
	tb.Helper()
	raw, err := os.ReadFile("testdata/vectors.json")
	require.NoError(tb, err)
	var vs []vector
	require.NoError(tb, json.Unmarshal(raw, &vs))
	require.Len(tb, vs, 5)
	return vs
}

func TestVectorsBuild(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			token, err := Build(v.params())
			require.NoError(t, err)
			content, err := unpack(token)
			require.NoError(t, err)
			assert.Equal(t, v.Content, hex.EncodeToString(content))
		})
	}
}

func TestVectorsParse(t *testing.T) {
	for _, v := range vectors(t) {
		for name, text := range map[string]string{"go": v.TokenGo, "zlib": v.TokenZlib} {
			t.Run(v.Name+"/"+name, func(t *testing.T) {
				token, err := Parse(text)
				require.NoError(t, err)
				assert.Equal(t, v.Signature, hex.EncodeToString(token.signature))
				assert.Equal(t, v.Signed, hex.EncodeToString(token.signed))
				assert.Equal(t, v.AppID, token.AppID())
				assert.Equal(t, v.UserID, token.UserID())
				assert.Equal(t, v.Issued, token.Issued().Unix())
				assert.Equal(t, v.Issued+v.Expire, token.Expires().Unix())

				app, isApp := token.AppPrivilege()
				user, isUser := token.UserPrivilege()
				assert.Equal(t, v.Privilege == privilegeApp, isApp)
				assert.Equal(t, v.Privilege == privilegeUser, isUser)
				end := app
				if isUser {
					end = user
				}
				assert.Equal(t, v.Issued+v.PrivilegeExpire, end.Unix())

				assert.NoError(t, token.Verify(v.Certificate, token.Issued()))
				assert.NoError(t, token.Verify(v.Certificate, end.Add(-time.Nanosecond)))
				assert.ErrorIs(t, token.Verify(v.Certificate, end), ErrExpired)
			})
		}
	}
}
