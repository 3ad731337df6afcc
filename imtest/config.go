package imtest

import im "github.com/imrest/im-go"

// Config is what im.New needs to call this server. Its Platform is Easemob with
// [WithEasemobQuotas], else Agora. A server with TLS needs
// im.WithHTTPClient(srv.HTTPClient()) besides.
func (srv *Server) Config() im.Config {
	platform := im.Agora
	if srv.conf.easemob {
		platform = im.Easemob
	}
	return im.Config{
		Host: srv.URL(), Org: srv.Org(), App: srv.App(), Platform: platform,
		Token: im.ClientCredentials{ID: srv.ClientID(), Secret: srv.ClientSecret()},
	}
}
