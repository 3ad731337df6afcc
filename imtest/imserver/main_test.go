package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
)

// process is a running imserver.
type process struct {
	lines   []string // that it printed
	url     string
	token   string // fetched by ask
	hangups chan os.Signal
	stop    func() error
}

func begin(t *testing.T, args ...string) *process {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	p := &process{hangups: make(chan os.Signal)}
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, p.hangups, append([]string{"-addr", "127.0.0.1:0"}, args...), in, io.Discard)
		in.Close()
	}()
	scanner := bufio.NewScanner(out)
	for scanner.Scan() {
		p.lines = append(p.lines, scanner.Text())
		if strings.HasPrefix(scanner.Text(), "TOKEN=") {
			break
		}
	}
	p.stop = func() error {
		cancel()
		return <-ended
	}
	require.NotEmpty(t, p.lines, "it did not start")
	p.url = strings.TrimPrefix(p.lines[0], "export IM_HOST=")
	return p
}

// write sends a message through the page's form.
func (p *process) write(t *testing.T, to, text string) int {
	t.Helper()
	resp, err := http.PostForm(p.url+"/", url.Values{"to": {to}, "text": {text}, "kind": {"chatgroups"}})
	require.NoError(t, err)
	resp.Body.Close()
	return resp.StatusCode
}

// ask gets something with an app token, and returns the status.
func (p *process) ask(t *testing.T, path string) int {
	t.Helper()
	if p.token == "" {
		resp, err := http.PostForm(p.url+"/acme/demo/token", url.Values{
			"grant_type": {"client_credentials"}, "client_id": {"YXA6aW1zZXJ2ZXItaWQ"}, "client_secret": {"YXA6aW1zZXJ2ZXItc2VjcmV0"},
		})
		require.NoError(t, err)
		defer resp.Body.Close()
		var login struct {
			Token string `json:"access_token"`
		}
		require.NoError(t, json.NewDecoder(resp.Body).Decode(&login))
		p.token = login.Token
	}
	req, err := http.NewRequest("GET", p.url+path, nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+p.token)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	resp.Body.Close()
	return resp.StatusCode
}

func TestAppIDAndCertificate(t *testing.T) {
	id, certificate := strings.Repeat("0a", 16), strings.Repeat("b1", 16)
	p := begin(t, "-app-id", id, "-certificate", certificate)
	client, err := im.New(im.Config{
		Host: p.url, AppID: id, Platform: im.Agora, Token: im.AppCertificate{AppID: id, Certificate: certificate},
	})
	require.NoError(t, err)
	_, err = client.Users.Get(t.Context(), "alice")
	assert.ErrorIs(t, err, im.ErrNotFound)
	require.NoError(t, p.stop())
}

func TestPrintsWhatAClientNeeds(t *testing.T) {
	p := begin(t, "-org", "o", "-app", "a", "-client-id", "id", "-client-secret", "it's")
	require.Greater(t, len(p.lines), 5)
	assert.Regexp(t, `^export IM_HOST=http://127\.0\.0\.1:\d+$`, p.lines[0])
	assert.Equal(t, []string{
		"export IM_ORG=o", "export IM_APP=a", "export IM_PLATFORM=agora", "export IM_CLIENT_ID=id", `export IM_CLIENT_SECRET='it'\''s'`,
	}, p.lines[1:6])
	assert.NoError(t, p.stop())
}

// A server that others reach prints what lets them; one on loopback takes it back. Nothing is sent.
func TestPrintsThatPlainHTTPIsAllowed(t *testing.T) {
	start := func(options ...imtest.Option) string {
		srv, err := imtest.Start(options...)
		require.NoError(t, err)
		defer srv.Close()
		return greeting(srv, "")
	}
	assert.Regexp(t, `(?m)^unset .* IM_PLAIN_HTTP$`, start())
	addrs, err := net.InterfaceAddrs()
	require.NoError(t, err)
	for _, a := range addrs {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.To4() != nil && !ip.IP.IsLoopback() {
			printed := start(imtest.WithAddr(net.JoinHostPort(ip.IP.String(), "0")))
			assert.Contains(t, printed, "export IM_PLAIN_HTTP=true\n")
			assert.NotRegexp(t, `(?m)^unset .* IM_PLAIN_HTTP$`, printed)
		}
	}
}

