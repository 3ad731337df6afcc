package im_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
)

// setIM sets these IM_* variables, and no others, for a test.
func setIM(t *testing.T, pairs ...string) {
	t.Helper()
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "IM_") {
			t.Setenv(name, "")
			require.NoError(t, os.Unsetenv(name))
		}
	}
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		t.Setenv(name, value)
	}
}

func TestConfigFromEnv(t *testing.T) {
	app := "IM_APP_ID=" + appID
	for _, c := range []struct {
		env  string
		want im.Config
		err  string // the variables that the error names
	}{
		{env: "IM_HOST=h IM_ORG=o IM_APP=a IM_CLIENT_ID=i IM_CLIENT_SECRET=s IM_PLATFORM=easemob",
			want: im.Config{Host: "h", Org: "o", App: "a", Platform: im.Easemob, Token: im.ClientCredentials{ID: "i", Secret: "s"}}},
		{env: "IM_HOST=h IM_APP_KEY=o#a IM_TOKEN=t IM_PLATFORM=Agora",
			want: im.Config{Host: "h", AppKey: "o#a", Platform: im.Agora, Token: im.StaticToken("t")}},
		{env: "IM_HOST=a1.easemob.com IM_APP_KEY=o#a IM_TOKEN=t IM_ORG= IM_PLAIN_HTTP=",
			want: im.Config{Host: "a1.easemob.com", AppKey: "o#a", Token: im.StaticToken("t")}},
		{env: "IM_HOST=http://im:8080 IM_APP_KEY=o#a IM_TOKEN=t IM_PLATFORM=EASEMOB IM_PLAIN_HTTP=true",
			want: im.Config{Host: "http://im:8080", AppKey: "o#a", Platform: im.Easemob, PlainHTTP: true, Token: im.StaticToken("t")}},
		{env: "IM_HOST=a41.chat.agora.io IM_APP_CERTIFICATE=" + certificate + " " + app,
			want: im.Config{Host: "a41.chat.agora.io", AppID: appID, Token: im.AppCertificate{AppID: appID, Certificate: certificate}}},
		{env: "IM_HOST=a41.chat.agora.io IM_APP_KEY=o#a IM_APP_CERTIFICATE=" + certificate + " " + app,
			want: im.Config{Host: "a41.chat.agora.io", AppKey: "o#a", Token: im.AppCertificate{AppID: appID, Certificate: certificate}}},

		{env: "", err: "IM_ORG IM_HOST IM_CLIENT_ID"},
		{env: "IM_ORG=o IM_APP=a IM_TOKEN=t", err: "IM_HOST"},
		{env: "IM_HOST=h IM_ORG=o IM_APP=a IM_TOKEN=t", err: "IM_PLATFORM"},
		{env: "IM_HOST=h IM_PLATFORM=agora IM_TOKEN=t", err: "IM_ORG"},
		{env: "IM_HOST=h IM_PLATFORM=agora IM_APP=a IM_TOKEN=t", err: "IM_ORG"},
		{env: "IM_HOST=h IM_PLATFORM=agora IM_ORG=o IM_TOKEN=t", err: "IM_APP"},
		{env: "IM_HOST=h IM_PLATFORM=agora IM_ORG=o IM_APP=a IM_APP_KEY=o#a IM_TOKEN=t", err: "IM_APP_KEY"},
		{env: "IM_HOST=h IM_PLATFORM=agora IM_ORG=o IM_APP=a IM_TOKEN=t " + app, err: "IM_APP_ID"},
		{env: "IM_HOST=h IM_PLATFORM=agora IM_ORG=o IM_APP=a", err: "IM_CLIENT_ID"},
		{env: "IM_HOST=h IM_PLATFORM=agora IM_ORG=o IM_APP=a IM_CLIENT_ID=i", err: "IM_CLIENT_SECRET"},
		{env: "IM_HOST=h IM_PLATFORM=agora IM_ORG=o IM_APP=a IM_CLIENT_SECRET=s", err: "IM_CLIENT_ID"},
		{env: "IM_HOST=h IM_PLATFORM=agora IM_ORG=o IM_APP=a IM_APP_CERTIFICATE=" + certificate, err: "IM_APP_ID"},
		{env: "IM_HOST=h IM_PLATFORM=agora IM_APP_ID=i IM_APP_CERTIFICATE=c", err: "IM_APP_ID IM_APP_CERTIFICATE"},
		{env: "IM_HOST=h IM_PLATFORM=agora IM_ORG=o IM_APP=a IM_CLIENT_ID=i IM_CLIENT_SECRET=s IM_TOKEN=t", err: "IM_TOKEN"},
		{env: "IM_HOST=h IM_PLATFORM=agora IM_ORG=o IM_APP=a IM_CLIENT_ID=i IM_CLIENT_SECRET=s IM_APP_CERTIFICATE=" + certificate + " " + app,
			err: "IM_APP_CERTIFICATE"},
		{env: "IM_HOST=h IM_PLATFORM=agora IM_ORG=o IM_APP=a IM_CLIENT_ID=i IM_TOKEN=t", err: "IM_TOKEN IM_CLIENT_SECRET"},
		{env: "IM_HOST=ftp://h IM_PLATFORM=rongcloud IM_ORG=a/b IM_APP=.. IM_TOKEN=té IM_PLAIN_HTTP=perhaps",
			err: "IM_PLAIN_HTTP IM_ORG IM_APP IM_HOST IM_TOKEN IM_PLATFORM"},
	} {
		t.Run(c.env, func(t *testing.T) {
			setIM(t, strings.Fields(c.env)...)
			got, err := im.ConfigFromEnv()
			if c.err == "" {
				require.NoError(t, err)
				assert.Equal(t, c.want, got)
				_, err = im.New(got)
				require.NoError(t, err)
				return
			}
			assert.Equal(t, strings.Fields(c.err), wrongFields(t, err), "%v", err)
		})
	}
}

