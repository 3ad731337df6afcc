// Command imserver runs the emulator of package imtest alone, for clients in
// any language. It prints what a client needs as lines for a shell, and a curl
// line to begin with. A page at its address shows what it holds, and tests control it
// at the paths below /_im/.
//
//	go run github.com/imrest/im-go/imtest/imserver -addr 127.0.0.1:8080 -quotas -data im.json
//
// It ends with exit code 0 after an interrupt, 1 when something fails, 2 when
// the command line is wrong.
package main

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/imtest"
)

// hangup is SIGHUP, by its number: js/wasm, where none arrives, has no name for it.
const hangup = syscall.Signal(1)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, hangup)
	err := run(ctx, hangups, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "imserver:", strings.TrimPrefix(err.Error(), "imtest: "))
		os.Exit(1)
	}
}

// errUsage is a wrong command line; it has been reported to the user.
var errUsage = errors.New("usage")

// settings are what the command line asks for.
type settings struct {
	addr, org, app     string
	appID, certificate string
	id, secret         string
	options            []imtest.Option
	quotas             quotasFlag
	log                logFlag
	faults, data, tls  string // names of files, "": none
}

// quotasFlag is -quotas, or -quotas=easemob.
type quotasFlag string

func (q *quotasFlag) String() string { return string(*q) }

// IsBoolFlag lets the flag stand without a value.
func (q *quotasFlag) IsBoolFlag() bool { return true }

func (q *quotasFlag) Set(value string) error {
	switch value {
	case "true", "agora":
		*q = "agora"
	case "easemob":
		*q = "easemob"
	case "false":
		*q = ""
	default:
		return errors.New(`is "agora" or "easemob"`)
	}
	return nil
}

// parse reads the command line.
func parse(args []string, stderr io.Writer) (*settings, error) {
	var s settings
	flags := flag.NewFlagSet("imserver", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.addr, "addr", "127.0.0.1:8080", "`address` to listen on")
	flags.StringVar(&s.org, "org", "acme", "org_name of the app")
	flags.StringVar(&s.app, "app", "demo", "app_name of the app")
	flags.StringVar(&s.appID, "app-id", "0123456789abcdef0123456789abcdef", "Agora's app id, which paths and AccessToken2 tokens carry")
	flags.StringVar(&s.certificate, "certificate", "fedcba9876543210fedcba9876543210", "Agora's app certificate, which signs AccessToken2 tokens")
	flags.StringVar(&s.id, "client-id", "YXA6aW1zZXJ2ZXItaWQ", "client id that POST /token takes")
	flags.StringVar(&s.secret, "client-secret", "YXA6aW1zZXJ2ZXItc2VjcmV0", "client secret that POST /token takes")
	lifetime := flags.Duration("token-lifetime", imtest.DefaultTokenLifetime, "life of a token asked for without a ttl")
	flags.Var(&s.quotas, "quotas", "keep the documented quotas; -quotas=easemob keeps Easemob's figures")
	flags.StringVar(&s.faults, "faults", "", "JSON `file` of the calls that break, such as [{\"endpoint\": \"users.get\", \"every\": 20, \"do\": \"bad_gateway\"}]")
	flags.StringVar(&s.data, "data", "", "`file` to start from, if it is there, and to save to: at the end and on SIGHUP")
	flags.StringVar(&s.tls, "tls", "", "serve HTTPS, and write the certificate that clients must trust to this `file`")
	callback := flags.String("callback", "", "send callbacks after events to this `URL`")
	preSend := flags.String("callback-pre-send", "", "ask this `URL` about messages of clients before they are delivered")
	callbackSecret := flags.String("callback-secret", "", "`secret` that signs callbacks")
	clock := flags.String("clock", "", "start the server's clock at this `time`, such as 2026-03-01T09:00:00Z")
	flags.Var(&s.log, "log", "print each request as a line to standard error; -log=json prints JSON")
	redirects := flags.Bool("file-redirects", false, "serve files from a second port, by redirect, as some clusters do")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return nil, err
	case err != nil:
		return nil, errUsage
	case flags.NArg() > 0:
		return nil, wrongUsage(stderr, "unexpected argument %q", flags.Arg(0))
	case s.org == "" || s.app == "" || s.appID == "":
		return nil, wrongUsage(stderr, "-org, -app and -app-id cannot be empty")
	case *lifetime <= 0:
		return nil, wrongUsage(stderr, "-token-lifetime is %s, must be above 0", *lifetime)
	}
	s.options = []imtest.Option{
		imtest.WithAddr(s.addr), imtest.WithApp(s.org, s.app), imtest.WithAppID(s.appID), imtest.WithCertificate(s.certificate),
		imtest.WithClient(s.id, s.secret), imtest.WithTokenLifetime(*lifetime), imtest.WithPage(), imtest.WithControl(),
	}
	rules, err := callbackRules(*callback, *preSend, *callbackSecret)
	if err != nil {
		return nil, wrongUsage(stderr, "%v", err)
	}
	s.options = append(s.options, imtest.WithCallbacks(rules...))
	if *clock != "" {
		parsed, err := imtest.ParseClock(*clock)
		if err != nil {
			return nil, wrongUsage(stderr, "-clock: %v", err)
		}
		s.options = append(s.options, imtest.WithClock(parsed))
	}
	if s.log != "" {
		s.options = append(s.options, imtest.WithRequestLog(s.log.writer(stderr)))
	}
	if *redirects {
		s.options = append(s.options, imtest.WithFileRedirects())
	}
	if s.tls != "" {
		s.options = append(s.options, imtest.WithHTTP2())
	}
	switch s.quotas {
	case "agora":
		s.options = append(s.options, imtest.WithQuotas())
	case "easemob":
		s.options = append(s.options, imtest.WithEasemobQuotas())
	}
	return &s, nil
}

