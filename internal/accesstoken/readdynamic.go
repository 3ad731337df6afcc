package accesstoken

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// DynamicToken is what a dynamic user token of Easemob says of itself.
type DynamicToken struct {
	AppKey, UserID  string
	Issued, Expires time.Time
}

// ParseDynamic reads a dynamic user token, without verifying it. It reports false for
// what is none.
func ParseDynamic(token string) (DynamicToken, bool) {
	raw, err := base64.URLEncoding.DecodeString(token)
	if err != nil {
		return DynamicToken{}, false
	}
	body, ok := strings.CutPrefix(string(raw), dynamicMark)
	var p dynamicPayload
	if !ok || json.Unmarshal([]byte(body), &p) != nil {
		return DynamicToken{}, false
	}
	return DynamicToken{AppKey: p.AppKey, UserID: p.UserID, Issued: instant(p.Issued), Expires: instant(p.Issued + p.TTL)}, true
}
