package world

import (
	"bytes"
	"maps"
	"net/http"
	"net/url"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const (
	maxAttributes     = 2 << 10 // bytes of keys and values, of one user
	maxAttributeBatch = 100
)

var metadataRoutes = []Legacy{
	{wire.Route{
		ID: "metadata.set", Method: put, Path: "/metadata/user/{username}",
		Body: wire.LenientBody, Who: wire.AnyToken,
	}, (*World).metadataSet},
	{wire.Route{
		ID: "metadata.capacity", Method: get, Path: "/metadata/user/capacity",
		Who: wire.AnyToken,
	}, (*World).metadataCapacity},
	{wire.Route{
		ID: "metadata.get", Method: get, Path: "/metadata/user/{username}",
		Who: wire.AnyToken,
	}, (*World).metadataGet},
	{wire.Route{
		ID: "metadata.batch_get", Method: post, Path: "/metadata/user/get",
		Body: wire.JSONBody, Who: wire.AnyToken,
	}, (*World).metadataBatchGet},
	{wire.Route{
		ID: "metadata.delete", Method: del, Path: "/metadata/user/{username}",
		Who: wire.AnyToken,
	}, (*World).metadataDelete},
}

// metadataState holds the attributes of users. They need no account.
type metadataState struct {
	Of    map[string]map[string]string
	total int64 // bytes of all
}

func sizeOf(attributes map[string]string) int64 {
	var n int64
	for k, v := range attributes {
		n += int64(len(k) + len(v))
	}
	return n
}

// Replace sets all attributes of a user; none is nil.
func (m *metadataState) Replace(name string, attributes map[string]string) {
	m.total += sizeOf(attributes) - sizeOf(m.Of[name])
	if attributes == nil {
		delete(m.Of, name)
		return
	}
	if m.Of == nil {
		m.Of = map[string]map[string]string{}
	}
	m.Of[name] = attributes
}

// ownAttributes returns the user of the path, whom a user token must fit.
func ownAttributes(c *wire.Call) (string, *wire.Error) {
	name := named(c, "username")
	if !c.Caller.App && c.Caller.User != name {
		return "", wire.ErrAttributes(http.StatusUnauthorized, "metadata_error", "auth error")
	}
	return name, nil
}

// metadataSet adds to the attributes that are there. No source says whether it
// replaces them; the catalogue's verdict is that it does not.
func (w *World) metadataSet(c *wire.Call) (*wire.Response, *wire.Error) {
	name, err := ownAttributes(c)
	if err != nil {
		return nil, err
	}
	pairs, err := readAttributes(c)
	if err != nil {
		return nil, err
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	merged := map[string]string{}
	maps.Copy(merged, w.Metadata.Of[name])
	maps.Copy(merged, pairs)
	if sizeOf(merged) > maxAttributes {
		return nil, wire.ErrAttributesTooLarge(maxAttributes)
	}
	w.Metadata.Replace(name, merged)
	return wire.Data(pairs), nil
}

// readAttributes reads the form. One client sends its pairs in the query. It is
// the one body whose label counts, and JSON is none under any label.
func readAttributes(c *wire.Call) (map[string]string, *wire.Error) {
	if c.ContentType() != "application/x-www-form-urlencoded" || bytes.HasPrefix(bytes.TrimSpace(c.Body), []byte("{")) {
		return nil, wire.ErrAttributes(http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", "")
	}
	form, err := url.ParseQuery(string(c.Body))
	if err != nil {
		return nil, wire.ErrAttributes(http.StatusBadRequest, "BAD_REQUEST", "invalid form")
	}
	pairs := map[string]string{}
	for _, values := range []url.Values{c.Query, form} {
		for name, list := range values {
			pairs[name] = list[0]
		}
	}
	return pairs, nil
}

func (w *World) metadataGet(c *wire.Call) (*wire.Response, *wire.Error) {
	name, err := ownAttributes(c)
	if err != nil {
		return nil, err
	}
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	attributes := map[string]string{}
	maps.Copy(attributes, w.Metadata.Of[name])
	return wire.Data(attributes), nil
}

// metadataBatchGet responses {} for a user who has nothing of what is asked for.
func (w *World) metadataBatchGet(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	names, properties := o.Texts("targets"), o.Texts("properties")
	switch {
	case o.Bad != "" || names == nil || properties == nil:
		return nil, wire.ErrAttributes(http.StatusBadRequest, "BAD_REQUEST", "targets and properties are required")
	case len(names) > maxAttributeBatch:
		return nil, wire.ErrAttributes(http.StatusBadRequest, "BAD_REQUEST", "exceed allowed batch size 100")
	}
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	list := map[string]map[string]string{}
	for _, name := range names {
		name = Fold(name)
		list[name] = map[string]string{}
		for _, property := range properties {
			if v, ok := w.Metadata.Of[name][property]; ok {
				list[name][property] = v
			}
		}
	}
	return wire.Data(list), nil
}

func (w *World) metadataDelete(c *wire.Call) (*wire.Response, *wire.Error) {
	name, err := ownAttributes(c)
	if err != nil {
		return nil, err
	}
	w.Mu.Lock()
	defer w.Mu.Unlock()
	w.Metadata.Replace(name, nil)
	return wire.Data(true), nil
}

func (w *World) metadataCapacity(c *wire.Call) (*wire.Response, *wire.Error) {
	if !c.Caller.App {
		return nil, wire.ErrUnauthorized("unauthorized")
	}
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	return wire.Data(w.Metadata.total), nil
}
