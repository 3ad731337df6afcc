package callbacks

import (
	"bytes"
	"crypto/md5" //nolint:gosec // what the IM server signs with
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"strings"
)

// Sign returns the signature of a callback: MD5 over call id, secret and timestamp, the
// latter as it stands in the body. The rest of the body is not protected by it.
func Sign(callID, secret, timestamp string) string {
	sum := md5.Sum([]byte(callID + secret + timestamp)) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])
}

// verified compares with the signature of each secret, in constant time and without case.
func (w *wire) verified(secrets []string) bool {
	var got, want [2 * md5.Size]byte
	if len(w.Security) != len(got) {
		return false
	}
	copy(got[:], strings.ToLower(string(w.Security)))
	text, found := make([]byte, 0, 256), 0
	for _, secret := range secrets {
		text = append(append(append(text[:0], w.CallID...), secret...), w.Timestamp...)
		sum := md5.Sum(text) //nolint:gosec // see the import
		hex.Encode(want[:], sum[:])
		found |= subtle.ConstantTimeCompare(got[:], want[:])
	}
	return found == 1
}

// maybeUnsigned says whether a callback may be of such a kind, before it is decoded.
func (w *wire) maybeUnsigned() bool { return w.ChatType == "notify" || w.Step == "push" }

// unsignedKind says whether the documents show a kind without a signature.
func unsignedKind(k Kind) bool {
	return k == KindNotifyReaction || k == KindNotifyThread || k == KindPushSuccess
}

// key recognizes a duplicate of a callback. Without a call id, as documented for some
// kinds, the body itself must serve.
func (w *wire) key(body []byte) string {
	id := string(w.CallID)
	if id == "" {
		id = "sha256:" + w.digest(body)
	}
	after := ""
	if w.rule != "" {
		after = "|"
	}
	to, operation := string(w.To), w.operation()
	if w.Step == "push" { // has the call id of the message, which may go to many devices
		to, operation = string(w.Target), string(w.Status+" "+w.DeviceID)
	}
	key := w.rule + after + id + "|" + w.EventType + "|" + w.ChatType + "|" + to + "|" + operation
	if len(key) > maxKey {
		sum := sha256.Sum256([]byte(key))
		return "sha256:" + hex.EncodeToString(sum[:])
	}
	return key
}

// maxKey bounds the memory for keys, whatever they are made of.
const maxKey = 255

// digest names a body, whatever its signature.
func (w *wire) digest(body []byte) string {
	hash := sha256.New()
	before, after := body, []byte(nil)
	if at := bytes.Index(body, []byte(w.Security)); w.Security != "" && at >= 0 {
		before, after = body[:at], body[at+len(w.Security):]
	}
	hash.Write(before)
	hash.Write(after)
	var sum [sha256.Size]byte
	var text [2 * sha256.Size]byte
	hex.Encode(text[:], hash.Sum(sum[:0]))
	return string(text[:])
}
