package outbound

import (
	"bytes"
	"crypto/md5" //nolint:gosec // the documented algorithm
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"
)

// object is a JSON object to write.
type object = map[string]any

// Callback is what one event makes the server send, to every rule that covers it.
type Callback struct {
	Kind   string
	CallID string
	Time   time.Time

	fields object // of the body, without the signature

	// What rules filter messages by.
	message         bool
	from, to, group string
	client          bool // sent by a client, not by a call of the API
	ext             json.RawMessage
}

// sign is the documented signature: MD5 over call id, secret and milliseconds.
func sign(callID, secret string, at time.Time) string {
	sum := md5.Sum([]byte(callID + secret + strconv.FormatInt(at.UnixMilli(), 10))) //nolint:gosec // as above
	return hex.EncodeToString(sum[:])
}

// unsigned are the kinds that the documents show without a signature.
var unsigned = []string{"notify.reaction", "notify.thread", "push.success"}

// body is the callback as a rule gets it.
func (c *Callback) body(r *Rule) []byte {
	fields := object{"callId": c.CallID, "timestamp": c.Time.UnixMilli()}
	maps.Copy(fields, c.fields)
	if !r.Unsigned || !slices.Contains(unsigned, c.Kind) {
		fields["security"] = sign(c.CallID, r.Secret, c.Time)
	}
	return encode(fields)
}

// encode writes JSON. This floor does not see the one of package wire.
func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("imtest: " + err.Error()) // what events hold was JSON before
	}
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'})
}
