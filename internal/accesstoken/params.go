package accesstoken

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"time"
)

// MaxExpire is the longest life of a chat token. The service silently cuts longer
// ones, so Build rejects them.
const MaxExpire = 24 * time.Hour

// Params are the inputs of Build. The certificate is a secret: whichever way
// Params are printed, logged or marshaled, it does not show.
type Params struct {
	// AppID is the id of the app, 32 hexadecimal digits.
	AppID string
	// Certificate is the app certificate, 32 hexadecimal digits.
	Certificate string `json:"-"`
	// UserID is the chat user of a user token; empty makes an app token.
	UserID string
	// Issued is the moment from which the token counts, whole seconds of it.
	Issued time.Time
	// Expire is the life of the token, whole seconds, at most MaxExpire.
	Expire time.Duration
	// PrivilegeExpire is the life of the right inside the token; zero means
	// as long as the token. The shorter of the two ends the right.
	PrivilegeExpire time.Duration
	// Salt makes the tokens of equal inputs differ; zero means a random one.
	Salt uint32
}

// String describes p without the certificate.
func (p Params) String() string {
	return fmt.Sprintf("accesstoken.Params{AppID:%q UserID:%q Issued:%s Expire:%s PrivilegeExpire:%s}",
		p.AppID, p.UserID, p.Issued.UTC().Format(time.RFC3339), p.Expire, p.PrivilegeExpire)
}

// GoString describes p without the certificate.
func (p Params) GoString() string { return p.String() }

// Format describes p without the certificate under every verb.
func (p Params) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(p.String())) }

// LogValue describes p without the certificate.
func (p Params) LogValue() slog.Value { return slog.StringValue(p.String()) }

// validate names the field that is wrong and never its value: an app id and a
// certificate look alike and get swapped.
func (p Params) validate() error {
	if !IsKey(p.AppID) {
		return errors.New("accesstoken: the app id must be 32 hexadecimal digits")
	}
	if !IsKey(p.Certificate) {
		return errCertificate
	}
	if len(p.UserID) > math.MaxUint16 {
		return errors.New("accesstoken: the user id is longer than 65535 bytes")
	}
	if unix := p.Issued.Unix(); unix < 0 || unix > math.MaxUint32 {
		return errors.New("accesstoken: the time of issue is outside of 1970 to 2106")
	}
	if err := checkLife("expire", p.Expire); err != nil {
		return err
	}
	if p.PrivilegeExpire != 0 {
		return checkLife("privilege expire", p.PrivilegeExpire)
	}
	return nil
}

// checkLife rejects what the format or the service would change silently:
// parts of a second, and more than a day.
func checkLife(name string, d time.Duration) error {
	switch {
	case d < time.Second:
		return fmt.Errorf("accesstoken: %s is %s, and must be a second at least", name, d)
	case d > MaxExpire:
		return fmt.Errorf("accesstoken: %s is %s, and must not be above %s", name, d, MaxExpire)
	case d%time.Second != 0:
		return fmt.Errorf("accesstoken: %s is %s, and must be whole seconds", name, d)
	}
	return nil
}

var errCertificate = errors.New("accesstoken: the app certificate must be 32 hexadecimal digits")

// IsKey reports whether s can be an app id or a certificate. Both cases are
// good, and the digits go into the token as they are written.
func IsKey(s string) bool {
	if len(s) != 32 {
		return false
	}
	for _, c := range []byte(s) {
		if !strings.ContainsRune("0123456789abcdefABCDEF", rune(c)) {
			return false
		}
	}
	return true
}
