package api

import (
	"encoding/base64"
	"encoding/hex"
	"html"
	"strconv"
	"strings"

	"github.com/imrest/im-go/internal/pattern"
)

// A text of the server's that quotes a secret of the request is withheld whole: a
// mask in a text that is known otherwise gives away what it hides.

// Withhold returns a text of at most limit bytes, or the mask alone where it quotes
// one of the secrets.
func Withhold(text string, limit int, secrets []string) string {
	if text == "" {
		return ""
	}
	readings := readings(text)
	clipped := len(text) >= limit
	for _, secret := range secrets {
		if len(secret) >= minSecret && quotes(readings, secret, clipped) {
			return Mask
		}
	}
	return text
}

// readings are a text as it is and with its escapes undone, in lower case; the
// first keeps its case.
func readings(text string) []string {
	all := []string{text, strings.ToLower(text)}
	add := func(reading string) {
		if reading = strings.ToLower(reading); reading != all[len(all)-1] {
			all = append(all, reading)
		}
	}
	add(html.UnescapeString(text))
	for range 3 { // some is escaped in a page, in JSON and in a URL
		text = unescape(text)
		add(text)
		text = html.UnescapeString(text)
		add(text)
	}
	add(strings.ReplaceAll(text, "+", " "))
	return all
}

// escape is a character in the notation of URLs, JSON or Go.
var escape = pattern.Lazy(`%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\.`)

func unescape(s string) string {
	if !strings.ContainsAny(s, `%\`) {
		return s
	}
	return escape().ReplaceAllStringFunc(s, func(e string) string {
		digits := strings.TrimLeft(e, `%\ux`)
		n, err := strconv.ParseUint(digits, 16, 32)
		switch {
		case e[0] == '%' && err == nil, len(e) == 4 && err == nil:
			return string([]byte{byte(n)}) //nolint:gosec // two digits
		case len(e) == 6 && err == nil:
			return string(rune(n)) //nolint:gosec // four digits
		}
		return e[1:]
	})
}

const (
	minSecret = 4 // what is shorter is in every text, and is not searched for
	piece     = 8 // so much of a secret counts as the secret
	maxSecret = 4 << 10
)

// quotes says whether a text holds a secret, a piece of it, or its encoded form. A
// clipped text may end in the beginning of one.
func quotes(readings []string, secret string, clipped bool) bool {
	secret = secret[:min(len(secret), maxSecret)]
	low := strings.ToLower(secret)
	for _, text := range readings[1:] {
		switch {
		case holdsPiece(text, low):
			return true
		case clipped && endsWithBeginning(strings.TrimSuffix(text, Ellipsis), low):
			return true
		}
	}
	for _, form := range encoded(secret) {
		if holdsPiece(readings[0], form) {
			return true
		}
	}
	return false
}

func holdsPiece(text, secret string) bool {
	if len(secret) <= piece {
		return strings.Contains(text, secret)
	}
	for at := 0; at+piece <= len(secret); at += piece / 2 {
		if strings.Contains(text, secret[at:at+piece]) {
			return true
		}
	}
	return strings.Contains(text, secret[len(secret)-piece:])
}

func endsWithBeginning(text, secret string) bool {
	for n := minSecret; n < min(len(secret), piece); n++ {
		if strings.HasSuffix(text, secret[:n]) {
			return true
		}
	}
	return false
}

// encoded are a secret in hexadecimal and in base 64, wherever in what is encoded
// it begins; the characters at the edges, which hold bits of others, are left out.
func encoded(secret string) []string {
	if len(secret) < piece {
		return nil
	}
	forms := []string{hex.EncodeToString([]byte(secret)), strings.ToUpper(hex.EncodeToString([]byte(secret)))}
	for shift, skip := range []int{0, 2, 3} {
		e := base64.StdEncoding.EncodeToString(append(make([]byte, shift), secret...))
		e = e[skip : (shift+len(secret))*8/6]
		forms = append(forms, e, strings.NewReplacer("+", "-", "/", "_").Replace(e))
	}
	return forms
}
