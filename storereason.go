package im

import (
	"regexp"
	"strings"
)

// What may be a secret in the text of a store's error: credentials of a URL, what
// follows a telling name, and anything that looks like a token or a key.
var (
	userInfo  = regexp.MustCompile(`//[^/@\s]*@`)
	named     = regexp.MustCompile(`(?i)((?:password|passwd|pwd|secret|token|key)["']?\s*[:=]\s*)\S+`)
	tokenLike = regexp.MustCompile(`[A-Za-z0-9_+/=-]{24,}`)
)

// storeReason is the text of a store's error, fit for a log.
func storeReason(err error) string {
	const longest = 200
	text := err.Error()
	text = text[:min(len(text), 4*longest)]
	text = userInfo.ReplaceAllString(text, "//***@")
	text = named.ReplaceAllString(text, "${1}***")
	text = tokenLike.ReplaceAllString(text, "***")
	return strings.ToValidUTF8(text[:min(len(text), longest)], "")
}