// White space around a value, most often the end of a line, is reported, and a
// secret is not shown.
func TestConfigFromEnvWhiteSpace(t *testing.T) {
	setIM(t, "IM_HOST=a1.easemob.com\n", "IM_ORG=o", "IM_APP=a", "IM_TOKEN=hush-hush\n")
	_, err := im.ConfigFromEnv()
	assert.Equal(t, []string{"IM_HOST", "IM_TOKEN"}, wrongFields(t, err))
	assert.NotContains(t, err.Error(), "hush")
}

// Quotation marks that nobody has taken off are reported, and nothing else is wrong.
func TestConfigFromEnvQuotationMarks(t *testing.T) {
	setIM(t, `IM_HOST="a1.easemob.com"`, "IM_ORG='o'", `IM_APP="a"`, `IM_PLATFORM="easemob"`, `IM_PLAIN_HTTP="true"`, `IM_TOKEN="hush-hush"`)
	_, err := im.ConfigFromEnv()
	assert.Equal(t, []string{"IM_HOST", "IM_ORG", "IM_APP", "IM_PLATFORM", "IM_PLAIN_HTTP", "IM_TOKEN"}, wrongFields(t, err))
	assert.Equal(t, 6, strings.Count(err.Error(), "quotation marks"))
	assert.NotContains(t, err.Error(), "hush")
}

// Who reads an error of ConfigFromEnv knows the variables, not the fields.
func TestConfigFromEnvNamesVariables(t *testing.T) {
	for env, want := range map[string]string{
		"IM_APP_KEY=o#a":                    "im: IM_APP_KEY: names the app beside IM_ORG and IM_APP; give one of them",
		"IM_APP_ID=" + appID:                "im: IM_APP_ID: names the app beside IM_APP_KEY or IM_ORG and IM_APP; give one of them",
		"IM_PLAIN_HTTP=yes":                 `im: IM_PLAIN_HTTP: is "yes", must be true or false`,
		"IM_CLIENT_ID=i IM_CLIENT_SECRET=s": "im: IM_TOKEN: excludes IM_CLIENT_ID; set the credentials of one kind",
	} {
		setIM(t, append(strings.Fields(env), "IM_HOST=a1.easemob.com", "IM_ORG=o", "IM_APP=a", "IM_TOKEN=t")...)
		_, err := im.ConfigFromEnv()
		require.EqualError(t, err, want)
	}
}

// Plain http is for New to reject, since WithPlainHTTP may allow it.
func TestPlainHTTPFromEnv(t *testing.T) {
	setIM(t, "IM_HOST=http://im:8080", "IM_ORG=o", "IM_APP=a", "IM_TOKEN=t", "IM_PLATFORM=agora")
	c, err := im.ConfigFromEnv()
	require.NoError(t, err)
	_, err = im.New(c)
	assert.Equal(t, []string{"Host"}, wrongFields(t, err))
	assert.Contains(t, err.Error(), "IM_PLAIN_HTTP=true")
	_, err = im.New(c, im.WithPlainHTTP())
	require.NoError(t, err)
}

// Variables from elsewhere are read as those of the environment, which is not looked at.
func TestConfigFromVariables(t *testing.T) {
	setIM(t, "IM_HOST=elsewhere", "IM_PLATFORM=agora")
	file := map[string]string{"IM_HOST": "h", "IM_APP_KEY": "o#a", "IM_TOKEN": "t", "IM_PLATFORM": "easemob"}
	config, err := im.ConfigFromVariables(func(name string) string { return file[name] })
	require.NoError(t, err)
	assert.Equal(t, im.Config{Host: "h", AppKey: "o#a", Platform: im.Easemob, Token: im.StaticToken("t")}, config)

	delete(file, "IM_HOST")
	_, err = im.ConfigFromVariables(func(name string) string { return file[name] })
	require.ErrorContains(t, err, "IM_HOST")

	_, err = im.ConfigFromVariables(nil)
	require.ErrorIs(t, err, im.ErrInvalidArgument)
	require.ErrorContains(t, err, "get: must not be nil")
}
