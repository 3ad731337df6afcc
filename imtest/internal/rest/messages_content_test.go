package rest

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAttachment(t *testing.T) {
	for body, want := range map[string]string{
		`{"msg":"url"}`:                                 "",
		`{"msg":"x"}`:                                   "",
		`{"url":7}`:                                     "",
		`{"URL":"http://x/chatfiles/7"}`:                "",
		`{"url":"http:\/\/x\/chatfiles\/7"}`:            "7",
		`{"\u0075rl":"http://x/chatfiles/7"}`:           "7",
		`{"url":"http://x/chatfiles/7?share-secret=/"}`: "7",
	} {
		assert.Equal(t, want, Attachment(body), body)
	}
}
