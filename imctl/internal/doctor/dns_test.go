package doctor

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/imrest/im-go/imctl/internal/app"
)

func TestDNS(t *testing.T) {
	for _, row := range []struct {
		host string
		err  error
		says string
		good bool
	}{
		{"https://a1.example.com", nil, "a1.example.com has 2 address(es)", true},
		{"https://127.0.0.1:8080", errors.New("not asked"), "is an address", true},
		{"https://a1.exmaple.com", &net.DNSError{Name: "a1.exmaple.com", IsNotFound: true}, "there is no host a1.exmaple.com", false},
		{"https://a1.example.com", errors.New("server misbehaving"), "cannot be resolved: server misbehaving", false},
	} {
		var out bytes.Buffer
		a := app.New(app.Env{Stdout: &out, Stderr: &out, Getenv: func(string) string { return "" }})
		at, err := url.Parse(row.host)
		assert.NoError(t, err)
		d := &doctor{App: a, Context: t.Context(), at: at, lookUp: func(context.Context, string) ([]string, error) {
			return []string{"192.0.2.1", "192.0.2.2"}, row.err
		}}
		assert.Equal(t, row.good, d.dns())
		assert.Contains(t, out.String(), row.says)
		assert.Equal(t, row.good, d.exit == app.ExitOK)
	}
}
