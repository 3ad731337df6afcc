package im

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/accesstoken"
)

// This file is what New rejects in token providers: what no server could accept. No
// problem shows a value, since ids and secrets get swapped.

func checkProvider(wrong *problems, provider TokenProvider) {
	if provider == nil {
		wrong.add("Token", mustNotBeEmpty+"; ClientCredentials, AppCertificate, StaticToken and TokenFunc make tokens")
		return
	}
	if isNil(provider) {
		wrong.add("Token", "is a %T that is nil", provider)
		return
	}
	if p, ok := provider.(interface{ check(wrong *problems) }); ok {
		p.check(wrong)
	}
}

// isNil reports whether an interface holds nothing, or a pointer or a function
// that is nil, with which the first call would panic.
func isNil(v any) bool {
	switch value := reflect.ValueOf(v); value.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Func:
		return value.IsNil()
	}
	return false
}

func (c ClientCredentials) check(wrong *problems) {
	for _, part := range []struct{ field, value string }{{"ID", c.ID}, {"Secret", c.Secret}} {
		if problem := tokenProblem(part.value); problem != "" {
			wrong.add("ClientCredentials."+part.field, "%s", problem)
		}
	}
	if problem := ttlProblem(c.TTL); problem != "" {
		wrong.add("ClientCredentials.TTL", "%s", problem)
	}
}

func (c AppCertificate) check(wrong *problems) {
	for _, part := range []struct{ field, value string }{{"AppID", c.AppID}, {"Certificate", c.Certificate}} {
		switch {
		case part.value == "":
			wrong.add("AppCertificate."+part.field, mustNotBeEmpty)
		case !accesstoken.IsKey(part.value):
			wrong.add("AppCertificate."+part.field, notHex, len(part.value))
		}
	}
	if problem := lifeProblem(c.TTL); problem != "" {
		wrong.add("AppCertificate.TTL", "%s", problem)
	}
}

// lifeProblem says why a token made locally cannot live so long; empty: it can.
func lifeProblem(ttl time.Duration) string {
	if ttl == 0 || ttl >= time.Second && ttl <= accesstoken.MaxExpire && ttl%time.Second == 0 {
		return ""
	}
	return fmt.Sprintf("is %s, must be whole seconds up to %s, or 0", ttl, accesstoken.MaxExpire)
}

// notHex does not show the value: app ids and certificates look alike.
const notHex = "has %d characters, must be 32 hexadecimal digits"

func (s staticToken) check(wrong *problems) {
	if problem := tokenProblem(s.value.Value); problem != "" {
		wrong.add("StaticToken", "%s", problem)
	}
}

func (s sharedToken) check(wrong *problems) {
	if isNil(s.store) {
		wrong.add("Token", "SharedToken needs a store")
	}
	if isNil(s.provider) {
		wrong.add("Token", "SharedToken needs a provider")
		return
	}
	checkProvider(wrong, s.provider)
}

// tokenProblem says why a text cannot be a token, an id or a secret; empty: it can.
func tokenProblem(v string) string {
	bad := func(r rune) bool { return r <= ' ' || r > '~' }
	switch {
	case v == "":
		return mustNotBeEmpty
	case len(v) > 7 && strings.EqualFold(v[:7], "Bearer "):
		return "must be the token alone, without \"Bearer \""
	case strings.ContainsFunc(v, bad):
		return fmt.Sprintf("must hold no white space or control characters, and none beyond ASCII; the character at %d is one", strings.IndexFunc(v, bad))
	}
	return ""
}

// MarshalJSON leaves the secret out. Reading takes it like any other field.
func (c ClientCredentials) MarshalJSON() ([]byte, error) {
	type plain ClientCredentials
	c.Secret = ""
	return json.Marshal(plain(c)) //nolint:musttag // the names of the fields are those of Go
}

// MarshalJSON leaves the certificate out. Reading takes it like any other field.
func (c AppCertificate) MarshalJSON() ([]byte, error) {
	type plain AppCertificate
	c.Certificate = ""
	return json.Marshal(plain(c)) //nolint:musttag // the names of the fields are those of Go
}
