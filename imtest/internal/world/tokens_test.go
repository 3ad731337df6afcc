package world

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest/event"
)

func TestOldTokensAreForgotten(t *testing.T) {
	clock := new(testClock)
	s := newWorld(clock)
	for range 25_000 {
		s.Issue(Grant{Expires: s.Now().Add(time.Millisecond)})
		clock.Advance(time.Second)
	}
	assert.LessOrEqual(t, len(s.tokens), 15_000)
}

func TestTokensOfUsers(t *testing.T) {
	clock := new(testClock)
	w := newWorld(clock)
	w.AddUser(NewUser{Name: "alice", Password: new("pw")})
	begin := w.events.last
	_, _, err := w.IssueTokenByPassword("alice", "no", time.Hour)
	assert.True(t, err.Of(WrongPassword))
	_, _, err = w.IssueUserToken("bob", time.Hour)
	assert.True(t, err.Of(NoUser))
	_, _, err = w.IssueNewUserToken("b b", time.Hour)
	assert.True(t, err.Of(NameIllegal))

	first, u, err := w.IssueTokenByPassword("Alice", "pw", time.Hour)
	require.Nil(t, err)
	assert.Equal(t, "alice", u.Name)
	forever, _, err := w.IssueNewUserToken("Bob", 0)
	require.Nil(t, err)
	g, err := w.Authenticate(first)
	require.Nil(t, err)
	assert.Equal(t, Grant{"alice", u.UUID, clock.Now().Add(time.Hour)}, g)
	assert.Equal(t, []event.Data{
		event.TokenIssued{User: "alice", Expires: clock.Now().Add(time.Hour)}, event.UserRegistered{User: "bob"}, event.TokenIssued{User: "bob"},
	}, happened(w, begin))

	clock.Advance(time.Hour)
	_, err = w.Authenticate(first)
	assert.True(t, err.Of(TokenUnknown))
	clock.Advance(100_000 * time.Hour)
	_, err = w.Authenticate(forever)
	assert.Nil(t, err)
	_, err = w.Ban("bob")
	require.Nil(t, err)
	_, err = w.Authenticate(forever)
	assert.True(t, err.Of(TokenUnknown))
	_, _, err = w.IssueUserToken("bob", 0)
	assert.True(t, err.Of(UserIsBanned))
}

// Whoever takes the name of a user who was deleted does not take their tokens.
func TestTokensEndWithTheAccount(t *testing.T) {
	w := worldOf("alice")
	token, _, err := w.IssueUserToken("alice", 0)
	require.Nil(t, err)
	_, err = w.DeleteUser("alice")
	require.Nil(t, err)
	w.AddUser(NewUser{Name: "alice"})
	_, err = w.Authenticate(token)
	assert.True(t, err.Of(TokenUnknown))
}

func TestWhatIsNoToken(t *testing.T) {
	w := worldOf()
	app := w.IssueAppToken(0)
	_, err := w.Authenticate(app)
	require.Nil(t, err)
	w.ExpireTokens()
	for token, kind := range map[string]Kind{
		"": TokenUnknown, app: TokenUnknown, worldOf().IssueAppToken(0): TokenForeign, "rubbish": TokenCorrupt, "007rubbish": TokenCorrupt,
	} {
		_, err := w.Authenticate(token)
		assert.True(t, err.Of(kind), "%q: %v", token, err)
	}
}
