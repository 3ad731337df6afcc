package e2e

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
)

// manageUsers sends 300 calls that manage users, of three kinds, at once, and returns how
// many succeeded, how many attempts the server refused, and how long it took.
func manageUsers(t *testing.T, srv *imtest.Server, options ...im.Option) (succeeded, refused int, took time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		srv.AddUsers("alice")
		client, seen := countedOnAFakeClock(t, srv, options...)
		start := time.Now()
		var group sync.WaitGroup
		for range 100 {
			group.Go(func() { _, _ = client.Users.Get(t.Context(), "alice") })
			group.Go(func() { _, _ = client.Users.GetStatus(t.Context(), "alice") })
			group.Go(func() { _, _ = client.Push.GetBindings(t.Context(), "alice") })
		}
		group.Wait()
		succeeded, refused, took = int(seen.ok.Load()), int(seen.refusals.Load()), time.Since(start)
	})
	return succeeded, refused, took
}

// The budget that calls on users share on Easemob: the server counts it by itself, the client
// keeps it, and whoever does not is refused.
func TestBudgetOfUserManagement(t *testing.T) {
	easemob := func() *imtest.Server { return imtest.NewServer(t, imtest.WithEasemobQuotas()) }

	succeeded, refused, took := manageUsers(t, easemob())
	assert.Equal(t, 300, succeeded)
	assert.Zero(t, refused)
	assert.GreaterOrEqual(t, took, 2*time.Second, "100 a second")
	assert.Less(t, took, 4*time.Second)

	succeeded, refused, _ = manageUsers(t, easemob(), im.WithoutQuotas(), im.WithRetries(0))
	assert.Equal(t, 100, succeeded, "without quotas of the client's own")
	assert.Equal(t, 200, refused)

	succeeded, refused, took = manageUsers(t, imtest.NewServer(t, imtest.WithQuotas()))
	assert.Equal(t, 300, succeeded)
	assert.Zero(t, refused)
	assert.Less(t, took, 2*time.Second, "Agora has no such budget")
}

// What the caller sees of a refusal.
func TestBudgetOfUserManagementRefused(t *testing.T) {
	srv := imtest.NewServer(t, imtest.WithEasemobQuotas(), imtest.WithClock(imtest.NewClock(time.Now())))
	srv.AddUsers("alice")
	client, _ := counted(t, srv, im.WithoutQuotas(), im.WithRetries(0))
	for range 100 {
		_, err := client.Users.Get(t.Context(), "alice")
		require.NoError(t, err)
	}
	_, err := client.Push.GetBindings(t.Context(), "alice")
	require.ErrorIs(t, err, im.ErrRateLimited)
	require.ErrorContains(t, err, "reach_limit")
}
