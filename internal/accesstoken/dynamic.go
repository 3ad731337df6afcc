package accesstoken

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"
)

// dynamicMark is what the text of a dynamic token begins with.
const dynamicMark = "dt-"

type dynamicPayload struct {
	Signature string `json:"signature"`
	AppKey    string `json:"appkey"`
	UserID    string `json:"userId"`
	Issued    int64  `json:"curTime"`
	TTL       int64  `json:"ttl"`
}

// Dynamic makes an Easemob dynamic user token: with it userID logs in on a
// client SDK; the REST API does not take it. appKey is "org#app". Whole
// seconds of now and ttl count.
//
// The documents do not say whether the padding of the base64 is kept. It is:
// their example names Go's URL-safe encoding, which keeps it.
func Dynamic(clientID, secret, appKey, userID string, now time.Time, ttl time.Duration) string {
	issued, life := now.Unix(), int64(ttl/time.Second)
	text := clientID + appKey + userID +
		strconv.FormatInt(issued, 10) + strconv.FormatInt(life, 10) + secret
	sum := sha256.Sum256([]byte(text))

	signature := hex.EncodeToString(sum[:])
	body, _ := json.Marshal(dynamicPayload{signature, appKey, userID, issued, life}) //nolint:errchkjson // cannot fail
	return base64.URLEncoding.EncodeToString(append([]byte(dynamicMark), body...))
}
