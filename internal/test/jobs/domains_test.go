package jobs

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
)

func connect(t *testing.T) (*imtest.Server, *im.Client) {
	srv := imtest.NewServer(t)
	client, err := im.New(srv.Config())
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return srv, client
}

// Who is a member already counts as done, and who does not exist is found.
func TestAddMembersJob(t *testing.T) {
	srv, client := connect(t)
	all := make([]string, 150)
	for i := range all {
		all[i] = newUser(i).Username
	}
	srv.AddUsers("alice")
	srv.AddUsers(all[:70]...)
	srv.AddUsers(all[71:]...)
	group := srv.AddGroup(imtest.Group{Name: "Club", Owner: "alice", Members: append([]string{all[5], all[80]}, all[120:]...)})
	j := client.Groups.AddMembersJob(group.ID, groups.MemberOptions{})
	sum, err := batch.Run(t.Context(), names(150), j)
	require.ErrorIs(t, err, batch.ErrPartial)
	assert.Equal(t, 149, sum.Done)
	assert.Equal(t, 1, sum.Refused)
	after, ok := srv.Group(group.ID)
	require.True(t, ok)
	assert.Len(t, after.Members, 150, "and the owner")
}

func TestImportJob(t *testing.T) {
	srv, client := connect(t)
	srv.AddUsers("alice", "bob")
	sum, err := batch.Run(t.Context(), func(yield func(messages.ImportItem, error) bool) {
		for i := range 20 {
			item := messages.ImportItem{To: "bob", Import: messages.Import{
				From: "alice", Body: messages.Text("past"), SentAt: time.Date(2020, 1, 1, 0, 0, i, 0, time.UTC),
			}}
			if i == 7 {
				item.From = ""
			}
			if !yield(item, nil) {
				return
			}
		}
	}, client.Messages.ImportToUsersJob())
	require.ErrorIs(t, err, batch.ErrPartial)
	assert.Equal(t, batch.Summary{Rows: 20, Done: 19, Refused: 1, Calls: 20}, sum)
	assert.Len(t, srv.AllMessages(), 19)
}
