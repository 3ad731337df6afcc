package im

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
)

// Platform tells the two brands of the API apart, where their documents give
// different limits.
type Platform string

// The platforms. The zero value stands for Agora.
const (
	Agora   Platform = "agora"
	Easemob Platform = "easemob"
)

// Config says which app the client works for. An app is named by Org and App, by
// AppKey, or by AppID.
type Config struct {
	// Host is the REST host that the console shows, such as "a1.easemob.com" or
	// "https://a41.chat.agora.io". Plain http is taken for loopback addresses only,
	// or with [WithPlainHTTP]. It may be empty with [WithHostLookup].
	Host string

	Org, App string // the two halves of the app key
	AppKey   string // "org#app", instead of Org and App
	AppID    string // 32 hexadecimal digits, instead of them; calls then go to /app-id/{AppID}

	Platform Platform

	// Token makes the app token: [ClientCredentials], [AppCertificate],
	// [StaticToken] or a [TokenFunc].
	Token TokenProvider
}

// String leaves the token provider out.
func (c Config) String() string {
	return fmt.Sprintf("im.Config{Host: %q, Org: %q, App: %q, AppKey: %q, AppID: %q, Platform: %q}",
		c.Host, c.Org, c.App, c.AppKey, c.AppID, c.Platform)
}

// GoString is String, so that %#v shows no secret either.
func (c Config) GoString() string { return c.String() }

// ConfigError says which field of a [Config], which environment variable or
// which option is wrong.
type ConfigError struct {
	Field   string
	Problem string
}

func (e *ConfigError) Error() string { return "im: " + e.Field + ": " + e.Problem }

// Is makes every ConfigError an [ErrInvalidArgument].
func (e *ConfigError) Is(target error) bool { return target == ErrInvalidArgument }

