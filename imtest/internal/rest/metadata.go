package rest

import (
	"bytes"
	"net/http"
	"net/url"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

const maxAttributeBatch = 100

var metadataRoutes = []route{
	{wire.Route{
		ID: "metadata.set", Method: put, Path: "/metadata/user/{username}",
		Body: wire.LenientBody, Who: wire.AnyToken,
	}, (*API).metadataSet},
	{wire.Route{
		ID: "metadata.capacity", Method: get, Path: "/metadata/user/capacity",
		Who: wire.AnyToken,
	}, (*API).metadataCapacity},
	{wire.Route{
		ID: "metadata.get", Method: get, Path: "/metadata/user/{username}",
		Who: wire.AnyToken,
	}, (*API).metadataGet},
	{wire.Route{
		ID: "metadata.batch_get", Method: post, Path: "/metadata/user/get",
		Body: wire.JSONBody, Who: wire.AnyToken,
	}, (*API).metadataBatchGet},
	{wire.Route{
		ID: "metadata.delete", Method: del, Path: "/metadata/user/{username}",
		Who: wire.AnyToken,
	}, (*API).metadataDelete},
}

var metadataWords = words{
	world.UserAttributesFull: func(e *world.Error) *wire.Error { return wire.ErrAttributesTooLarge(e.Limit) },
}

// ownAttributes returns the user of the path, whom a user token must fit.
func ownAttributes(c *wire.Call) (string, *wire.Error) {
	name := c.Value("username")
	if !c.Caller.App && c.Caller.User != world.Fold(name) {
		return "", wire.ErrAttributes(http.StatusUnauthorized, "metadata_error", "auth error")
	}
	return name, nil
}

func (a *API) metadataSet(c *wire.Call) (*wire.Response, *wire.Error) {
	name, err := ownAttributes(c)
	if err != nil {
		return nil, err
	}
	pairs, err := readAttributes(c)
	if err != nil {
		return nil, err
	}
	if err := a.world.SetAttributes(name, pairs); err != nil {
		return nil, told(err)
	}
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

func (a *API) metadataGet(c *wire.Call) (*wire.Response, *wire.Error) {
	name, err := ownAttributes(c)
	if err != nil {
		return nil, err
	}
	attributes := a.world.Attributes(name)
	if attributes == nil {
		attributes = map[string]string{}
	}
	return wire.Data(attributes), nil
}

// metadataBatchGet responds {} for a user who has nothing of what is asked for.
func (a *API) metadataBatchGet(c *wire.Call) (*wire.Response, *wire.Error) {
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
	return wire.Data(a.world.PickAttributes(names, properties)), nil
}

func (a *API) metadataDelete(c *wire.Call) (*wire.Response, *wire.Error) {
	name, err := ownAttributes(c)
	if err != nil {
		return nil, err
	}
	a.world.DeleteAttributes(name)
	return wire.Data(true), nil
}

func (a *API) metadataCapacity(c *wire.Call) (*wire.Response, *wire.Error) {
	if !c.Caller.App {
		return nil, wire.ErrUnauthorized("unauthorized")
	}
	return wire.Data(a.world.AttributesSize()), nil
}
