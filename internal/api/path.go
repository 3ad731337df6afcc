package api

import (
	"fmt"
	"net/url"
	"strings"
)

// maxParam holds the documented lengths of path values in bytes, by placeholder.
// Placeholders that are not listed take any length.
var maxParam = map[string]int{
	"username": MaxUsername, "usernames": MaxUsername, "viewer": MaxUsername, "contact": MaxUsername, "blocked": MaxUsername,
}

// Expand puts the values into the path of the endpoint, each escaped by itself.
// A value that would change which endpoint is meant is rejected: DELETE /users/
// with an empty name is the call that deletes many users.
func (c *Call) Expand(prefix string) (string, error) {
	var b strings.Builder
	b.Grow(len(prefix) + len(c.Endpoint.Path) + 32)
	b.WriteString(prefix)
	rest, next := c.Endpoint.Path, 0
	for {
		open := strings.IndexByte(rest, '{')
		if open < 0 {
			break
		}
		end := open + strings.IndexByte(rest[open:], '}')
		name := rest[open+1 : end]
		b.WriteString(rest[:open])
		rest = rest[end+1:]
		if c.List != nil && !strings.Contains(rest, "{") {
			if err := writeList(&b, name, c.List); err != nil {
				return "", err
			}
			continue
		}
		if next == len(c.Params) {
			return "", fmt.Errorf("%s: no value for {%s}", c.Endpoint.ID, name)
		}
		if err := checkSegment(name, name, c.Params[next]); err != nil {
			return "", err
		}
		b.WriteString(url.PathEscape(c.Params[next]))
		next++
	}
	if next != len(c.Params) {
		return "", fmt.Errorf("%s: %d values for the path, %d used", c.Endpoint.ID, len(c.Params), next)
	}
	b.WriteString(rest)
	return b.String(), nil
}

// writeList writes the values of one segment, with %2C between them.
func writeList(b *strings.Builder, name string, values []string) error {
	if len(values) == 0 {
		return Invalid(name, "must have at least one entry")
	}
	for i, v := range values {
		field := fmt.Sprintf("%s[%d]", name, i)
		if err := checkSegment(name, field, v); err != nil {
			return err
		}
		if err := checkListed(field, v); err != nil {
			return err
		}
		if i > 0 {
			b.WriteString("%2C")
		}
		b.WriteString(url.PathEscape(v))
	}
	return nil
}

// Listed checks a single value that goes into the list of a path.
func Listed(field, v string) error {
	return First(checkSegment(field, field, v), checkListed(field, v))
}

func checkListed(field, v string) error {
	if strings.Contains(v, ",") {
		return Invalid(field, "is %s, must not contain a comma, which separates the values of this call; use the call for a single one", Quoted(v))
	}
	return nil
}

func checkSegment(placeholder, field, v string) error {
	switch v {
	case "":
		return Invalid(field, "must not be empty")
	case ".", "..":
		return Invalid(field, "must not be %q, which would address another path", v)
	}
	if err := UTF8(field, v); err != nil {
		return err
	}
	if limit := maxParam[placeholder]; limit > 0 {
		return MaxBytes(field, v, limit)
	}
	return nil
}
