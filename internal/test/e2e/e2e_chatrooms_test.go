package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/chatrooms"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/page"
)

// roomOf is what the server knows of a room that must be there.
func roomOf(t *testing.T, srv *imtest.Server, id string) imtest.Room {
	t.Helper()
	r, ok := srv.Room(id)
	require.True(t, ok)
	return r
}

// A room is made, changed, handed on and dissolved.
func TestChatrooms(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		srv.AddUsers("alice", "bob", "carol")
		require.NoError(t, client.Chatrooms.AddSuperAdmin(ctx, "Alice"))
		require.NoError(t, client.Chatrooms.AddSuperAdmin(ctx, "bob"))
		assert.Equal(t, []string{"alice", "bob"}, sorted(srv.SuperAdmins()))
		supers, err := client.Chatrooms.ListSuperAdmins(ctx, page.Numbered{Size: 1})
		require.NoError(t, err)
		assert.Len(t, supers.Items, 1)
		assert.Equal(t, []string{"alice", "bob"}, sorted(wiretest.All(t, client.Chatrooms.AllSuperAdmins(ctx, page.Numbered{Size: 1}))))
		require.NoError(t, client.Chatrooms.RemoveSuperAdmin(ctx, "bob"))
		assert.Equal(t, []string{"alice"}, srv.SuperAdmins())

		id, err := client.Chatrooms.Create(ctx, chatrooms.NewRoom{Name: "Lobby & hall", Description: "open talk", Owner: "Alice", Members: []string{"bob"}, MaxMembers: 300, Custom: "c"})
		require.NoError(t, err)
		made := roomOf(t, srv, id)
		assert.Equal(t, []string{"Lobby & hall", "open talk", "alice", "c"}, []string{made.Name, made.Description, made.Owner, made.Custom})
		assert.Equal(t, 300, made.MaxUsers)
		assert.Equal(t, []string{"alice", "bob"}, sorted(made.Members))

		require.NoError(t, client.Chatrooms.Update(ctx, id, chatrooms.RoomUpdate{Name: new("Hall"), Description: new("quiet"), MaxMembers: 400}))
		made = roomOf(t, srv, id)
		assert.Equal(t, []any{"Hall", "quiet", 400}, []any{made.Name, made.Description, made.MaxUsers})
		got, err := client.Chatrooms.Get(ctx, id)
		require.NoError(t, err)
		assert.Equal(t, []any{id, "Hall", "quiet", "alice", "c", 400, 2, false, false}, []any{got.ID, got.Name, got.Description, got.Owner, got.Custom, got.MaxMembers, got.MemberCount, got.MutedAll, got.Disabled})
		assert.Equal(t, made.Created.UnixMilli(), got.Created.UnixMilli())
		assert.ElementsMatch(t, []chatrooms.Member{{Username: "alice", Role: chatrooms.RoleOwner}, {Username: "bob", Role: chatrooms.RoleMember}}, got.Members)

		srv.Clock().Advance(time.Second)
		second, err := client.Chatrooms.Create(ctx, chatrooms.NewRoom{Name: "Second", Description: "d", Owner: "bob", ID: "ownid42"})
		require.NoError(t, err)
		assert.Equal(t, "ownid42", second)
		lookups, err := client.Chatrooms.GetBatch(ctx, []string{second, "1", id})
		reported(t, err, im.ErrNotFound, "1")
		assert.Equal(t, []string{"Second", "Hall"}, []string{lookups[0].Value.Name, lookups[2].Value.Name})

		p, err := client.Chatrooms.List(ctx, page.Options{Limit: 1})
		require.NoError(t, err)
		assert.Equal(t, []chatrooms.Summary{{ID: second, Name: "Second", Owner: "bob", MemberCount: 1}}, p.Items)
		p, err = client.Chatrooms.List(ctx, page.Options{Limit: 1, Cursor: p.Next})
		require.NoError(t, err)
		assert.Equal(t, id, p.Items[0].ID)
		assert.Len(t, wiretest.All(t, client.Chatrooms.All(ctx, page.Options{Limit: 1})), 2)
		joined, err := client.Chatrooms.ListJoined(ctx, "bob", page.Numbered{})
		require.NoError(t, err)
		assert.ElementsMatch(t, []chatrooms.Summary{{ID: id, Name: "Hall"}, {ID: second, Name: "Second"}}, joined.Items)
		assert.Len(t, wiretest.All(t, client.Chatrooms.AllJoined(ctx, "bob", page.Numbered{Size: 1})), 2)

		text, err := client.Chatrooms.GetAnnouncement(ctx, id)
		require.NoError(t, err)
		assert.Empty(t, text)
		require.NoError(t, client.Chatrooms.SetAnnouncement(ctx, id, "no shouting"))
		text, err = client.Chatrooms.GetAnnouncement(ctx, id)
		require.NoError(t, err)
		assert.Equal(t, "no shouting", text)
		assert.Equal(t, text, roomOf(t, srv, id).Announcement)

		require.NoError(t, client.Chatrooms.TransferOwner(ctx, id, "bob"))
		assert.Equal(t, "bob", roomOf(t, srv, id).Owner)
		require.NoError(t, client.Chatrooms.Delete(ctx, id))
		_, ok := srv.Room(id)
		assert.False(t, ok)
	})
}

