package im

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/imrest/im-go/internal/accesstoken"
	"github.com/imrest/im-go/internal/api"
)

// Config says which app the client works for. An app is named by Org and App, by
// AppKey, or by AppID.
type Config struct {
	// Host is the REST host that the console shows, such as "a1.easemob.com" or
	// "https://a41.chat.agora.io". Plain http is accepted for loopback addresses only,
	// or with PlainHTTP. It may be empty with [WithHostLookup].
	Host string

	Org, App string // the two halves of the app key
	AppKey   string // "org#app", instead of Org and App
	AppID    string // 32 hexadecimal digits, instead of them; calls then go to /app-id/{AppID}

	// Platform may be empty for the hosts *.easemob.com, *.easecdn.com and
	// *.chat.agora.io, which show it. Every other host needs it.
	Platform Platform

	// PlainHTTP allows http:// hosts other than loopback, as [WithPlainHTTP] does.
	PlainHTTP bool

	// Token makes the app token: [ClientCredentials], [AppCertificate],
	// [StaticToken], [SharedToken] or a [TokenFunc].
	Token TokenProvider
}

// String leaves out the token provider, and credentials in Host.
func (c Config) String() string {
	if at := strings.LastIndexByte(c.Host, '@'); at >= 0 {
		c.Host = api.Mask + c.Host[at:]
	}
	return fmt.Sprintf("im.Config{Host: %q, Org: %q, App: %q, AppKey: %q, AppID: %q, Platform: %q, PlainHTTP: %t}",
		c.Host, c.Org, c.App, c.AppKey, c.AppID, c.Platform, c.PlainHTTP)
}

// Format is String under every verb.
func (c Config) Format(f fmt.State, _ rune) { fmt.Fprint(f, c.String()) }

// MarshalJSON is String as JSON text: a Config holds secrets and code, and cannot
// be stored.
func (c Config) MarshalJSON() ([]byte, error) { return json.Marshal(c.String()) }

// ConfigError says which field of a [Config], which environment variable or
// which option is wrong.
type ConfigError struct {
	Field   string `json:"field"`   // such as "Host", "IM_HOST" or "WithTimeout"
	Problem string `json:"problem"` // such as "must not be empty"
}

// Error returns field and problem.
func (e *ConfigError) Error() string { return "im: " + e.Field + ": " + e.Problem }

// Is makes every ConfigError an [ErrInvalidArgument].
func (e *ConfigError) Is(target error) bool { return target == ErrInvalidArgument }

func configError(field, format string, args ...any) error {
	return &ConfigError{Field: field, Problem: fmt.Sprintf(format, args...)}
}

// mustNotBeEmpty begins the problem of each field that must be set and is not.
const mustNotBeEmpty = "must not be empty"

// namesTheApp begins the problem of a field that says what others say already.
const namesTheApp = "names the app beside "

// problems are all that is wrong with a configuration.
type problems []*ConfigError

func (p *problems) add(field, format string, args ...any) {
	*p = append(*p, &ConfigError{Field: field, Problem: fmt.Sprintf(format, args...)})
}

// err is the one problem, or all of them joined.
func (p *problems) err() error {
	if len(*p) == 1 {
		return (*p)[0]
	}
	errs := make([]error, len(*p))
	for i, e := range *p {
		errs[i] = e
	}
	return errors.Join(errs...)
}

// address is a checked Config: where calls go to.
type address struct {
	scheme, host string // empty: to be looked up
	prefix       string // "/org/app" or "/app-id/id", escaped
	org, app     string // empty with an app id
}

// String is the URL that all calls begin with.
func (a address) String() string { return a.scheme + "://" + a.host + a.prefix }

// key names the app in stores that several apps share.
func (a address) key() string { return strings.TrimPrefix(a.prefix, "/") }

// url is the URL of an escaped path, which begins with the prefix.
func (a address) url(path string, query url.Values) string {
	u := a.scheme + "://" + a.host + path
	if len(query) > 0 {
		u += "?" + query.Encode()
	}
	return u
}

// check notes everything that is wrong, and returns where calls go to and the
// platform.
func (c Config) check(wrong *problems, lookup bool) (address, Platform) {
	a := c.appAddress(wrong)
	if c.Host == "" && lookup {
		if c.AppID != "" {
			wrong.add("Host", "must not be empty with an AppID: the look-up goes by app key")
		}
	} else if err := c.host(&a); err != nil {
		*wrong = append(*wrong, err)
	}
	checkProvider(wrong, c.Token)
	if own, ok := c.Token.(AppCertificate); ok && c.AppID != "" && !strings.EqualFold(own.AppID, c.AppID) {
		wrong.add("AppID", "is not that of AppCertificate; a token works for its own app only")
	}
	return a, c.platform(wrong, a.host, lookup)
}

