package world

import (
	"bytes"
	"compress/zlib"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"io"
	"strings"
	"time"
)

// An AccessToken2 is the token that Agora's clients make by themselves from
// the app id and the certificate. The format is in the catalogue, auth.yaml.

const (
	// AccessTokenVersion is how the text of a token begins.
	AccessTokenVersion = "007"

	chatService   = 5
	chatUserRight = 1
	// ChatAppRight is the right of the chat service that makes an app token.
	ChatAppRight = 2

	maxAccessTokenLife = 24 * time.Hour
)

// IsAccessToken holds for a token that says that it is an AccessToken2.
func IsAccessToken(token string) bool { return strings.HasPrefix(token, AccessTokenVersion) }

// AccessToken is an AccessToken2 as it was read.
type AccessToken struct {
	Signature []byte
	Signed    []byte // the bytes that the signature is over, as they came
	AppID     string
	Issued    uint32
	Expire    uint32 // seconds from issued
	Salt      uint32
	UserID    string            // of the chat service
	Rights    map[uint16]uint32 // of the chat service: right to seconds from issued
}

// ParseAccessToken reads a token; it does not check the signature.
func ParseAccessToken(token string) (*AccessToken, bool) {
	packed, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(token, AccessTokenVersion))
	if err != nil {
		return nil, false
	}
	inflate, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, false
	}
	content, err := io.ReadAll(io.LimitReader(inflate, 64<<10))
	if err != nil {
		return nil, false
	}
	r := byteReader{rest: content}
	t := &AccessToken{Signature: r.bytes()}
	t.Signed = r.rest
	t.AppID = string(r.bytes())
	t.Issued, t.Expire, t.Salt = r.u32(), r.u32(), r.u32()
	for services := r.u16(); services > 0 && t.readService(&r); services-- {
	}
	return t, !r.failed
}

// readService reads one service and returns whether another can be read. Only
// the chat service is of use, but those before it have to be stepped over.
func (t *AccessToken) readService(r *byteReader) bool {
	kind := r.u16()
	rights := map[uint16]uint32{}
	for n := r.u16(); n > 0 && !r.failed; n-- {
		right := r.u16()
		rights[right] = r.u32()
	}
	switch kind {
	case chatService:
		t.UserID, t.Rights = string(r.bytes()), rights
	case 1, 3, 6: // RTC, Streaming, FCDN: channel and user
		r.bytes()
		r.bytes()
	case 2: // RTM: user
		r.bytes()
	case 4: // FPA: nothing
	case 7: // APaaS: room, user, role
		r.bytes()
		r.bytes()
		r.u16()
	default: // of unknown length; services come in ascending order, so chat is past
		return false
	}
	return !r.failed
}

// Sign returns the signature of the token under a certificate.
func (t *AccessToken) Sign(certificate string) []byte {
	key := mac(binary.LittleEndian.AppendUint32(nil, t.Issued), []byte(certificate))
	key = mac(binary.LittleEndian.AppendUint32(nil, t.Salt), key)
	return mac(key, t.Signed)
}

func mac(key, message []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(message)
	return h.Sum(nil)
}

// ends returns when a right of the token ends: with the right, with the token,
// or after a day, whichever is first.
func (t *AccessToken) ends(right uint16) (time.Time, bool) {
	seconds, ok := t.Rights[right]
	life := time.Duration(min(seconds, t.Expire)) * time.Second
	return time.Unix(int64(t.Issued), 0).Add(min(life, maxAccessTokenLife)), ok
}

// checkAccessToken verifies a token, and remembers a good one like those that
// the server made itself.
func (w *World) checkAccessToken(token string) (Grant, *Error) {
	t, ok := ParseAccessToken(token)
	switch {
	case !ok:
		return Grant{}, refuse(TokenCorrupt)
	case t.AppID != w.Conf.AppID, !hmac.Equal(t.Signature, t.Sign(w.Conf.Certificate)):
		return Grant{}, refuse(TokenIllegal)
	}
	var g Grant
	if g.Expires, ok = t.ends(ChatAppRight); !ok {
		if g.Expires, ok = t.ends(chatUserRight); !ok || t.UserID == "" {
			return Grant{}, refuse(TokenIllegal)
		}
		g.User, g.Account = w.subject(t.UserID)
	}
	if !w.Now().Before(g.Expires) {
		return Grant{}, refuse(TokenUnknown)
	}
	w.tokenMu.Lock()
	defer w.tokenMu.Unlock()
	w.remember(token, g)
	return g, nil
}

// subject returns the name of a user whom a token names by name or UUID, and the UUID in that case.
func (w *World) subject(id string) (name, account string) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if u := w.byUUID[id]; u != nil {
		return u.Name, u.UUID
	}
	return Fold(id), ""
}

// byteReader reads the little-endian format of the token; after a read beyond
// the end it has failed.
type byteReader struct {
	rest   []byte
	failed bool
}

func (r *byteReader) take(n int) []byte {
	if n > len(r.rest) {
		r.failed, r.rest = true, nil
		return make([]byte, n)
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *byteReader) u16() uint16   { return binary.LittleEndian.Uint16(r.take(2)) }
func (r *byteReader) u32() uint32   { return binary.LittleEndian.Uint32(r.take(4)) }
func (r *byteReader) bytes() []byte { return r.take(int(r.u16())) }