// A client that reads what is printed keeps the quotas that the server keeps.
func TestPrintedEnvironmentMakesAClient(t *testing.T) {
	for quotas, want := range map[string]im.Platform{"-quotas=false": im.Agora, "-quotas": im.Agora, "-quotas=agora": im.Agora, "-quotas=easemob": im.Easemob} {
		p := begin(t, quotas)
		for _, line := range p.lines {
			if assignment, ok := strings.CutPrefix(line, "export "); ok {
				name, value, _ := strings.Cut(assignment, "=")
				t.Setenv(name, value)
			}
		}
		conf, err := im.ConfigFromEnv()
		require.NoError(t, err)
		assert.Equal(t, want, conf.Platform, quotas)
		client, err := im.New(conf)
		require.NoError(t, err)
		_, err = client.Users.Get(t.Context(), "alice")
		require.ErrorIs(t, err, im.ErrNotFound)
		client.Close()
		require.NoError(t, p.stop())
	}
}

// The certificate is another file until it is whole: what was there stays as it is.
func TestCertificateIsWrittenWhole(t *testing.T) {
	name := filepath.Join(t.TempDir(), "cert.pem")
	require.NoError(t, os.WriteFile(name, []byte("old"), 0o600))
	require.NoError(t, os.Link(name, name+".before"))
	require.NoError(t, begin(t, "-tls", name).stop())
	old, err := os.ReadFile(name + ".before")
	require.NoError(t, err)
	assert.Equal(t, "old", string(old))
	written, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.Contains(t, string(written), "BEGIN CERTIFICATE")
}

// The lines that are printed work in a shell as they are, also one that knows
// another app, with a program that reads the environment.
func TestPrintedEnvironmentInAShell(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	if _, err := exec.LookPath("sh"); err != nil || runtime.GOOS != "linux" {
		t.Skip("needs sh, and SSL_CERT_FILE")
	}
	folder := t.TempDir()
	program := filepath.Join(folder, "quickstart")
	out, err := exec.Command("go", "build", "-o", program, "../../examples/quickstart").CombinedOutput()
	require.NoError(t, err, string(out))
	for _, key := range []string{"IM_APP_KEY", "IM_APP_ID", "IM_APP_CERTIFICATE", "IM_TOKEN"} {
		t.Setenv(key, "of another app")
	}
	for _, args := range [][]string{
		{"-quotas=false"}, {"-quotas=easemob", "-client-secret", `it's"odd"$(exit-1)`}, {"-addr", "0.0.0.0:0"}, {"-addr", ":0"},
		{"-tls", filepath.Join(folder, "it's trusted.pem")}, {"-tls", filepath.Join(folder, "pem"), "-quotas=easemob", "-addr", "0.0.0.0:0"},
	} {
		p := begin(t, args...)
		script := strings.Join(p.lines, "\n") + "\nexec " + program
		out, err := exec.Command("sh", "-ec", script).CombinedOutput()
		assert.NoError(t, err, "%s\n%s", args, out)
		assert.Contains(t, string(out), `"username":"alice"`, "%s: the curl line", args)
		require.NoError(t, p.stop())
	}
}

// A site whose name is made to point to loopback gets nothing, of the page or of
// the API.
func TestForeignHostsAreTurnedAway(t *testing.T) {
	p := begin(t)
	for _, path := range []string{"/", "/acme/demo/users"} {
		for host, want := range map[string]bool{"evil.example": false, "evil.example:8080": false, "localhost:1": true, "127.0.0.1": true} {
			req, err := http.NewRequest("GET", p.url+path, nil)
			require.NoError(t, err)
			req.Host = host
			resp, err := http.DefaultClient.Do(req)
			require.NoError(t, err)
			resp.Body.Close()
			assert.Equal(t, want, resp.StatusCode != 403, "%s %s", host, path)
		}
	}
	assert.NoError(t, p.stop())
}