// appAddress is the part of the address that names the app.
func (c Config) appAddress(wrong *problems) (a address) {
	switch {
	case c.AppID != "":
		if c.AppKey != "" || c.Org != "" || c.App != "" {
			wrong.add("AppID", namesTheApp+"AppKey or Org and App; give one of them")
		}
		if !accesstoken.IsKey(c.AppID) {
			wrong.add("AppID", notHex, len(c.AppID))
		}
		a.prefix = "/app-id/" + url.PathEscape(c.AppID)
		return a
	case c.AppKey != "":
		if c.Org != "" || c.App != "" {
			wrong.add("AppKey", namesTheApp+"Org and App; give one of them")
		}
		org, app, found := strings.Cut(c.AppKey, "#")
		if !found || !plainName(org) || !plainName(app) {
			wrong.add("AppKey", "is %s, must have the form org#app", api.Quoted(c.AppKey))
		}
		a.org, a.app = org, app
	case c.Org == "" && c.App == "":
		wrong.add("Org", mustNotBeEmpty+"; Org and App, AppKey or AppID name the app")
	default:
		for _, part := range []struct{ field, value string }{{"Org", c.Org}, {"App", c.App}} {
			if part.value == "" {
				wrong.add(part.field, mustNotBeEmpty)
			} else if !plainName(part.value) {
				wrong.add(part.field, "is %s, must be a plain name", api.Quoted(part.value))
			}
		}
		a.org, a.app = c.Org, c.App
	}
	a.prefix = "/" + url.PathEscape(a.org) + "/" + url.PathEscape(a.app)
	return a
}

// plainName reports whether an org or an app can have this name.
func plainName(v string) bool {
	return v != "" && v != "." && v != ".." && utf8.ValidString(v) && !strings.ContainsFunc(v, func(r rune) bool {
		return strings.ContainsRune("/?#%", r) || unicode.IsSpace(r) || !unicode.IsGraphic(r)
	})
}

// host checks Host and fills in its parts. Host may hold credentials, so it is
// quoted only where it cannot.
func (c Config) host(a *address) *ConfigError {
	wrong := func(format string, args ...any) *ConfigError {
		return &ConfigError{Field: "Host", Problem: fmt.Sprintf(format, args...)}
	}
	host := c.Host
	if host == "" {
		return wrong(mustNotBeEmpty + "; the console shows the REST host of the app, and WithHostLookup finds it")
	}
	if !strings.Contains(host, "://") {
		host = "https://" + host
	}
	u, err := url.Parse(host)
	switch {
	case strings.Contains(host, "@"):
		return wrong("must not hold credentials")
	case strings.ContainsAny(host, "?#"), err == nil && strings.Trim(u.Path, "/") != "":
		return wrong("must not hold a path, query or fragment; the name of the app makes the path")
	case err != nil || !hostName(u.Hostname()):
		return wrong("is %s, must be a host name such as \"a1.easemob.com\"", api.Quoted(c.Host))
	case strings.HasSuffix(u.Host, ":") || u.Port() != "" && !validPort(u.Port()):
		return wrong("is %s, must have a port from 1 to 65535, or none", api.Quoted(c.Host))
	case u.Scheme != "https" && u.Scheme != "http":
		return wrong("has the scheme %s, must be https", api.Quoted(u.Scheme))
	case u.Scheme == "http" && !c.PlainHTTP && !isLoopback(u.Hostname()):
		return wrong("is plain http, which would show the token to everybody on the way; use https, or allow it with PlainHTTP, WithPlainHTTP or IM_PLAIN_HTTP=true")
	}
	a.scheme, a.host = u.Scheme, u.Host
	return nil
}

// hostName reports whether a text can be the name or the address of a host. Names
// in other scripts are left to net/http, which encodes them.
func hostName(name string) bool {
	if net.ParseIP(name) != nil {
		return true
	}
	name = strings.TrimSuffix(name, ".")
	if name == "" || len(name) > 253 || !utf8.ValidString(name) {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return false
		}
	}
	return !strings.ContainsFunc(name, func(r rune) bool {
		return r != '.' && r != '-' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
}

func validPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}

func isLoopback(host string) bool {
	if strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
