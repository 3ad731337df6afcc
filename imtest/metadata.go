package imtest

import (
	"bytes"
	"maps"
	"net/http"
	"net/url"
)

const (
	maxAttributes     = 2 << 10 // bytes of keys and values, of one user
	maxAttributeBatch = 100
)

var metadataRoutes = []legacy{
	{
		id: "metadata.set", method: put, path: "/metadata/user/{username}",
		body: lenientBody, who: anyToken, do: (*state).metadataSet,
	},
	{
		id: "metadata.capacity", method: get, path: "/metadata/user/capacity",
		who: anyToken, do: (*state).metadataCapacity,
	},
	{
		id: "metadata.get", method: get, path: "/metadata/user/{username}",
		who: anyToken, do: (*state).metadataGet,
	},
	{
		id: "metadata.batch_get", method: post, path: "/metadata/user/get",
		body: jsonBody, who: anyToken, do: (*state).metadataBatchGet,
	},
	{
		id: "metadata.delete", method: del, path: "/metadata/user/{username}",
		who: anyToken, do: (*state).metadataDelete,
	},
}

// metadataState holds the attributes of users. They need no account.
type metadataState struct {
	of    map[string]map[string]string
	total int64 // bytes of all
}

func sizeOf(attributes map[string]string) int64 {
	var n int64
	for k, v := range attributes {
		n += int64(len(k) + len(v))
	}
	return n
}

// replace sets all attributes of a user; none is nil.
func (m *metadataState) replace(name string, attributes map[string]string) {
	m.total += sizeOf(attributes) - sizeOf(m.of[name])
	if attributes == nil {
		delete(m.of, name)
		return
	}
	if m.of == nil {
		m.of = map[string]map[string]string{}
	}
	m.of[name] = attributes
}

// ownAttributes returns the user of the path, whom a user token must fit.
func ownAttributes(c *call) (string, *apiError) {
	name := named(c, "username")
	if !c.caller.app && c.caller.user != name {
		return "", errAttributes(http.StatusUnauthorized, "metadata_error", "auth error")
	}
	return name, nil
}

// metadataSet adds to the attributes that are there. No source says whether it
// replaces them; the catalogue's verdict is that it does not.
func (s *state) metadataSet(c *call) (*response, *apiError) {
	name, err := ownAttributes(c)
	if err != nil {
		return nil, err
	}
	pairs, err := readAttributes(c)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	merged := map[string]string{}
	maps.Copy(merged, s.metadata.of[name])
	maps.Copy(merged, pairs)
	if sizeOf(merged) > maxAttributes {
		return nil, errAttributesTooLarge(maxAttributes)
	}
	s.metadata.replace(name, merged)
	return data(pairs), nil
}

// readAttributes reads the form. One client sends its pairs in the query. It is
// the one body whose label counts, and JSON is none under any label.
func readAttributes(c *call) (map[string]string, *apiError) {
	if c.contentType() != "application/x-www-form-urlencoded" || bytes.HasPrefix(bytes.TrimSpace(c.body), []byte("{")) {
		return nil, errAttributes(http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", "")
	}
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return nil, errAttributes(http.StatusBadRequest, "BAD_REQUEST", "invalid form")
	}
	pairs := map[string]string{}
	for _, values := range []url.Values{c.query, form} {
		for name, list := range values {
			pairs[name] = list[0]
		}
	}
	return pairs, nil
}

func (s *state) metadataGet(c *call) (*response, *apiError) {
	name, err := ownAttributes(c)
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	attributes := map[string]string{}
	maps.Copy(attributes, s.metadata.of[name])
	return data(attributes), nil
}

// metadataBatchGet responses {} for a user who has nothing of what is asked for.
func (s *state) metadataBatchGet(c *call) (*response, *apiError) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	names, properties := o.texts("targets"), o.texts("properties")
	switch {
	case o.bad != "" || names == nil || properties == nil:
		return nil, errAttributes(http.StatusBadRequest, "BAD_REQUEST", "targets and properties are required")
	case len(names) > maxAttributeBatch:
		return nil, errAttributes(http.StatusBadRequest, "BAD_REQUEST", "exceed allowed batch size 100")
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := map[string]map[string]string{}
	for _, name := range names {
		name = fold(name)
		list[name] = map[string]string{}
		for _, property := range properties {
			if v, ok := s.metadata.of[name][property]; ok {
				list[name][property] = v
			}
		}
	}
	return data(list), nil
}

func (s *state) metadataDelete(c *call) (*response, *apiError) {
	name, err := ownAttributes(c)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.metadata.replace(name, nil)
	return data(true), nil
}

func (s *state) metadataCapacity(c *call) (*response, *apiError) {
	if !c.caller.app {
		return nil, errUnauthorized("unauthorized")
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return data(s.metadata.total), nil
}