// Members come and go, and some become admins.
func TestRoomMembers(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		srv.AddUsers("bob", "carol", "dave", "erin")
		r := srv.AddRoom(imtest.Room{Owner: "alice"}).ID
		require.NoError(t, client.Chatrooms.AddMember(ctx, r, "Bob"))
		require.NoError(t, client.Chatrooms.AddMember(ctx, r, "bob"), "a member counts as added")
		result, err := client.Chatrooms.AddMembers(ctx, r, []string{"carol", "bob", "Dave"})
		require.NoError(t, err)
		assert.Equal(t, []string{"carol", "bob", "Dave"}, result.Done().IDs())
		assert.Equal(t, []string{"alice", "bob", "carol", "dave"}, sorted(roomOf(t, srv, r).Members))

		count, err := client.Chatrooms.CountMembers(ctx, r)
		require.NoError(t, err)
		assert.Len(t, roomOf(t, srv, r).Members, count)
		members, err := client.Chatrooms.ListMembers(ctx, r, page.Numbered{})
		require.NoError(t, err)
		require.Len(t, members.Items, 4)
		for _, m := range members.Items {
			assert.Equal(t, m.Username == "alice", m.Role == chatrooms.RoleOwner)
		}
		assert.Len(t, wiretest.All(t, client.Chatrooms.AllMembers(ctx, r, page.Numbered{Size: 3})), 4)
		p, err := client.Chatrooms.ListMembersByCursor(ctx, r, chatrooms.MemberCursorOptions{Options: page.Options{Limit: 2}, Order: page.OrderOldestFirst})
		require.NoError(t, err)
		assert.Equal(t, []string{"bob", "carol"}, p.Items)
		assert.Equal(t, []string{"bob", "carol", "dave"}, wiretest.All(t, client.Chatrooms.AllMembersByCursor(ctx, r, chatrooms.MemberCursorOptions{Options: page.Options{Limit: 1}, Order: page.OrderOldestFirst})))

		require.NoError(t, client.Chatrooms.AddAdmin(ctx, r, "Bob"))
		assert.Equal(t, []string{"bob"}, roomOf(t, srv, r).Admins)
		admins, err := client.Chatrooms.ListAdmins(ctx, r)
		require.NoError(t, err)
		assert.Equal(t, []string{"bob"}, admins)
		require.NoError(t, client.Chatrooms.RemoveAdmin(ctx, r, "bob"))
		assert.Empty(t, roomOf(t, srv, r).Admins)

		require.NoError(t, client.Chatrooms.RemoveMember(ctx, r, "bob"))
		result, err = client.Chatrooms.RemoveMembers(ctx, r, []string{"erin", "Carol"})
		assert.Equal(t, []string{"Carol"}, result.Done().IDs())
		reported(t, err, im.ErrNotFound, "erin")
		result, err = client.Chatrooms.RemoveMembers(ctx, r, []string{"dave"})
		require.NoError(t, err, "one name is responded in another form")
		assert.Equal(t, []string{"dave"}, result.Done().IDs())
		assert.Equal(t, []string{"alice"}, roomOf(t, srv, r).Members)
	})
}

