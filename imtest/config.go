package imtest

import (
	"strings"

	im "github.com/imrest/im-go"
)

// Config is what im.New needs to call this server. Its Platform is Easemob with
// [WithEasemobQuotas], else Agora. A server with TLS needs
// im.WithHTTPClient(srv.HTTPClient()) besides. [Server.Client] does all of that.
func (srv *Server) Config() im.Config {
	platform := im.Agora
	if srv.conf.easemob {
		platform = im.Easemob
	}
	host, plain := strings.CutPrefix(srv.URL(), "http://")
	return im.Config{
		Host: srv.URL(), Org: srv.Org(), App: srv.App(), Platform: platform,
		PlainHTTP: plain && !isLoopbackHost(host),
		Token:     im.ClientCredentials{ID: srv.ClientID(), Secret: srv.ClientSecret()},
	}
}

// Client returns a client of this server, with options of the caller's. It panics if
// im.New rejects one of them.
func (srv *Server) Client(options ...im.Option) *im.Client {
	if srv.cert != nil {
		options = append([]im.Option{im.WithHTTPClient(srv.HTTPClient())}, options...)
	}
	client, err := im.New(srv.Config(), options...)
	if err != nil {
		panic(err)
	}
	return client
}
