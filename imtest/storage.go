package imtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Files may lie at a storage, which knows nothing of tokens: a signed address is
// permission enough.

const signedLife = time.Hour // of an address that was handed out

var storageRoutes = []route{
	{
		method: get, path: "https://history.example.com/chat-history/{org}/{app}/{file}",
		who: noneAsked, do: (*state).historyFile,
	},
	{
		method: get, path: "https://storage.example.com/chat-files/{org}/{app}/{file}",
		who: noneAsked, do: (*state).storedFile,
	},
}

// WithFileRedirects puts files at a storage host of their own, as some clusters do:
// a second port, in plain HTTP also with [WithTLS]. Downloads of attachments,
// thumbnails and shared files are redirected to it with 302, and the addresses of
// history files lead to it. It refuses a token. Close ends it, RefuseConnections
// leaves it open.
func WithFileRedirects() Option {
	return func(c *config) { c.redirects = true }
}

// openStorage listens beside an address.
func (srv *Server) openStorage(beside net.Addr) error {
	host, _, err := net.SplitHostPort(beside.String())
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(host, "0")) //nolint:noctx // it does not wait
	if err != nil {
		return err
	}
	_, srv.state.storagePort, _ = net.SplitHostPort(listener.Addr().String()) // a listener's has both
	srv.storage = srv.newHTTP(srv.guarded(listener.Addr(), http.HandlerFunc(srv.serveStorage)))
	go func() { _ = srv.storage.Serve(listener) }() // always returns an error; Close is the only cause
	return nil
}

// serveStorage responses at the storage host: files, and nothing of the API.
func (srv *Server) serveStorage(w http.ResponseWriter, r *http.Request) {
	c := srv.newCall(r)
	if c.route == nil || c.route.id != "" {
		c = &call{r: r, state: c.state, started: c.started, refused: errNoSuchKey()}
	}
	srv.respond(w, c)
}

// redirect leads a download to the storage.
func (c *call) redirect(f *file) *reply {
	name := f.uuid
	if c.id() == "messages.download_thumbnail" {
		name += thumbnailSuffix
	}
	return &reply{status: http.StatusFound, contentType: "text/html", location: c.signed("chat-files", name)}
}

const thumbnailSuffix = ".thumbnail"

func (s *state) storedFile(c *call) (*response, *apiError) {
	if err := s.checkSigned(c); err != nil {
		return nil, err
	}
	uuid, small := strings.CutSuffix(c.value("file"), thumbnailSuffix)
	f := s.stored(uuid)
	switch {
	case f == nil || f.expired(s.now()):
		return nil, errNoSuchKey()
	case small:
		f = f.thumbnail()
	}
	return &response{file: f}, nil
}

// stored returns an attachment, or a file that a group shares.
func (s *state) stored(uuid string) *file {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if f := s.files.get(uuid); f != nil {
		return f
	}
	for g := range s.chatgroups.byID.all {
		if shared := g.files.get(uuid); shared != nil {
			return shared.file
		}
	}
	return nil
}

// signed is the address of a file in the storage, good for an hour.
func (c *call) signed(kind, name string) string {
	s := c.state
	path := "/" + kind + "/" + s.conf.org + "/" + s.conf.app + "/" + name
	expires := strconv.FormatInt(s.now().Add(signedLife).Unix(), 10)
	query := url.Values{"Expires": {expires}, "OSSAccessKeyId": {"imtest"}, "Signature": {s.sign(path, expires)}}
	address := url.URL{Scheme: c.scheme(), Host: c.r.Host, Path: path, RawQuery: query.Encode()}
	if s.storagePort != "" {
		address.Scheme, address.Host = "http", net.JoinHostPort(address.Hostname(), s.storagePort)
	}
	return address.String()
}

func (s *state) sign(path, expires string) string {
	h := hmac.New(sha256.New, []byte(s.conf.clientSecret))
	h.Write([]byte(path + "\n" + expires))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// checkSigned refuses an address that is not signed or no longer good, and a token,
// which has no business here.
func (s *state) checkSigned(c *call) *apiError {
	path, expires := "/"+strings.Join(c.segments, "/"), c.query.Get("Expires")
	ends, _ := strconv.ParseInt(expires, 10, 64)
	switch {
	case c.r.Header.Get("Authorization") != "":
		return errStorage(http.StatusBadRequest, "InvalidArgument", "Only one auth mechanism is allowed.")
	case !hmac.Equal([]byte(c.query.Get("Signature")), []byte(s.sign(path, expires))):
		return errStorage(http.StatusForbidden, "SignatureDoesNotMatch", "The request signature does not match.")
	case s.now().Unix() >= ends:
		return errStorage(http.StatusForbidden, "AccessDenied", "Request has expired.")
	}
	return nil
}
