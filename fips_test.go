package im_test

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/internal/accesstoken"
)

// Under GODEBUG=fips140=only nothing panics: what needs keys that are too short for
// it is an error, the rest works. The mode is the process's, hence the subprocess.
func TestFIPSOnly(t *testing.T) {
	if os.Getenv("IM_TEST_FIPS") == "" {
		sub := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFIPSOnly$", "-test.v")
		sub.Env = append(os.Environ(), "GODEBUG=fips140=only", "IM_TEST_FIPS=1")
		out, err := sub.CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.Contains(t, string(out), "--- PASS: TestFIPSOnly")
		return
	}
	agora := im.AppCertificate{AppID: appID, Certificate: certificate}
	_, err := agora.AppToken()
	require.ErrorContains(t, err, "fips140=only")
	_, err = agora.UserToken("alice", time.Hour)
	require.ErrorContains(t, err, "fips140=only")
	for _, exchange := range []bool{false, true} {
		c := config
		c.Token = im.AppCertificate{AppID: appID, Certificate: certificate, Exchange: exchange}
		err = get(t.Context(), (&script{responses: []response{success}}).clientFor(t, c))
		require.ErrorContains(t, err, "fips140=only")
	}
	made, err := accesstoken.Parse("007eJxSYPjTVJHjOc9xn3nE/mk6b69xbjfYMfFOdKPYmZ1Xl/6/xRCrwGBgaGRsYmpmbmGZmJSckpqGzmf4GJwqwMfA4Je4h4GRgZWBkYGJAcRnYAAEAAD//+jKHbU=")
	require.NoError(t, err)
	require.ErrorIs(t, made.Verify(certificate, time.Now()), accesstoken.ErrFIPS)

	dynamic, err := im.ClientCredentials{ID: "i", Secret: "s"}.UserToken("acme#demo", "alice", time.Hour)
	require.NoError(t, err)
	assert.NotEmpty(t, dynamic.Value)

	memory := &tokenMemory{}
	sealed, err := im.EncryptedTokens(memory, make([]byte, 32))
	require.NoError(t, err)
	require.NoError(t, sealed.Save(t.Context(), "acme/demo", im.Token{Value: "secret"}))
	got, err := sealed.Load(t.Context(), "acme/demo")
	require.NoError(t, err)
	assert.Equal(t, "secret", got.Value)

	c := config
	c.Token = im.ClientCredentials{ID: "id", Secret: "s"}
	server := &gate{accepts: everything}
	require.NoError(t, get(t.Context(), (&script{responses: []response{{do: server.do}}}).clientFor(t, c)))
}
