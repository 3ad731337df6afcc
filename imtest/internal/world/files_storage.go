package world

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

	"github.com/imrest/im-go/imtest/internal/wire"
)

// Files may lie at a storage, which knows nothing of tokens: a signed address is
// permission enough.

const signedLife = time.Hour // of an address that was handed out

var storageRoutes = []Legacy{
	{wire.Route{
		Method: get, Path: "https://history.example.com/chat-history/{org}/{app}/{file}",
		Who: wire.NoneAsked,
	}, (*World).historyFile},
	{wire.Route{
		Method: get, Path: "https://storage.example.com/chat-files/{org}/{app}/{file}",
		Who: wire.NoneAsked,
	}, (*World).storedFile},
}

// handOut responds with a file, or leads to the storage where files are.
func (w *World) handOut(c *wire.Call, f *File) *wire.Response {
	if w.StoragePort == "" || c.ID() == "" {
		return &wire.Response{File: &wire.Download{Name: f.Name, ContentType: f.ContentType, Data: f.Data, Modified: f.Created}}
	}
	name := f.UUID
	if c.ID() == "messages.download_thumbnail" {
		name += thumbnailSuffix
	}
	return &wire.Response{Location: w.signed(c, "chat-files", name)}
}

const thumbnailSuffix = ".thumbnail"

func (w *World) storedFile(c *wire.Call) (*wire.Response, *wire.Error) {
	if err := w.checkSigned(c); err != nil {
		return nil, err
	}
	uuid, small := strings.CutSuffix(c.Value("file"), thumbnailSuffix)
	f := w.stored(uuid)
	switch {
	case f == nil || f.expired(w.Now()):
		return nil, wire.ErrNoSuchKey()
	case small:
		f = f.thumbnail()
	}
	return w.handOut(c, f), nil
}

// stored returns an attachment, or a file that a group shares.
func (w *World) stored(uuid string) *File {
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	if f := w.Files.Get(uuid); f != nil {
		return f
	}
	return w.sharedFile(uuid)
}

// signed is the address of a file in the storage, good for an hour.
func (w *World) signed(c *wire.Call, kind, name string) string {
	path := "/" + kind + "/" + w.Conf.Org + "/" + w.Conf.App + "/" + name
	expires := strconv.FormatInt(w.Now().Add(signedLife).Unix(), 10)
	query := url.Values{"Expires": {expires}, "OSSAccessKeyId": {"imtest"}, "Signature": {w.sign(path, expires)}}
	address := url.URL{Scheme: c.Scheme(), Host: c.R.Host, Path: path, RawQuery: query.Encode()}
	if w.StoragePort != "" {
		address.Scheme, address.Host = "http", net.JoinHostPort(address.Hostname(), w.StoragePort)
	}
	return address.String()
}

func (w *World) sign(path, expires string) string {
	h := hmac.New(sha256.New, []byte(w.Conf.ClientSecret))
	h.Write([]byte(path + "\n" + expires))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// checkSigned refuses an address that is not signed or no longer good, and a token,
// which has no business here.
func (w *World) checkSigned(c *wire.Call) *wire.Error {
	path, expires := "/"+strings.Join(c.Segments, "/"), c.Query.Get("Expires")
	ends, _ := strconv.ParseInt(expires, 10, 64)
	switch {
	case c.R.Header.Get("Authorization") != "":
		return wire.ErrStorage(http.StatusBadRequest, "InvalidArgument", "Only one auth mechanism is allowed.")
	case !hmac.Equal([]byte(c.Query.Get("Signature")), []byte(w.sign(path, expires))):
		return wire.ErrStorage(http.StatusForbidden, "SignatureDoesNotMatch", "The request signature does not match.")
	case w.Now().Unix() >= ends:
		return wire.ErrStorage(http.StatusForbidden, "AccessDenied", "Request has expired.")
	}
	return nil
}
