package imtest

import im "github.com/imrest/im-go"

// Config is what im.New needs to call this server.
func (srv *Server) Config() im.Config {
	return im.Config{
		Host: srv.URL(), Org: srv.Org(), App: srv.App(),
		Token: im.ClientCredentials{ID: srv.ClientID(), Secret: srv.ClientSecret()},
	}
}
