package transport

import "net/http"

// A redirect is the caller's business: net/http would turn a POST into a GET, carry
// the token elsewhere, and fail on a Location that it cannot parse, which loses the
// status. So net/http does not get to see the Location.

// movedLocation is where it stands instead: no server can send this key, since keys
// come in canonical form.
const movedLocation = "location"

// Location is the address that a redirect of Send leads to; empty: none.
func Location(res *http.Response) string {
	if values := res.Header[movedLocation]; len(values) > 0 { //nolint:staticcheck // not canonical on purpose
		return values[0]
	}
	return ""
}

// keepRedirects hides the Location of redirects from http.Client.
type keepRedirects struct{ http.RoundTripper }

func (k keepRedirects) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := k.RoundTripper.RoundTrip(r)
	if err != nil || res == nil || !IsRedirect(res.StatusCode) || res.Header["Location"] == nil {
		return res, err
	}
	moved := *res // a RoundTripper of the user's may hand out one response to several calls
	moved.Header = res.Header.Clone()
	moved.Header[movedLocation] = moved.Header["Location"]
	delete(moved.Header, "Location")
	return &moved, nil
}

// CloseIdleConnections is what http.Client looks for.
func (k keepRedirects) CloseIdleConnections() {
	if c, ok := k.RoundTripper.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// IsRedirect says whether a status leads to another address.
func IsRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}