// Block, allow and mute lists.
func TestRoomLists(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		srv.AddUsers("stranger")
		r := srv.AddRoom(imtest.Room{Owner: "alice", Members: []string{"bob", "carol", "dave", "erin", "frank"}}).ID

		require.NoError(t, client.Chatrooms.BlockMember(ctx, r, "Bob"))
		result, err := client.Chatrooms.BlockMembers(ctx, r, []string{"Carol", "stranger"})
		assert.Equal(t, []string{"Carol"}, result.Done().IDs())
		reported(t, err, im.ErrNotFound, "stranger")
		blocked, err := client.Chatrooms.ListBlocked(ctx, r)
		require.NoError(t, err)
		assert.Equal(t, []string{"bob", "carol"}, sorted(blocked))
		assert.Equal(t, sorted(blocked), sorted(roomOf(t, srv, r).Blocked))
		assert.NotContains(t, roomOf(t, srv, r).Members, "bob")
		require.NoError(t, client.Chatrooms.UnblockMember(ctx, r, "bob"))
		result, err = client.Chatrooms.UnblockMembers(ctx, r, []string{"carol", "dave"})
		reported(t, err, im.ErrPartial, "dave")
		assert.Equal(t, []string{"carol"}, result.Done().IDs())
		assert.Empty(t, roomOf(t, srv, r).Blocked)

		require.NoError(t, client.Chatrooms.AllowMember(ctx, r, "Dave"))
		result, err = client.Chatrooms.AllowMembers(ctx, r, []string{"erin", "Frank"})
		require.NoError(t, err)
		assert.Equal(t, []string{"erin", "Frank"}, result.Done().IDs())
		allowed, err := client.Chatrooms.ListAllowed(ctx, r)
		require.NoError(t, err)
		for _, user := range []string{"dave", "erin", "frank"} {
			assert.Contains(t, allowed, user)
			assert.Contains(t, roomOf(t, srv, r).Allowed, user)
		}
		result, err = client.Chatrooms.DisallowMembers(ctx, r, []string{"Dave", "frank"})
		require.NoError(t, err)
		assert.Equal(t, []string{"Dave", "frank"}, result.Done().IDs())
		result, err = client.Chatrooms.DisallowMembers(ctx, r, []string{"erin"})
		require.NoError(t, err)
		assert.Equal(t, []string{"erin"}, result.Done().IDs())
		assert.NotContains(t, roomOf(t, srv, r).Allowed, "dave")

		mutes, err := client.Chatrooms.MuteMembers(ctx, r, []string{"Dave", "erin"}, 10*time.Minute)
		require.NoError(t, err)
		assert.Equal(t, "Dave", mutes[0].ID)
		assert.WithinDuration(t, srv.Clock().Now().Add(10*time.Minute), mutes[0].Value, time.Minute)
		_, err = client.Chatrooms.MuteMembers(ctx, r, []string{"erin"}, im.Forever)
		require.NoError(t, err)
		muted, err := client.Chatrooms.ListMuted(ctx, r)
		require.NoError(t, err)
		forever := map[string]bool{}
		for _, m := range muted {
			forever[m.Username] = m.Forever
		}
		assert.Equal(t, map[string]bool{"dave": false, "erin": true}, forever)
		result, err = client.Chatrooms.UnmuteMembers(ctx, r, []string{"Erin"})
		require.NoError(t, err)
		assert.Equal(t, []string{"Erin"}, result.Done().IDs())
		srv.Clock().Advance(11 * time.Minute)
		assert.Empty(t, roomOf(t, srv, r).Muted, "a mute ends by itself")

		require.NoError(t, client.Chatrooms.MuteAll(ctx, r))
		assert.True(t, roomOf(t, srv, r).MutedAll)
		got, err := client.Chatrooms.Get(ctx, r)
		require.NoError(t, err)
		assert.True(t, got.MutedAll)
		require.NoError(t, client.Chatrooms.UnmuteAll(ctx, r))
		assert.False(t, roomOf(t, srv, r).MutedAll)
	})
}