func TestCurlLineWorksAsPrinted(t *testing.T) {
	for _, tool := range []string{"sh", "curl", "sed"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("needs " + tool)
		}
	}
	p := begin(t, "-client-secret", `it's "odd"`)
	out, err := exec.Command("sh", "-c", p.lines[len(p.lines)-1]).Output()
	assert.NoError(t, err)
	assert.Contains(t, string(out), `"username":"alice","activated":true`)
	assert.NoError(t, p.stop())
}

func TestWrongCommandLine(t *testing.T) {
	for args, text := range map[string]string{
		"-nothing":           "flag provided but not defined: -nothing",
		"extra":              `imserver: unexpected argument "extra"`,
		"-org=":              "imserver: -org, -app and -app-id cannot be empty",
		"-token-lifetime=0s": "imserver: -token-lifetime is 0s, must be above 0",
		"-quotas=mine":       `is "agora" or "easemob"`,
	} {
		var stderr bytes.Buffer
		assert.ErrorIs(t, run(t.Context(), nil, []string{args}, io.Discard, &stderr), errUsage)
		assert.Contains(t, stderr.String(), text)
	}
	var stderr bytes.Buffer
	assert.ErrorIs(t, run(t.Context(), nil, []string{"-h"}, io.Discard, &stderr), flag.ErrHelp)
	assert.Contains(t, stderr.String(), "-data file\n")
	assert.ErrorContains(t, run(t.Context(), nil, []string{"-addr", "nowhere:x"}, io.Discard, io.Discard), "listen")
}

func TestQuotasAndFaultsOnTheCommandLine(t *testing.T) {
	// Of GET /push/label Agora lets 100 calls a second pass, Easemob 10.
	for flagText, most := range map[string]int{"-quotas": 100, "-quotas=agora": 100, "-quotas=easemob": 10, "-quotas=false": 110} {
		p := begin(t, flagText)
		passed, start := 0, time.Now()
		for range 110 {
			if p.ask(t, "/acme/demo/push/label") == 200 {
				passed++
			}
		}
		if time.Since(start) < time.Second { // otherwise a new second has begun
			assert.Equal(t, most, passed, flagText)
		}
		require.NoError(t, p.stop())
	}

	faults := filepath.Join(t.TempDir(), "faults.json")
	require.NoError(t, os.WriteFile(faults, []byte(`[{"endpoint":"users.get","do":"bad_gateway"}]`), 0o600))
	p := begin(t, "-faults", faults)
	assert.Equal(t, 502, p.ask(t, "/acme/demo/users/alice"))
	require.NoError(t, p.stop())

	require.NoError(t, os.WriteFile(faults, []byte("[\n{\"do\":\"explode\"}]"), 0o600))
	err := run(t.Context(), nil, []string{"-addr", "127.0.0.1:0", "-faults", faults}, io.Discard, io.Discard)
	assert.ErrorContains(t, err, "faults.json: line 2: ")
	err = run(t.Context(), nil, []string{"-faults", faults + "x"}, io.Discard, io.Discard)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestDataOutliveTheProcess(t *testing.T) {
	folder := t.TempDir()
	data := filepath.Join(folder, "im.json")
	p := begin(t, "-data", data)
	p.write(t, "bob", "one")
	assert.NoFileExists(t, data)
	p.hangups <- hangup
	p.hangups <- hangup // taken when the first save is done
	assert.FileExists(t, data)
	info, err := os.Stat(data)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	p.write(t, "bob", "two")
	require.NoError(t, p.stop())

	require.NoError(t, os.Chmod(data, 0o640))
	link := filepath.Join(folder, "link.json")
	require.NoError(t, os.Symlink(data, link))
	p = begin(t, "-data", link)
	p.write(t, "bob", "three")
	require.NoError(t, p.stop())

	text, err := os.ReadFile(data)
	require.NoError(t, err)
	for _, message := range []string{"one", "two", "three"} {
		assert.Contains(t, string(text), `"msg":"`+message+`"`)
	}
	assert.True(t, json.Valid(text))
	info, err = os.Lstat(data)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o640), info.Mode().Perm(), "who may read it is kept")
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, entries, 2, "no temporary file stays")
}