// callbackRules are the rules of the flags, one for callbacks after events, one for those before delivery.
func callbackRules(after, before, secret string) (rules []imtest.Rule, err error) {
	if (after != "" || before != "") != (secret != "") {
		return nil, errors.New("-callback-secret goes with -callback or -callback-pre-send, and they with it")
	}
	if after != "" {
		rules = append(rules, imtest.Rule{Name: "callback", URL: after, Secret: secret})
	}
	if before != "" {
		rules = append(rules, imtest.Rule{Name: "callback-pre-send", URL: before, Secret: secret, Kinds: []string{"pre_send"}, Reports: true})
	}
	return rules, nil
}

func wrongUsage(stderr io.Writer, format string, args ...any) error {
	_, _ = fmt.Fprintf(stderr, "imserver: "+format+"\nimserver -h lists the flags\n", args...)
	return errUsage
}

// run serves until the context ends.
func run(ctx context.Context, hangups <-chan os.Signal, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	srv, err := start(s)
	if err != nil {
		return err
	}
	defer srv.Close()
	if err := writeCertificate(srv, s.tls); err != nil {
		return err
	}
	if _, err := io.WriteString(stdout, greeting(srv, s.tls)); err != nil {
		return err
	}
	for {
		select {
		case <-hangups:
			if err := save(srv, s.data); err != nil {
				_, _ = fmt.Fprintln(stderr, "imserver:", err) // the server goes on, and saves once more at the end
			}
		case <-ctx.Done():
			srv.Close() // nothing is to change behind the data
			return save(srv, s.data)
		}
	}
}

// start starts the server from its files.
func start(s *settings) (*imtest.Server, error) {
	options := s.options
	if s.faults != "" {
		f, err := os.Open(s.faults) //nolint:gosec // the user names it
		if err != nil {
			return nil, err
		}
		defer closed(f)
		options = append(options, imtest.WithFaults(f))
	}
	if s.data != "" {
		options = append(options, imtest.WithDataFile(s.data))
	}
	return imtest.Start(options...)
}

// save writes the data, if they have a file.
func save(srv *imtest.Server, name string) error {
	if name == "" {
		return nil
	}
	return srv.SaveFile(name)
}

// closed closes a file that was only read.
func closed(f *os.File) { _ = f.Close() }

// writeCertificate writes what clients must trust, if there is a file for it.
func writeCertificate(srv *imtest.Server, name string) error {
	if name == "" {
		return nil
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.TLSCertificate().Raw})
	return file.Save(name, func(w io.Writer, _ func() error) error { // whoever waits for it never reads a part
		_, err := w.Write(text)
		return err
	})
}

// greeting is what a shell needs to know of a server. What may be set there for
// another app is unset. The certificate is a file, or "".
func greeting(srv *imtest.Server, certificate string) string {
	var b strings.Builder
	set := [][2]string{
		{"IM_HOST", srv.URL()},
		{"IM_ORG", srv.Org()},
		{"IM_APP", srv.App()},
		{"IM_PLATFORM", string(srv.Config().Platform)},
		{"IM_CLIENT_ID", srv.ClientID()},
		{"IM_CLIENT_SECRET", srv.ClientSecret()},
	}
	unset := "IM_APP_KEY IM_APP_ID IM_APP_CERTIFICATE IM_TOKEN"
	if srv.Config().PlainHTTP {
		set = append(set, [2]string{"IM_PLAIN_HTTP", "true"})
	} else {
		unset += " IM_PLAIN_HTTP"
	}
	for _, v := range set {
		fmt.Fprintf(&b, "export %s=%s\n", v[0], quote(v[1]))
	}
	fmt.Fprintf(&b, "unset %s\n", unset)
	curl := "curl -s"
	if certificate != "" { // Go's programs on Unix trust it then, and nothing else
		fmt.Fprintf(&b, "export SSL_CERT_FILE=%s\n", quote(certificate))
		curl += " --cacert " + quote(certificate)
	}
	base := srv.URL() + "/" + url.PathEscape(srv.Org()) + "/" + url.PathEscape(srv.App())
	login := fmt.Sprintf(`{"grant_type":"client_credentials","client_id":%s,"client_secret":%s}`,
		jsonText(srv.ClientID()), jsonText(srv.ClientSecret()))
	fmt.Fprintf(&b, "\n# look at it: %s/\n", srv.URL())
	fmt.Fprintf(&b, "# to begin: fetch a token, register a user\n")
	fmt.Fprintf(&b, `TOKEN=$(%s %s -H 'Content-Type: application/json' -d %s | sed 's/.*"access_token":"\([^"]*\)".*/\1/') && `,
		curl, quote(base+"/token"), quote(login))
	fmt.Fprintf(&b, `%s %s -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"username":"alice","password":"S3cret.pass"}'`,
		curl, quote(base+"/users"))
	b.WriteString("\n")
	return b.String()
}

// jsonText makes a text a JSON string.
func jsonText(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string always encodes
	}
	return string(quoted)
}

// quote makes a text one word of a POSIX shell.
func quote(text string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./:=", r)
	}
	if text != "" && strings.TrimFunc(text, plain) == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