// Attributes of a room belong to who has set them; tags are the members'.
func TestRoomAttributesAndTags(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		r := srv.AddRoom(imtest.Room{Owner: "alice", Members: []string{"bob", "carol"}}).ID
		_, err := client.Chatrooms.SetAttributes(ctx, r, "Bob", chatrooms.Attributes{"song": "Für Elise", "seat-1": "bob"}, chatrooms.AttributeOptions{Keep: true})
		require.NoError(t, err)
		assert.Equal(t, map[string]string{"song": "Für Elise", "seat-1": "bob"}, roomOf(t, srv, r).Attributes)
		_, err = client.Chatrooms.SetAttributes(ctx, r, "carol", chatrooms.Attributes{"song": "4'33\"", "seat-2": "carol"}, chatrooms.AttributeOptions{})
		reported(t, err, im.ErrForbidden, "song")
		_, err = client.Chatrooms.ForceSetAttributes(ctx, r, "carol", chatrooms.Attributes{"song": "4'33\""}, chatrooms.AttributeOptions{})
		require.NoError(t, err)

		got, err := client.Chatrooms.GetAttributes(ctx, r, nil)
		require.NoError(t, err)
		assert.Equal(t, chatrooms.Attributes{"song": "4'33\"", "seat-1": "bob", "seat-2": "carol"}, got)
		got, err = client.Chatrooms.GetAttributes(ctx, r, []string{"seat-2", "none"})
		require.NoError(t, err)
		assert.Equal(t, chatrooms.Attributes{"seat-2": "carol"}, got)
		result, err := client.Chatrooms.DeleteAttributes(ctx, r, "bob", []string{"seat-2", "seat-1"})
		assert.Equal(t, []string{"seat-1"}, result.Done().IDs())
		require.ErrorIs(t, err, im.ErrPartial)
		_, err = client.Chatrooms.ForceDeleteAttributes(ctx, r, "admin", []string{"seat-2"})
		require.NoError(t, err)
		assert.Equal(t, map[string]string{"song": "4'33\""}, roomOf(t, srv, r).Attributes)

		require.NoError(t, client.Chatrooms.SetTags(ctx, r, "bob", []string{"vip", "new"}))
		require.NoError(t, client.Chatrooms.SetTags(ctx, r, "carol", []string{"vip"}))
		assert.Equal(t, []string{"new", "vip"}, sorted(roomOf(t, srv, r).Tags["bob"]))
		require.NoError(t, client.Chatrooms.MuteTag(ctx, r, "vip", time.Hour))
		tags, err := client.Chatrooms.GetTags(ctx, r, "bob")
		require.NoError(t, err)
		require.Len(t, tags, 2)
		assert.Equal(t, chatrooms.Tag{Name: "new"}, tags[0])
		assert.WithinDuration(t, srv.Clock().Now().Add(time.Hour), tags[1].MutedUntil, time.Minute)
		assert.False(t, tags[1].Forever)
		assert.Contains(t, roomOf(t, srv, r).Muted, "carol")
		require.NoError(t, client.Chatrooms.MuteTag(ctx, r, "vip", im.Forever))
		tags, err = client.Chatrooms.GetTags(ctx, r, "carol")
		require.NoError(t, err)
		assert.True(t, tags[0].Forever)
		require.NoError(t, client.Chatrooms.UnmuteTag(ctx, r, "vip"))
		assert.Empty(t, roomOf(t, srv, r).Muted)
		require.NoError(t, client.Chatrooms.SetTags(ctx, r, "bob", nil))
		tags, err = client.Chatrooms.GetTags(ctx, r, "bob")
		require.NoError(t, err)
		assert.Empty(t, tags)
	})
}

