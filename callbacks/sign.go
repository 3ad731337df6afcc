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
	got, found := []byte(strings.ToLower(string(w.Security))), 0
	for _, secret := range secrets {
		found |= subtle.ConstantTimeCompare(got, []byte(Sign(string(w.CallID), secret, string(w.Timestamp))))
	}
	return found == 1
}

// unsignedKinds are the kinds that the documents show without a signature.
func unsignedKind(k Kind) bool {
	return k == KindNotifyReaction || k == KindNotifyThread || k == KindPushSuccess
}

// key recognizes a callback that comes again. Without a call id, as documented for some
// kinds, the body itself must serve.
func (w *wire) key(body []byte) string {
	id := string(w.CallID)
	if id == "" {
		id = "sha256:" + w.digest(body)
	}
	return strings.Join([]string{id, w.EventType, w.ChatType, string(w.To), w.operation()}, "|")
}

// digest names a body, whatever its signature.
func (w *wire) digest(body []byte) string {
	hash := sha256.New()
	quoted := []byte(`"` + string(w.Security) + `"`)
	before, after, found := bytes.Cut(body, quoted)
	if w.Security == "" || !found {
		before, after = body, nil
	}
	hash.Write(before)
	hash.Write(after)
	return hex.EncodeToString(hash.Sum(nil))
}
