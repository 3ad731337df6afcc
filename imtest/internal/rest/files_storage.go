package rest

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
	"github.com/imrest/im-go/imtest/internal/world"
)

// Files may lie at a storage, which knows nothing of tokens: a signed address is
// permission enough.

const signedLife = time.Hour // of an address that was handed out

var storageRoutes = []route{
	{wire.Route{
		Method: get, Path: "https://history.example.com/chat-history/{org}/{app}/{file}",
		Who: wire.NoneAsked,
	}, (*API).historyFile},
	{wire.Route{
		Method: get, Path: "https://storage.example.com/chat-files/{org}/{app}/{file}",
		Who: wire.NoneAsked,
	}, (*API).storedFile},
}

// handOut responds with a file, or leads to the storage where files are.
func (a *API) handOut(c *wire.Call, f world.File) *wire.Response {
	if a.world.StoragePort == "" || c.ID() == "" {
		return &wire.Response{File: &wire.Download{Name: f.Name, ContentType: f.ContentType, Data: f.Data, Modified: f.Created}}
	}
	name := f.UUID
	if c.ID() == "messages.download_thumbnail" {
		name += thumbnailSuffix
	}
	return &wire.Response{Location: a.signed(c, "chat-files", name)}
}

const thumbnailSuffix = ".thumbnail"

func (a *API) storedFile(c *wire.Call) (*wire.Response, *wire.Error) {
	if err := a.checkSigned(c); err != nil {
		return nil, err
	}
	uuid, small := strings.CutSuffix(c.Value("file"), thumbnailSuffix)
	f, err := a.world.StoredFile(uuid)
	if err != nil {
		return nil, told(err, storageWords)
	}
	if small {
		f = f.Thumbnail()
	}
	return a.handOut(c, f), nil
}

// storageWords are how the storage puts it that something is not there.
var storageWords = words{
	world.NoFile:      always(wire.ErrNoSuchKey),
	world.HourIllegal: always(wire.ErrNoSuchKey),
}

// signed is the address of a file in the storage, good for an hour.
func (a *API) signed(c *wire.Call, kind, name string) string {
	w := a.world
	path := "/" + kind + "/" + w.Conf.Org + "/" + w.Conf.App + "/" + name
	expires := strconv.FormatInt(w.Now().Add(signedLife).Unix(), 10)
	query := url.Values{"Expires": {expires}, "OSSAccessKeyId": {"imtest"}, "Signature": {a.sign(path, expires)}}
	address := url.URL{Scheme: c.Scheme(), Host: c.R.Host, Path: path, RawQuery: query.Encode()}
	if w.StoragePort != "" {
		address.Scheme, address.Host = "http", net.JoinHostPort(address.Hostname(), w.StoragePort)
	}
	return address.String()
}

func (a *API) sign(path, expires string) string {
	h := hmac.New(sha256.New, []byte(a.world.Conf.ClientSecret))
	h.Write([]byte(path + "\n" + expires))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// checkSigned rejects an address that is not signed or no longer good, and a token,
// which has no business here.
func (a *API) checkSigned(c *wire.Call) *wire.Error {
	path, expires := "/"+strings.Join(c.Segments, "/"), c.Query.Get("Expires")
	ends, _ := strconv.ParseInt(expires, 10, 64)
	switch {
	case c.R.Header.Get("Authorization") != "":
		return wire.ErrStorage(http.StatusBadRequest, "InvalidArgument", "Only one auth mechanism is allowed.")
	case !hmac.Equal([]byte(c.Query.Get("Signature")), []byte(a.sign(path, expires))):
		return wire.ErrStorage(http.StatusForbidden, "SignatureDoesNotMatch", "The request signature does not match.")
	case a.world.Now().Unix() >= ends:
		return wire.ErrStorage(http.StatusForbidden, "AccessDenied", "Request has expired.")
	}
	return nil
}
