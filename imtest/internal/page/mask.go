package page

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/imrest/im-go/internal/pattern"
)

// masked stands in place of a value that must not be shown.
const masked = "•••"

// secretKey holds for names of fields, headers and parameters whose values are masked. What an app
// itself calls so is masked with them.
var secretKey = pattern.Lazy(`(?i)(password|passwd|pwd|secret|token|authorization|cookie|credential|certificate|signature|passphrase|(api|secret|private|access)[_-]?key)s?$|^(security|sign)$`)

// secretParam finds such parameters in addresses, wherever those stand.
var secretParam = pattern.Lazy(`(?i)([?&;](?:[\w.-]*(?:password|passwd|pwd|secret|token|signature|credential|passphrase|(?:api|secret|private|access)[_-]?key))=)[^&;#\s"'<>]+`)

// secretWord finds texts that might hold a secret in a form that is not understood.
var secretWord = pattern.Lazy(`(?i)password|passwd|passphrase|pwd|secret|token|authorization|credential|(api|private|access)[_-]?key`)

// userinfo finds the password of an address.
var userinfo = pattern.Lazy(`(\w+://[^/\s:@]*:)[^/\s@]+@`)

// maskText masks what addresses in a text carry.
func maskText(text string) string {
	return userinfo().ReplaceAllString(secretParam().ReplaceAllString(text, "${1}"+masked), "${1}"+masked+"@")
}

// maskQuery masks parameters of a query or a form.
func maskQuery(query string) string {
	return strings.TrimPrefix(maskText("?"+query), "?")
}

// maskHeader is the value of a header as it is shown. What kind of token was sent stays.
func maskHeader(name, value string) string {
	if !secretKey().MatchString(name) {
		return maskText(value)
	}
	if scheme, _, two := strings.Cut(value, " "); two && strings.EqualFold(name, "Authorization") {
		return scheme + " " + masked
	}
	return masked
}

// shownBody is a body with its secrets masked: JSON is indented, a form is shown as it is, and
// what is neither is withheld if it may hold a secret.
func shownBody(body []byte) string {
	text := string(body)
	switch {
	case len(body) == 0:
		return ""
	case json.Valid(body):
		return maskJSON(text)
	case !utf8.Valid(body):
		return "(binary)"
	}
	if !strings.ContainsAny(text, "{}\"<> \n") {
		if _, err := url.ParseQuery(text); err == nil && strings.Contains(text, "=") {
			return cut(maskQuery(text))
		}
	}
	if secretWord().MatchString(text) {
		return "(not JSON, and withheld since it may hold a secret)"
	}
	return cut(text)
}

// maskJSON indents valid JSON, with the values of secret fields masked. Keys keep their order.
func maskJSON(text string) string {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var compact bytes.Buffer
	m := masker{dec, &compact}
	if err := m.value(false); err != nil {
		return masked // cannot be, of valid JSON
	}
	var shown bytes.Buffer
	if json.Indent(&shown, compact.Bytes(), "", "  ") != nil {
		return masked // as above
	}
	return shown.String()
}

// maskedLine is maskJSON in one line, for a list; what is not JSON is a text.
func maskedLine(text []byte) string {
	var line bytes.Buffer
	if !json.Valid(text) || json.Compact(&line, []byte(maskJSON(string(text)))) != nil {
		return cut(shownBody(text))
	}
	return cut(line.String())
}

// masker copies JSON, token by token.
type masker struct {
	dec *json.Decoder
	out *bytes.Buffer
}

// value copies one value; a hidden one becomes masked in all of its parts.
func (m *masker) value(hide bool) error {
	token, err := m.dec.Token()
	if err != nil {
		return err
	}
	switch token := token.(type) {
	case json.Delim:
		return m.members(token, hide)
	case string:
		m.text(token, hide)
	case nil:
		m.out.WriteString("null")
	default:
		if hide {
			m.quote(masked)
			return nil
		}
		text, err := json.Marshal(token)
		m.out.Write(text)
		return err
	}
	return nil
}

// members copies an object or array that has begun.
func (m *masker) members(open json.Delim, hide bool) error {
	m.out.WriteString(open.String())
	for n := 0; m.dec.More(); n++ {
		if n > 0 {
			m.out.WriteByte(',')
		}
		hideThis := hide
		if open == '{' {
			token, err := m.dec.Token()
			if err != nil {
				return err
			}
			key := token.(string)
			m.quote(key)
			m.out.WriteByte(':')
			hideThis = hide || secretKey().MatchString(key)
		}
		if err := m.value(hideThis); err != nil {
			return err
		}
	}
	end, err := m.dec.Token()
	if err == nil {
		m.out.WriteString(end.(json.Delim).String())
	}
	return err
}

// text copies a string. One that is JSON itself is masked as such.
func (m *masker) text(text string, hide bool) {
	switch {
	case hide && text != "":
		text = masked
	case strings.ContainsAny(text, "{[") && json.Valid([]byte(text)):
		text = maskedLine([]byte(text))
	default:
		text = maskText(text)
	}
	m.quote(text)
}

func (m *masker) quote(text string) {
	enc := json.NewEncoder(m.out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text) //nolint:errchkjson // a string always encodes
	m.out.Truncate(m.out.Len() - 1)
}
