package e2e

import (
	"fmt"
	"iter"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/users"
)

// crowd are n names.
func crowd(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("member-%03d", i)
	}
	return names
}

// itemsOf is a source that makes its items from those of a list.
func itemsOf[T, U any](items []T, item func(i int, from T) U) iter.Seq2[U, error] {
	return func(yield func(U, error) bool) {
		for i, from := range items {
			if !yield(item(i, from), nil) {
				return
			}
		}
	}
}

func same(_ int, name string) string { return name }

func TestRegisterJob(t *testing.T) {
	srv, client := start(t, imtest.WithQuotas())
	srv.AddUsers("member-100")
	j := client.Users.RegisterJob()
	j.Journal = filepath.Join(t.TempDir(), "journal")
	sum, err := batch.Run(t.Context(), itemsOf(crowd(200), func(i int, name string) users.NewUser {
		if i == 30 {
			name = "no name"
		}
		return users.NewUser{Username: name, Password: "S3cret.pass"}
	}), j)
	require.ErrorIs(t, err, batch.ErrPartial)
	assert.Equal(t, 198, sum.Done)
	assert.Equal(t, 2, sum.Refused)
	assert.Len(t, srv.Users(), 199)
}

// Who is a member already counts as done, and who does not exist is found.
func TestAddMembersJob(t *testing.T) {
	srv, client := start(t, imtest.WithQuotas())
	all := crowd(150)
	srv.AddUsers("alice")
	srv.AddUsers(all[:70]...)
	srv.AddUsers(all[71:]...)
	members := append([]string{all[5], all[80]}, all[120:]...)
	group := srv.AddGroup(imtest.Group{Name: "Club", Owner: "alice", Members: members})
	sum, err := batch.Run(t.Context(), itemsOf(all, same), client.Groups.AddMembersJob(group.ID, groups.MemberOptions{}))
	require.ErrorIs(t, err, batch.ErrPartial)
	assert.Equal(t, 149, sum.Done)
	assert.Equal(t, 1, sum.Refused)
	after, ok := srv.Group(group.ID)
	require.True(t, ok)
	assert.Len(t, after.Members, 150, "and the owner")
}

func TestSendJobs(t *testing.T) {
	srv, client := start(t, imtest.WithQuotas())
	all := crowd(700)
	srv.AddUsers(all...)
	hello := messages.Message{From: all[0], Body: messages.Text("Hello")}
	sum, err := batch.Run(t.Context(), itemsOf(all, same), client.Messages.SendToUsersJob(hello))
	require.NoError(t, err)
	assert.Equal(t, batch.Summary{Rows: 700, Done: 700, Calls: 2}, sum)
	assert.Len(t, srv.AllMessages(), 700)

	j := client.Messages.SendToUsersJob(hello)
	j.Journal = filepath.Join(t.TempDir(), "journal")
	_, err = batch.Run(t.Context(), itemsOf(all[:3], same), j)
	require.NoError(t, err)
	other := client.Messages.SendToUsersJob(messages.Message{From: all[0], Body: messages.Text("Goodbye")})
	other.Journal = j.Journal
	_, err = batch.Run(t.Context(), itemsOf(all[:3], same), other)
	require.ErrorContains(t, err, "it is of the job", "another message is another job")

	clubs := make([]string, 7)
	for i := range clubs {
		clubs[i] = srv.AddGroup(imtest.Group{Name: "Club", Owner: all[0]}).ID
	}
	sum, err = batch.Run(t.Context(), itemsOf(clubs, same), client.Messages.SendToGroupsJob(hello))
	require.NoError(t, err)
	assert.Equal(t, batch.Summary{Rows: 7, Done: 7, Calls: 3}, sum)
	for _, club := range clubs {
		assert.Len(t, srv.GroupMessages(club), 1)
	}
}

func TestImportJob(t *testing.T) {
	srv, client := start(t, imtest.WithQuotas())
	srv.AddUsers("alice", "bob")
	past := itemsOf(make([]int, 20), func(i, _ int) messages.ImportItem {
		item := messages.ImportItem{To: "bob", Message: messages.Import{
			From: "alice", Body: messages.Text("past"), SentAt: time.Date(2020, 1, 1, 0, 0, i, 0, time.UTC),
		}}
		if i == 7 {
			item.Message.From = ""
		}
		return item
	})
	sum, err := batch.Run(t.Context(), past, client.Messages.ImportToUsersJob())
	require.ErrorIs(t, err, batch.ErrPartial)
	assert.Equal(t, batch.Summary{Rows: 20, Done: 19, Refused: 1, Calls: 20}, sum)
	assert.Len(t, srv.AllMessages(), 19)
}
