package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The bot rejects, rewrites and recalls, and its restart loses nothing.
func TestRun(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out))
	assert.Equal(t, `alice: "Lunch at noon?" reaches bob as "Lunch at noon?"
alice: "Win big at the casino!" is rejected: imtest: alice cannot send: rejected before delivery: no advertising
alice: "Call me: 555-0199" reaches bob as "Call me: ***-****"
app: "The casino has sent you a coupon." was sent, recalled: true
restart: 5 messages missed, 5 stored callbacks resent
in the end: 8 messages sent, 8 handled, 0 lost
`, out.String())
}
