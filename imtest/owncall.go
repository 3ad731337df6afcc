package imtest

import (
	"bytes"
	"context"
	"net/http"
	"net/url"

	"github.com/imrest/im-go/imtest/internal/wire"
)

// ownCall is a call of the API that the server makes by itself, for the app and without a
// token. The path is below the prefix.
func (srv *Server) ownCall(ctx context.Context, path string, body any) *wire.Call {
	path = "/" + url.PathEscape(srv.Org()) + "/" + url.PathEscape(srv.App()) + path
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.url+path, bytes.NewReader(wire.Encode(body)))
	if err != nil {
		panic("imtest: " + err.Error()) // the server's own address is one
	}
	req.Header.Set("Content-Type", "application/json")
	c := srv.newCall(req)
	c.Caller = wire.Caller{App: true}
	return c
}