func TestRoomErrors(t *testing.T) {
	srv, client := start(t)
	ctx := t.Context()
	srv.AddUsers("stranger", "mallory")
	r := srv.AddRoom(imtest.Room{Owner: "alice", Members: []string{"bob", "carol"}, Blocked: []string{"mallory"}}).ID
	first := func(_ any, err error) error { return err }

	// There is no such room, user or member.
	refused(t, first(client.Chatrooms.Create(ctx, chatrooms.NewRoom{Name: "x", Description: "d", Owner: "nobody"})), im.ErrNotFound)
	refused(t, first(client.Chatrooms.Get(ctx, "1")), im.ErrNotFound)
	refused(t, first(client.Chatrooms.GetBatch(ctx, []string{"1", "2"})), im.ErrNotFound)
	refused(t, client.Chatrooms.Update(ctx, "1", chatrooms.RoomUpdate{Name: new("x")}), im.ErrNotFound)
	refused(t, client.Chatrooms.Delete(ctx, "1"), im.ErrNotFound)
	refused(t, first(client.Chatrooms.GetAnnouncement(ctx, "1")), im.ErrNotFound)
	refused(t, first(client.Chatrooms.ListMembers(ctx, "1", page.Numbered{})), im.ErrNotFound)
	refused(t, first(client.Chatrooms.CountMembers(ctx, "1")), im.ErrNotFound)
	refused(t, first(client.Chatrooms.ListMembersByCursor(ctx, "1", chatrooms.MemberCursorOptions{})), im.ErrNotFound)
	refused(t, first(client.Chatrooms.ListJoined(ctx, "nobody", page.Numbered{})), im.ErrNotFound)
	refused(t, first(client.Chatrooms.GetAttributes(ctx, "1", nil)), im.ErrNotFound)
	refused(t, client.Chatrooms.AddSuperAdmin(ctx, "nobody"), im.ErrNotFound)
	refused(t, client.Chatrooms.RemoveSuperAdmin(ctx, "nobody"), im.ErrNotFound)
	refused(t, client.Chatrooms.AddMember(ctx, r, "nobody"), im.ErrNotFound)
	refused(t, first(client.Chatrooms.AddMembers(ctx, r, []string{"stranger", "nobody"})), im.ErrNotFound)
	assert.NotContains(t, roomOf(t, srv, r).Members, "stranger", "all of them or none")
	refused(t, client.Chatrooms.RemoveMember(ctx, r, "stranger"), im.ErrNotFound)
	refused(t, first(client.Chatrooms.RemoveMembers(ctx, r, []string{"stranger", "mallory"})), im.ErrNotFound)
	refused(t, client.Chatrooms.TransferOwner(ctx, r, "stranger"), im.ErrNotFound)
	require.Error(t, client.Chatrooms.AddAdmin(ctx, r, "stranger"))
	refused(t, client.Chatrooms.BlockMember(ctx, r, "stranger"), im.ErrNotFound)
	refused(t, client.Chatrooms.UnblockMember(ctx, r, "bob"), im.ErrNotFound)
	refused(t, client.Chatrooms.AllowMember(ctx, r, "stranger"), im.ErrNotFound)
	refused(t, first(client.Chatrooms.MuteMembers(ctx, r, []string{"stranger"}, time.Hour)), im.ErrNotFound)
	refused(t, first(client.Chatrooms.SetAttributes(ctx, r, "stranger", chatrooms.Attributes{"k": "v"}, chatrooms.AttributeOptions{})), im.ErrNotFound)
	refused(t, client.Chatrooms.SetTags(ctx, r, "stranger", []string{"x"}), im.ErrNotFound)
	refused(t, client.Chatrooms.MuteTag(ctx, r, "never given", time.Hour), im.ErrNotFound)

	// It is taken, or not allowed.
	refused(t, first(client.Chatrooms.Create(ctx, chatrooms.NewRoom{Name: "x", Description: "d", Owner: "alice", ID: r})), im.ErrAlreadyExists)
	refused(t, client.Chatrooms.AddMember(ctx, r, "mallory"), im.ErrForbidden)
	refused(t, client.Chatrooms.RemoveMember(ctx, r, "alice"), im.ErrForbidden)
	refused(t, client.Chatrooms.BlockMember(ctx, r, "alice"), im.ErrForbidden)
	refused(t, client.Chatrooms.TransferOwner(ctx, r, "alice"), im.ErrForbidden)

	// The client says so before it sends anything.
	unsent(t, first(client.Chatrooms.AddMembers(ctx, r, names(61))))
	unsent(t, first(client.Chatrooms.MuteMembers(ctx, r, names(61), time.Hour)))
	unsent(t, first(client.Chatrooms.GetBatch(ctx, names(101))))
	unsent(t, first(client.Chatrooms.DeleteAttributes(ctx, r, "bob", names(11))))
	unsent(t, first(client.Chatrooms.SetAttributes(ctx, r, "bob", nil, chatrooms.AttributeOptions{})))
	tooLarge(t, first(client.Chatrooms.SetAttributes(ctx, r, "bob", chatrooms.Attributes{"k": strings.Repeat("v", 4097)}, chatrooms.AttributeOptions{})))
	unsent(t, client.Chatrooms.SetTags(ctx, r, "bob", names(11)))
	tooLarge(t, client.Chatrooms.SetAnnouncement(ctx, r, strings.Repeat("a", 513)))
	unsent(t, client.Chatrooms.Delete(ctx, ".."))
	unsent(t, first(client.Chatrooms.List(ctx, page.Options{Limit: 101})))
	unsent(t, client.Chatrooms.Update(ctx, r, chatrooms.RoomUpdate{}))
}
