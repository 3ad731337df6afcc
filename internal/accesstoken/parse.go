package accesstoken

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrMalformed is in every error of Parse.
var ErrMalformed = errors.New("accesstoken: malformed token")

// maxContent bounds the memory that a token from outside can take. A chat
// token has about a hundred bytes; tokens for many services have some more.
const maxContent = 64 << 10

// Parse reads a token. It checks the form only: nothing of it is to be
// believed before Verify.
func Parse(token string) (*Token, error) {
	content, err := unpack(token)
	if err != nil {
		return nil, err
	}
	r := reader{b: content}
	t := &Token{signature: []byte(r.string())}
	t.signed = r.b // the rest as it is: encoding it again could change it
	t.appID = r.string()
	t.issued = r.u32()
	t.expire = r.u32()
	t.salt = r.u32()
	for range r.u16() {
		if !readService(&r, t) || r.short {
			break
		}
	}
	if r.short {
		return nil, malformed("it ends too early")
	}
	return t, nil
}

// unpack undoes pack, and stops where a small token would grow large.
func unpack(token string) ([]byte, error) {
	body, ok := strings.CutPrefix(token, Version)
	if !ok {
		return nil, malformed("it does not begin with " + Version)
	}
	if len(body) > base64.StdEncoding.EncodedLen(maxContent) {
		return nil, malformed("it is too long")
	}
	if strings.ContainsAny(body, "\r\n") { // the decoder would skip them
		return nil, malformed("there is a line break in it")
	}
	packed, err := base64.StdEncoding.Strict().DecodeString(body)
	if err != nil {
		return nil, malformed("it is not base64")
	}
	src := bytes.NewReader(packed)
	z, err := zlib.NewReader(src)
	if err != nil {
		return nil, malformed("it is not compressed")
	}
	content, err := io.ReadAll(io.LimitReader(z, maxContent+1))
	if err != nil {
		return nil, malformed("its compression is broken")
	}
	if len(content) > maxContent {
		return nil, malformed("its content is too long")
	}
	if src.Len() > 0 {
		return nil, malformed("something follows its content")
	}
	return content, nil
}

func malformed(why string) error { return fmt.Errorf("%w: %s", ErrMalformed, why) }

// readService reads one service into t and reports whether the next can be found.
// The layouts are the vendor's; only the chat service is kept. A token holds
// its services in ascending order, so one that is newer than this list comes
// after the chat service and ends the reading without harm.
func readService(r *reader, t *Token) bool {
	kind := r.u16()
	privileges := make(map[uint16]uint32)
	for range r.u16() {
		if r.short {
			return false
		}
		privileges[r.u16()] = r.u32()
	}
	switch kind {
	case serviceChat:
		user := r.string()
		if !t.chat { // of several, the first
			t.chat, t.userID, t.privileges = true, user, privileges
		}
	case 1, 3, 6: // RTC, streaming, FCDN: channel and user
		r.string()
		r.string()
	case 2: // RTM: user
		r.string()
	case 4: // FPA: nothing
	case 7: // APaaS: room, user, role
		r.string()
		r.string()
		r.u16()
	case 8: // RTM2: user and a tree of permissions
		r.string()
		r.skipPermissions()
	default:
		return false
	}
	return true
}

// reader takes values off the front of b. Once something is missing, short is
// set and stays so, and all values are zero; one look at the end is enough.
type reader struct {
	b     []byte
	short bool
}

func (r *reader) take(n int) []byte {
	if r.short || n > len(r.b) {
		r.short = true
		return nil
	}
	v := r.b[:n]
	r.b = r.b[n:]
	return v
}

func (r *reader) u16() uint16 {
	v := r.take(2)
	if v == nil {
		return 0
	}
	return uint16(v[0]) | uint16(v[1])<<8
}

func (r *reader) u32() uint32 {
	low := uint32(r.u16())
	return low | uint32(r.u16())<<16
}

func (r *reader) string() string { return string(r.take(int(r.u16()))) }

// skipPermissions passes over RTM2's lists: resource types, in each
// permissions, in each names. Every round of a loop takes bytes or ends it, so
// the counts of a hostile token cost at most its length.
func (r *reader) skipPermissions() {
	for range r.u16() {
		r.u16() // resource type
		for range r.u16() {
			r.u16() // permission
			for range r.u16() {
				r.string()
				if r.short {
					return
				}
			}
			if r.short {
				return
			}
		}
		if r.short {
			return
		}
	}
}
