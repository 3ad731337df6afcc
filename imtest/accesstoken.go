package imtest

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
	accessTokenVersion = "007"

	chatService   = 5
	chatUserRight = 1
	chatAppRight  = 2

	maxAccessTokenLife = 24 * time.Hour
)

type accessToken struct {
	signature []byte
	signed    []byte // the bytes that the signature is over, as they came
	appID     string
	issued    uint32
	expire    uint32 // seconds from issued
	salt      uint32
	userID    string            // of the chat service
	rights    map[uint16]uint32 // of the chat service: right to seconds from issued
}

// parseAccessToken reads a token; it does not check the signature.
func parseAccessToken(token string) (*accessToken, bool) {
	packed, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(token, accessTokenVersion))
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
	t := &accessToken{signature: r.bytes()}
	t.signed = r.rest
	t.appID = string(r.bytes())
	t.issued, t.expire, t.salt = r.u32(), r.u32(), r.u32()
	for services := r.u16(); services > 0 && t.readService(&r); services-- {
	}
	return t, !r.failed
}

// readService reads one service and returns whether another can be read. Only
// the chat service is of use, but those before it have to be stepped over.
func (t *accessToken) readService(r *byteReader) bool {
	kind := r.u16()
	rights := map[uint16]uint32{}
	for n := r.u16(); n > 0 && !r.failed; n-- {
		right := r.u16()
		rights[right] = r.u32()
	}
	switch kind {
	case chatService:
		t.userID, t.rights = string(r.bytes()), rights
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

// sign returns the signature of the token under a certificate.
func (t *accessToken) sign(certificate string) []byte {
	key := mac(binary.LittleEndian.AppendUint32(nil, t.issued), []byte(certificate))
	key = mac(binary.LittleEndian.AppendUint32(nil, t.salt), key)
	return mac(key, t.signed)
}

func mac(key, message []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(message)
	return h.Sum(nil)
}

// ends returns when a right of the token ends: with the right, with the token,
// or after a day, whichever is first.
func (t *accessToken) ends(right uint16) (time.Time, bool) {
	seconds, ok := t.rights[right]
	life := time.Duration(min(seconds, t.expire)) * time.Second
	return time.Unix(int64(t.issued), 0).Add(min(life, maxAccessTokenLife)), ok
}

// checkAccessToken verifies a token, and remembers a good one like those that
// the server made itself.
func (s *state) checkAccessToken(token string) (grant, *apiError) {
	t, ok := parseAccessToken(token)
	switch {
	case !ok:
		return grant{}, errTokenCorrupt()
	case t.appID != s.conf.appID, !hmac.Equal(t.signature, t.sign(s.conf.certificate)):
		return grant{}, errTokenIllegal()
	}
	var g grant
	if g.expires, ok = t.ends(chatAppRight); !ok {
		if g.expires, ok = t.ends(chatUserRight); !ok || t.userID == "" {
			return grant{}, errTokenIllegal()
		}
		g.user = s.subject(t.userID)
	}
	if !s.now().Before(g.expires) {
		return grant{}, errNotAuthenticated()
	}
	s.remember(token, g)
	return g, nil
}

// subject returns the name of a user whom a token names by name or UUID.
func (s *state) subject(id string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if u := s.byUUID[id]; u != nil {
		return u.name
	}
	return fold(id)
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
