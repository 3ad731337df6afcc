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

var storageRoutes = []legacy{
	{
		method: get, path: "https://history.example.com/chat-history/{org}/{app}/{file}",
		who: noneAsked, do: (*state).historyFile,
	},
	{
		method: get, path: "https://storage.example.com/chat-files/{org}/{app}/{file}",
		who: noneAsked, do: (*state).storedFile,
	},
}

// handOut responds with a file, or leads to the storage where files are.
func (s *state) handOut(c *call, f *file) *response {
	if s.storagePort == "" || c.id() == "" {
		return &response{file: &download{name: f.name, contentType: f.contentType, data: f.data, modified: f.created}}
	}
	name := f.uuid
	if c.id() == "messages.download_thumbnail" {
		name += thumbnailSuffix
	}
	return &response{location: s.signed(c, "chat-files", name)}
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
	return s.handOut(c, f), nil
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
func (s *state) signed(c *call, kind, name string) string {
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
