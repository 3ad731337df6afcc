package accesstoken

import (
	"crypto/fips140"
	"crypto/hmac"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// What Verify finds wrong; test with errors.Is.
var (
	// ErrSignature says that the token was not made with this certificate,
	// or was changed since.
	ErrSignature = errors.New("accesstoken: wrong signature")
	// ErrExpired says that the token, or every chat right in it, has ended.
	ErrExpired = errors.New("accesstoken: expired")
	// ErrNoPrivilege means that the token has no right for chat.
	ErrNoPrivilege = errors.New("accesstoken: no privilege for chat")
)

// Token is a token that was read. Whoever holds the signature holds the token,
// so it does not show when a Token is printed or logged.
type Token struct {
	appID                string
	issued, expire, salt uint32

	chat       bool // a chat service is there
	userID     string
	privileges map[uint16]uint32 // of the chat service; seconds from issued

	signature, signed []byte
}

// AppID is the app that the token is for. Verify cannot know which app it
// should be: the caller compares.
func (t Token) AppID() string { return t.appID }

// UserID is the user of a user token, and empty in an app token.
func (t Token) UserID() string { return t.userID }

// Issued is the moment from which the token counts.
func (t Token) Issued() time.Time { return instant(int64(t.issued)) }

// Expires is the moment when the token ends, whatever its rights say.
func (t Token) Expires() time.Time { return instant(int64(t.issued) + int64(t.expire)) }

// AppPrivilege reports whether the token may call the REST API, and until when.
func (t Token) AppPrivilege() (expires time.Time, ok bool) { return t.privilege(privilegeApp) }

// UserPrivilege reports whether its user may log in with the token, and until
// when. A user privilege without a user is none.
func (t Token) UserPrivilege() (expires time.Time, ok bool) {
	if t.userID == "" {
		return time.Time{}, false
	}
	return t.privilege(privilegeUser)
}

// privilege returns the end of a right: its own or the token's,
// whichever comes first.
func (t Token) privilege(id uint16) (time.Time, bool) {
	n, ok := t.privileges[id]
	if !ok {
		return time.Time{}, false
	}
	return instant(int64(t.issued) + int64(min(n, t.expire))), true
}

// Verify checks that the token was made with certificate, that it holds at
// now, and that at least one chat right in it does as well. Which right that
// is, and whether the app is the right one, is for the caller to look at.
func (t Token) Verify(certificate string, now time.Time) error {
	if !IsKey(certificate) {
		return errCertificate
	}
	if fips140.Enforced() {
		return ErrFIPS
	}
	if !hmac.Equal(t.signature, sign(certificate, t.issued, t.salt, t.signed)) {
		return ErrSignature
	}
	if !now.Before(t.Expires()) {
		return fmt.Errorf("%w: the token ended at %s", ErrExpired, t.Expires().Format(time.RFC3339))
	}
	app, isApp := t.AppPrivilege()
	user, isUser := t.UserPrivilege()
	switch {
	case isApp && now.Before(app), isUser && now.Before(user):
		return nil
	case isApp, isUser:
		return fmt.Errorf("%w: its privilege ended before the token", ErrExpired)
	}
	return ErrNoPrivilege
}

// String describes the token without what would let somebody use it.
func (t Token) String() string {
	return fmt.Sprintf("accesstoken.Token{AppID:%q UserID:%q Issued:%s Expires:%s}",
		t.appID, t.userID, t.Issued().Format(time.RFC3339), t.Expires().Format(time.RFC3339))
}

// GoString is String.
func (t Token) GoString() string { return t.String() }

// Format writes String under every verb.
func (t Token) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(t.String())) }

// LogValue is String.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// instant is the time n seconds after the epoch, in UTC.
func instant(n int64) time.Time { return time.Unix(n, 0).UTC() }
