package accesstoken

import (
	"bytes"
	"compress/zlib"
	"crypto/fips140"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
	"sync"
	"time"
)

const (
	// Version is what every token begins with.
	Version = "007"

	serviceChat = 5

	privilegeUser = 1
	privilegeApp  = 2

	// maxSalt is the largest salt that the vendor's builders draw.
	maxSalt = 99_999_999
)

// ErrFIPS says that this process may not sign or check such tokens: the format keys
// HMAC with the time and the salt, 32 bits each, and where GODEBUG=fips140=only holds
// crypto/hmac panics below 112.
var ErrFIPS = errors.New("accesstoken: AccessToken2 has HMAC keys of 32 bits, which GODEBUG=fips140=only forbids")

// Build makes a token: an app token, which may call the REST API, when UserID
// is empty, else a token with which that user logs in.
func Build(p Params) (string, error) {
	if err := p.validate(); err != nil {
		return "", err
	}
	if fips140.Enforced() {
		return "", ErrFIPS
	}
	if p.PrivilegeExpire == 0 {
		p.PrivilegeExpire = p.Expire
	}
	if p.Salt == 0 {
		salt, err := randomSalt()
		if err != nil {
			return "", err
		}
		p.Salt = salt
	}
	signed := signedPart(p)
	issued := uint32(p.Issued.Unix()) //nolint:gosec // validate has checked the range
	content := appendString(nil, string(sign(p.Certificate, issued, p.Salt, signed)))
	content = append(content, signed...)
	return pack(content)
}

// signedPart lays out everything behind the signature.
func signedPart(p Params) []byte {
	privilege := uint16(privilegeApp)
	if p.UserID != "" {
		privilege = privilegeUser
	}
	le := binary.LittleEndian
	b := appendString(nil, p.AppID)
	b = le.AppendUint32(b, uint32(p.Issued.Unix())) //nolint:gosec // validate has checked the range
	b = le.AppendUint32(b, seconds(p.Expire))
	b = le.AppendUint32(b, p.Salt)
	b = le.AppendUint16(b, 1) // services
	b = le.AppendUint16(b, serviceChat)
	b = le.AppendUint16(b, 1) // privileges
	b = le.AppendUint16(b, privilege)
	b = le.AppendUint32(b, seconds(p.PrivilegeExpire))
	return appendString(b, p.UserID)
}

// sign computes the signature of the signed part. Mind the direction: time and
// salt are the keys, and what one would take for the key is the message.
func sign(certificate string, issued, salt uint32, signed []byte) []byte {
	le := binary.LittleEndian
	k1 := mac(le.AppendUint32(nil, issued), []byte(certificate))
	k2 := mac(le.AppendUint32(nil, salt), k1)
	return mac(k2, signed)
}

func mac(key, message []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(message)
	return h.Sum(nil)
}

// writers keeps compressors, for one takes 800 kB and a token 100 bytes: a
// login server would spend its time collecting them.
var writers = sync.Pool{New: func() any { return zlib.NewWriter(io.Discard) }}

// pack turns a content into the string that travels.
func pack(content []byte) (string, error) {
	w := writers.Get().(*zlib.Writer)
	defer writers.Put(w)
	var b bytes.Buffer
	w.Reset(&b)
	if _, err := w.Write(content); err != nil {
		return "", fmt.Errorf("accesstoken: compressing: %w", err)
	}
	if err := w.Close(); err != nil {
		return "", fmt.Errorf("accesstoken: compressing: %w", err)
	}
	return Version + base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// appendString writes a length and the bytes. Callers have checked that the
// length fits.
func appendString(b []byte, s string) []byte {
	b = binary.LittleEndian.AppendUint16(b, uint16(len(s))) //nolint:gosec // checked by validate
	return append(b, s...)
}

func seconds(d time.Duration) uint32 {
	return uint32(d / time.Second) //nolint:gosec // at most a day
}

// randomSalt draws from 1 to maxSalt, as the vendor's builders do.
func randomSalt() (uint32, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(maxSalt))
	if err != nil {
		return 0, fmt.Errorf("accesstoken: drawing a salt: %w", err)
	}
	return uint32(n.Uint64()) + 1, nil //nolint:gosec // below maxSalt
}
