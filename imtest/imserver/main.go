// Command imserver runs the emulator of package imtest alone, for clients in
// any language. It prints what a client needs as lines for a shell, and a curl
// line to try it with.
//
//	go run github.com/imrest/im-go/imtest/imserver -addr 127.0.0.1:8080
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/imrest/im-go/imtest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "imserver:", err)
		os.Exit(1)
	}
}

// errUsage is a wrong command line; the flag package has told about it.
var errUsage = errors.New("usage")

// run serves until the context ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("imserver", flag.ContinueOnError)
	flags.SetOutput(stderr)
	addr := flags.String("addr", "127.0.0.1:8080", "address to listen on")
	org := flags.String("org", "acme", "org_name of the app")
	app := flags.String("app", "demo", "app_name of the app")
	id := flags.String("client-id", "YXA6aW1zZXJ2ZXItaWQ", "client id that POST /token takes")
	secret := flags.String("client-secret", "YXA6aW1zZXJ2ZXItc2VjcmV0", "client secret that POST /token takes")
	lifetime := flags.Duration("token-lifetime", imtest.DefaultTokenLifetime, "life of a token asked for without a ttl")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return err
	case err != nil:
		return errUsage
	case flags.NArg() > 0:
		_, _ = fmt.Fprintf(stderr, "imserver: unexpected argument %q\n", flags.Arg(0))
		return errUsage
	}
	srv, err := imtest.Start(
		imtest.WithAddr(*addr), imtest.WithApp(*org, *app),
		imtest.WithClient(*id, *secret), imtest.WithTokenLifetime(*lifetime),
	)
	if err != nil {
		return err
	}
	defer srv.Close()
	if _, err := io.WriteString(stdout, greeting(srv)); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// greeting is what a shell needs to know of a server.
func greeting(srv *imtest.Server) string {
	var b strings.Builder
	for _, v := range [][2]string{
		{"IM_HOST", srv.URL()},
		{"IM_ORG", srv.Org()},
		{"IM_APP", srv.App()},
		{"IM_CLIENT_ID", srv.ClientID()},
		{"IM_CLIENT_SECRET", srv.ClientSecret()},
	} {
		fmt.Fprintf(&b, "export %s=%s\n", v[0], quote(v[1]))
	}
	base := srv.URL() + "/" + srv.Org() + "/" + srv.App()
	login := fmt.Sprintf(`{"grant_type":"client_credentials","client_id":%s,"client_secret":%s}`,
		jsonText(srv.ClientID()), jsonText(srv.ClientSecret()))
	fmt.Fprintf(&b, "\n# try it: fetch a token, register a user\n")
	fmt.Fprintf(&b, `TOKEN=$(curl -s %s -H 'Content-Type: application/json' -d %s | sed 's/.*"access_token":"\([^"]*\)".*/\1/') && `,
		quote(base+"/token"), quote(login))
	fmt.Fprintf(&b, `curl -s %s -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"username":"alice","password":"S3cret.pass"}'`,
		quote(base+"/users"))
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
