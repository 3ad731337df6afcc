package imtest

import im "github.com/imrest/im-go"

// Config is what im.New needs to call this server.
func (srv *Server) Config() im.Config {
	return im.Config{
		Host: srv.URL(), Org: srv.Org(), App: srv.App(), Platform: srv.platform(),
		Token: im.ClientCredentials{ID: srv.ClientID(), Secret: srv.ClientSecret()},
	}
}

// platform is that of the quotas which the server counts.
func (srv *Server) platform() im.Platform {
	if srv.quotas != nil && srv.quotas.easemob {
		return im.Easemob
	}
	return im.Agora
}