func TestWrongData(t *testing.T) {
	folder := t.TempDir()
	data := filepath.Join(folder, "im.json")
	start := func(name string) error {
		return run(t.Context(), nil, []string{"-addr", "127.0.0.1:0", "-data", name}, io.Discard, io.Discard)
	}
	require.NoError(t, os.WriteFile(data, []byte(`{"version": 99}`), 0o600))
	assert.ErrorContains(t, start(data), "im.json: version 99; this program reads version 1")
	text, err := os.ReadFile(data)
	require.NoError(t, err)
	assert.Equal(t, `{"version": 99}`, string(text), "what it cannot read it does not overwrite")
	assert.ErrorIs(t, start(filepath.Join(folder, "nowhere", "im.json")), os.ErrNotExist)
	assert.Error(t, start(folder))

	gone := filepath.Join(t.TempDir(), "sub")
	require.NoError(t, os.Mkdir(gone, 0o700))
	p := begin(t, "-data", filepath.Join(gone, "im.json"))
	require.NoError(t, os.Remove(gone))
	assert.ErrorIs(t, p.stop(), os.ErrNotExist, "data that were not saved are an error")
}

// The real program: signals and exit codes.
func TestProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	program := filepath.Join(t.TempDir(), "imserver")
	out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	exit := func(args ...string) (code int, stderr string) {
		var text bytes.Buffer
		cmd := exec.Command(program, args...)
		cmd.Stderr = &text
		if failed, ok := errors.AsType[*exec.ExitError](cmd.Run()); ok {
			code = failed.ExitCode()
		}
		return code, text.String()
	}
	code, _ := exit("-h")
	assert.Equal(t, 0, code)
	code, text := exit("-nothing")
	assert.Equal(t, 2, code)
	assert.Contains(t, text, "Usage of imserver")
	code, text = exit("-addr", "256.0.0.1:1")
	assert.Equal(t, 1, code)
	assert.True(t, strings.HasPrefix(text, "imserver: listen"), text)

	data := filepath.Join(t.TempDir(), "im.json")
	cmd := exec.Command(program, "-addr", "127.0.0.1:0", "-data", data)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewReader(stdout)
	_, err = lines.ReadString('\n')
	require.NoError(t, err)
	require.NoError(t, cmd.Process.Signal(hangup))
	require.Eventually(t, func() bool { _, err := os.Stat(data); return err == nil }, time.Minute, 10*time.Millisecond)
	require.NoError(t, os.Remove(data))
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	_, _ = io.Copy(io.Discard, lines)
	assert.NoError(t, cmd.Wait())
	assert.FileExists(t, data, fmt.Sprint(cmd.ProcessState))
}

// The flags set a rule after events and one before delivery.
func TestCallbackFlags(t *testing.T) {
	heard := make(chan string, 4)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		heard <- r.URL.Path
		_, _ = io.WriteString(w, `{"valid":false,"code":"E1"}`)
	}))
	defer receiver.Close()
	p := begin(t, "-callback", receiver.URL+"/after", "-callback-pre-send", receiver.URL+"/before", "-callback-secret", "s")
	for _, call := range [][2]string{
		{"seed", `{"users":["alice","bob"]}`}, {"users/alice/log_in", `{"devices":[{"id":"ios_1"}]}`}, {"users/alice/send", `{"to":"bob","text":"hi"}`},
	} {
		resp, err := http.Post(p.url+"/_im/"+call[0], "application/json", strings.NewReader(call[1]))
		require.NoError(t, err)
		text, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		resp.Body.Close()
		if resp.StatusCode >= 400 {
			assert.Contains(t, string(text), "rejected before delivery: E1")
		}
	}
	assert.ElementsMatch(t, []string{"/after", "/before"}, []string{<-heard, <-heard}) // a server that ends sends none
	require.NoError(t, p.stop())

	for _, args := range [][]string{{"-callback", "http://x"}, {"-callback-pre-send", "http://x"}, {"-callback-secret", "s"}} {
		_, err := parse(args, io.Discard)
		assert.ErrorIs(t, err, errUsage)
	}
	err := run(t.Context(), nil, []string{"-addr", "127.0.0.1:0", "-callback", "x", "-callback-secret", "s"}, io.Discard, io.Discard)
	assert.ErrorContains(t, err, "Rules[0].URL")
}