func configError(field, format string, args ...any) error {
	return &ConfigError{Field: field, Problem: fmt.Sprintf(format, args...)}
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

func (c Config) address(plainHTTP, lookup bool) (address, error) {
	var a address
	var err error
	if c.Host == "" && lookup {
		if c.AppID != "" {
			return a, configError("Host", "must not be empty with an AppID: the look-up goes by app key")
		}
	} else if a.scheme, a.host, err = c.host(plainHTTP); err != nil {
		return a, err
	}
	switch {
	case c.AppID != "" && (c.AppKey != "" || c.Org != "" || c.App != ""):
		return a, configError("AppID", "names the app beside AppKey or Org and App; give one of them")
	case c.AppID != "":
		if err := checkSegment("AppID", c.AppID); err != nil {
			return a, err
		}
		a.prefix = "/app-id/" + url.PathEscape(c.AppID)
		return a, nil
	case c.AppKey != "" && (c.Org != "" || c.App != ""):
		return a, configError("AppKey", "names the app beside Org and App; give one of them")
	case c.AppKey != "":
		org, app, found := strings.Cut(c.AppKey, "#")
		if !found || org == "" || app == "" || strings.Contains(app, "#") {
			return a, configError("AppKey", "is %q, must have the form org#app", c.AppKey)
		}
		a.org, a.app = org, app
	default:
		a.org, a.app = c.Org, c.App
	}
	for _, part := range []struct{ field, value string }{{"Org", a.org}, {"App", a.app}} {
		if err := checkSegment(part.field, part.value); err != nil {
			return a, err
		}
	}
	a.prefix = "/" + url.PathEscape(a.org) + "/" + url.PathEscape(a.app)
	return a, nil
}

func checkSegment(field, value string) error {
	switch {
	case value == "":
		return configError(field, "must not be empty")
	case value == "." || value == ".." || strings.ContainsAny(value, "/?#% \t\r\n"):
		return configError(field, "is %q, must be a plain name", value)
	}
	return nil
}

// host checks Host and gives its parts.
func (c Config) host(plainHTTP bool) (scheme, host string, err error) {
	host = c.Host
	if host == "" {
		return "", "", configError("Host", "must not be empty; the console shows the REST host of the app, and WithHostLookup finds it")
	}
	if !strings.Contains(host, "://") {
		host = "https://" + host
	}
	u, err := url.Parse(host)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		return "", "", configError("Host", "is no host name; \"a1.easemob.com\" would be one") // may hold credentials: not quoted
	case u.User != nil:
		return "", "", configError("Host", "must not hold credentials")
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return "", "", configError("Host", "must not hold a path, query or fragment; Org and App make the path")
	case u.Scheme != "https" && u.Scheme != "http":
		return "", "", configError("Host", "has the scheme %q, must be https", u.Scheme)
	case u.Scheme == "http" && !plainHTTP && !isLoopback(u.Hostname()):
		return "", "", configError("Host", "is plain http, which would show the token to everybody on the way; use https, or WithPlainHTTP")
	}
	return u.Scheme, u.Host, nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// ConfigFromEnv reads a Config from the environment:
//
//	IM_HOST        REST host
//	IM_ORG, IM_APP the app; or IM_APP_KEY (org#app), or IM_APP_ID
//	IM_PLATFORM    agora (as when absent) or easemob
//	IM_CLIENT_ID, IM_CLIENT_SECRET       credentials of Easemob; or
//	IM_APP_ID, IM_APP_CERTIFICATE        of Agora; or
//	IM_TOKEN                             an app token as it is
//
// Variables that contradict each other are an error. IM_APP_ID beside IM_ORG and
// IM_APP (or IM_APP_KEY) belongs to IM_APP_CERTIFICATE alone.
func ConfigFromEnv() (Config, error) {
	c := Config{
		Host:     os.Getenv("IM_HOST"),
		Org:      os.Getenv("IM_ORG"),
		App:      os.Getenv("IM_APP"),
		AppKey:   os.Getenv("IM_APP_KEY"),
		Platform: Platform(os.Getenv("IM_PLATFORM")),
	}
	appID, certificate := os.Getenv("IM_APP_ID"), os.Getenv("IM_APP_CERTIFICATE")
	clientID, secret := os.Getenv("IM_CLIENT_ID"), os.Getenv("IM_CLIENT_SECRET")
	token := os.Getenv("IM_TOKEN")

	named := c.AppKey != "" || c.Org != "" || c.App != ""
	switch {
	case c.Host == "":
		return c, configError("IM_HOST", "is not set")
	case c.AppKey != "" && (c.Org != "" || c.App != ""):
		return c, configError("IM_APP_KEY", "names the app beside IM_ORG and IM_APP; set one of them")
	case !named && appID == "":
		return c, configError("IM_ORG", "is not set; set IM_ORG and IM_APP, or IM_APP_KEY, or IM_APP_ID")
	case named && appID != "" && certificate == "":
		return c, configError("IM_APP_ID", "names the app beside IM_ORG and IM_APP or IM_APP_KEY; set one of them")
	case !named:
		c.AppID = appID
	}
	switch {
	case (clientID == "") != (secret == ""):
		return c, configError("IM_CLIENT_SECRET", "and IM_CLIENT_ID go together; one of them is not set")
	case certificate != "" && appID == "":
		return c, configError("IM_APP_ID", "is not set, IM_APP_CERTIFICATE needs it")
	}
	var providers []TokenProvider
	if clientID != "" {
		providers = append(providers, ClientCredentials{ID: clientID, Secret: secret})
	}
	if certificate != "" {
		providers = append(providers, AppCertificate{AppID: appID, Certificate: certificate})
	}
	if token != "" {
		providers = append(providers, StaticToken(token))
	}
	switch len(providers) {
	case 0:
		return c, configError("IM_CLIENT_ID", "is not set; set IM_CLIENT_ID and IM_CLIENT_SECRET, or IM_APP_ID and IM_APP_CERTIFICATE, or IM_TOKEN")
	case 1:
		c.Token = providers[0]
		return c, nil
	default:
		return c, configError("IM_TOKEN", "IM_CLIENT_ID and IM_APP_CERTIFICATE exclude each other; set the credentials of one kind")
	}
}
