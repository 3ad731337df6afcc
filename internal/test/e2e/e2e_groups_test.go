package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/page"
)

// groupOf is what the server knows of a group that must be there.
func groupOf(t *testing.T, srv *imtest.Server, id string) imtest.Group {
	t.Helper()
	g, ok := srv.Group(id)
	require.True(t, ok)
	return g
}

// A group is made, changed, frozen and dissolved.
func TestGroups(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		srv.AddUsers("alice", "bob", "carol")
		id, err := client.Groups.Create(ctx, groups.NewGroup{
			Owner: "Alice", Name: "Hiking/club + friends", Description: "up & down", Avatar: "https://example.com/a.png", Custom: `{"k":1}`,
			MaxMembers: 300, Members: []string{"bob", "Carol"}, AllowInvites: true, ApproveJoins: true, ConfirmInvites: new(false),
		})
		require.NoError(t, err)
		made := groupOf(t, srv, id)
		assert.Equal(t, []string{"Hiking/club + friends", "up & down", "https://example.com/a.png", `{"k":1}`, "alice"}, []string{made.Name, made.Description, made.Avatar, made.Custom, made.Owner})
		assert.Equal(t, []string{"alice", "bob", "carol"}, sorted(made.Members))
		assert.Equal(t, 300, made.MaxUsers)
		assert.Equal(t, []bool{false, true, true, false}, []bool{made.Public, made.AllowInvites, made.MembersOnly, made.InviteNeedConfirm})

		require.NoError(t, client.Groups.Update(ctx, id, groups.GroupUpdate{
			Name: new("Hiking"), Description: new(""), Avatar: new("https://example.com/b.png"), Custom: new("x"),
			Public: new(true), MaxMembers: 400, AllowInvites: new(false), ApproveJoins: new(false), ConfirmInvites: new(true),
		}))
		made = groupOf(t, srv, id)
		assert.Equal(t, []string{"Hiking", "", "https://example.com/b.png", "x"}, []string{made.Name, made.Description, made.Avatar, made.Custom})
		assert.Equal(t, []bool{true, false, false, true}, []bool{made.Public, made.AllowInvites, made.MembersOnly, made.InviteNeedConfirm})

		got, err := client.Groups.Get(ctx, id)
		require.NoError(t, err)
		assert.Equal(t, groups.Group{
			ID: id, Name: "Hiking", Avatar: "https://example.com/b.png", Custom: "x", Owner: "alice", Public: true, Created: got.Created,
			ConfirmInvites: true, MaxMembers: 400, MemberCount: 3, Members: got.Members,
		}, *got)
		assert.Equal(t, made.Created.UnixMilli(), got.Created.UnixMilli())
		assert.ElementsMatch(t, []groups.Member{{Username: "alice", Role: groups.RoleOwner}, {Username: "bob", Role: groups.RoleMember}, {Username: "carol", Role: groups.RoleMember}}, got.Members)

		srv.Clock().Advance(time.Second)
		second, err := client.Groups.Create(ctx, groups.NewGroup{Owner: "bob", Name: "Second", Public: true})
		require.NoError(t, err)
		lookups, err := client.Groups.GetBatch(ctx, []string{second, "1", id})
		reported(t, err, im.ErrNotFound, "1")
		assert.Equal(t, []string{"Second", "Hiking"}, []string{lookups[0].Value.Name, lookups[2].Value.Name})

		p, err := client.Groups.List(ctx, page.Options{Limit: 1})
		require.NoError(t, err)
		require.Len(t, p.Items, 1)
		s := p.Items[0]
		assert.Equal(t, []any{second, "Second", "bob", 1}, []any{s.ID, s.Name, s.Owner, s.MemberCount}, "the newest first")
		p, err = client.Groups.List(ctx, page.Options{Limit: 1, Cursor: p.Next})
		require.NoError(t, err)
		assert.Equal(t, id, p.Items[0].ID)
		assert.Empty(t, p.Next)
		assert.Len(t, wiretest.All(t, client.Groups.All(ctx, page.Options{Limit: 1})), 2)

		joined, err := client.Groups.ListJoined(ctx, "bob", page.Numbered{})
		require.NoError(t, err)
		assert.ElementsMatch(t, []groups.Joined{{ID: id, Name: "Hiking"}, {ID: second, Name: "Second"}}, joined.Items)
		assert.Len(t, wiretest.All(t, client.Groups.AllJoined(ctx, "bob", page.Numbered{Size: 1})), 2)
		detailed, err := client.Groups.ListJoinedDetailed(ctx, "bob", page.Numbered{Size: 1})
		require.NoError(t, err)
		assert.Equal(t, 2, detailed.Total)
		list := wiretest.All(t, client.Groups.AllJoinedDetailed(ctx, "bob", page.Numbered{Size: 1}))
		require.Len(t, list, 2)
		for _, g := range list {
			if g.ID == id {
				assert.Equal(t, []any{"Hiking", 400, true}, []any{g.Name, g.MaxMembers, g.Public})
			}
		}

		text, err := client.Groups.GetAnnouncement(ctx, id)
		require.NoError(t, err)
		assert.Empty(t, text)
		require.NoError(t, client.Groups.SetAnnouncement(ctx, id, "Sunday, 8 o'clock"))
		text, err = client.Groups.GetAnnouncement(ctx, id)
		require.NoError(t, err)
		assert.Equal(t, "Sunday, 8 o'clock", text)
		assert.Equal(t, text, groupOf(t, srv, id).Announcement)

		require.NoError(t, client.Groups.Disable(ctx, id))
		assert.True(t, groupOf(t, srv, id).Disabled)
		got, err = client.Groups.Get(ctx, id)
		require.NoError(t, err)
		assert.True(t, got.Disabled)
		require.NoError(t, client.Groups.Enable(ctx, id))
		assert.False(t, groupOf(t, srv, id).Disabled)

		require.NoError(t, client.Groups.TransferOwner(ctx, id, "bob"))
		made = groupOf(t, srv, id)
		assert.Equal(t, "bob", made.Owner)
		assert.Contains(t, made.Members, "alice", "the old owner stays")
		require.NoError(t, client.Groups.Delete(ctx, id))
		_, ok := srv.Group(id)
		assert.False(t, ok)
	})
}

// Members come and go, and some become admins.
func TestGroupMembers(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		srv.AddUsers("bob", "carol", "dave", "erin", "o'neil")
		g := srv.AddGroup(imtest.Group{Owner: "alice"}).ID
		require.NoError(t, client.Groups.AddMember(ctx, g, "Bob", groups.MemberOptions{Silent: true}))
		result, err := client.Groups.AddMembers(ctx, g, []string{"carol", "bob", "Dave"}, groups.MemberOptions{})
		assert.Equal(t, []string{"carol", "Dave"}, result.Done().IDs())
		reported(t, err, batch.ErrNotReported, "bob")
		assert.Equal(t, []string{"alice", "bob", "carol", "dave"}, sorted(groupOf(t, srv, g).Members))

		for user, want := range map[string]bool{"dave": true, "erin": false} {
			is, err := client.Groups.IsMember(ctx, g, user)
			require.NoError(t, err)
			assert.Equal(t, want, is, user)
		}
		count, err := client.Groups.CountMembers(ctx, g)
		require.NoError(t, err)
		assert.Len(t, groupOf(t, srv, g).Members, count)
		members, err := client.Groups.ListMembers(ctx, g, groups.MemberListOptions{JoinTime: true})
		require.NoError(t, err)
		require.Len(t, members.Items, 4)
		for _, m := range members.Items {
			assert.Equal(t, m.Username == "alice", m.Role == groups.RoleOwner)
			assert.WithinDuration(t, srv.Clock().Now(), m.Joined, time.Minute, m.Username)
		}
		assert.Len(t, wiretest.All(t, client.Groups.AllMembers(ctx, g, groups.MemberListOptions{Numbered: page.Numbered{Size: 3}})), 4)
		p, err := client.Groups.ListMembersByCursor(ctx, g, groups.MemberCursorOptions{Options: page.Options{Limit: 2}, Order: page.OrderOldestFirst})
		require.NoError(t, err)
		assert.Equal(t, []string{"bob", "carol"}, p.Items)
		assert.Equal(t, []string{"bob", "carol", "dave"}, wiretest.All(t, client.Groups.AllMembersByCursor(ctx, g, groups.MemberCursorOptions{Options: page.Options{Limit: 1}, Order: page.OrderOldestFirst})))

		require.NoError(t, client.Groups.AddAdmin(ctx, g, "Bob"))
		assert.Equal(t, []string{"bob"}, groupOf(t, srv, g).Admins)
		admins, err := client.Groups.ListAdmins(ctx, g)
		require.NoError(t, err)
		assert.Equal(t, []string{"bob"}, admins)
		require.NoError(t, client.Groups.RemoveAdmin(ctx, g, "bob"))
		assert.Empty(t, groupOf(t, srv, g).Admins)
		admins, err = client.Groups.ListAdmins(ctx, g)
		require.NoError(t, err)
		assert.Empty(t, admins)

		require.NoError(t, client.Groups.RemoveMember(ctx, g, "bob", groups.MemberOptions{}))
		result, err = client.Groups.RemoveMembers(ctx, g, []string{"erin", "Carol"}, groups.MemberOptions{Silent: true})
		assert.Equal(t, []string{"Carol"}, result.Done().IDs())
		reported(t, err, im.ErrPartial, "erin")
		result, err = client.Groups.RemoveMembers(ctx, g, []string{"dave"}, groups.MemberOptions{})
		require.NoError(t, err, "one name is responded in another form")
		assert.Equal(t, []string{"dave"}, result.Done().IDs())
		assert.Equal(t, []string{"alice"}, groupOf(t, srv, g).Members)
	})
}

// Block, allow and mute lists.
func TestGroupLists(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		srv.AddUsers("stranger")
		g := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol", "dave", "erin", "frank"}}).ID

		require.NoError(t, client.Groups.BlockMember(ctx, g, "Bob"))
		result, err := client.Groups.BlockMembers(ctx, g, []string{"carol", "stranger"})
		assert.Equal(t, []string{"carol"}, result.Done().IDs())
		reported(t, err, im.ErrPartial, "stranger")
		assert.Equal(t, []string{"bob", "carol"}, sorted(groupOf(t, srv, g).Blocked))
		assert.NotContains(t, groupOf(t, srv, g).Members, "bob", "who is blocked is thrown out")
		p, err := client.Groups.ListBlocked(ctx, g, page.Options{})
		require.NoError(t, err)
		assert.Equal(t, []string{"bob", "carol"}, sorted(p.Items))
		blocked, err := client.Groups.ListBlockedUsernames(ctx, g)
		require.NoError(t, err)
		assert.Equal(t, []string{"bob", "carol"}, sorted(blocked))
		p, err = client.Groups.ListBlocked(ctx, g, page.Options{Limit: 1})
		require.NoError(t, err)
		assert.Len(t, p.Items, 1)
		assert.Len(t, wiretest.All(t, client.Groups.AllBlocked(ctx, g, page.Options{Limit: 1})), 2)
		require.NoError(t, client.Groups.UnblockMember(ctx, g, "bob"))
		result, err = client.Groups.UnblockMembers(ctx, g, []string{"carol", "dave"})
		reported(t, err, im.ErrPartial, "dave")
		assert.Equal(t, []string{"carol"}, result.Done().IDs())
		assert.Empty(t, groupOf(t, srv, g).Blocked)

		require.NoError(t, client.Groups.AllowMember(ctx, g, "Dave"))
		result, err = client.Groups.AllowMembers(ctx, g, []string{"erin", "stranger"})
		reported(t, err, im.ErrPartial, "stranger")
		assert.Equal(t, []string{"erin"}, result.Done().IDs())
		allowed, err := client.Groups.ListAllowed(ctx, g)
		require.NoError(t, err)
		assert.Equal(t, []string{"alice", "dave", "erin"}, sorted(allowed), "the owner is on it by itself")
		assert.Equal(t, sorted(allowed), sorted(groupOf(t, srv, g).Allowed))
		result, err = client.Groups.DisallowMembers(ctx, g, []string{"dave", "frank"})
		reported(t, err, im.ErrPartial, "frank")
		assert.Equal(t, []string{"dave"}, result.Done().IDs())
		_, err = client.Groups.DisallowMembers(ctx, g, []string{"erin"})
		require.NoError(t, err)
		assert.Equal(t, []string{"alice"}, groupOf(t, srv, g).Allowed)

		mutes, err := client.Groups.MuteMembers(ctx, g, []string{"Dave", "erin"}, time.Hour)
		require.NoError(t, err)
		assert.Equal(t, "Dave", mutes[0].ID)
		assert.WithinDuration(t, srv.Clock().Now().Add(time.Hour), mutes[0].Value, time.Minute)
		_, err = client.Groups.MuteMembers(ctx, g, []string{"erin", "stranger"}, im.Forever)
		reported(t, err, im.ErrPartial, "stranger")
		muted, err := client.Groups.ListMuted(ctx, g)
		require.NoError(t, err)
		forever := map[string]bool{}
		for _, m := range muted {
			forever[m.Username] = m.Forever
		}
		assert.Equal(t, map[string]bool{"dave": false, "erin": true}, forever)
		srv.Clock().Advance(61 * time.Minute)
		assert.Len(t, groupOf(t, srv, g).Muted, 1, "a mute ends by itself")
	})
}

// The mute of all, and the end of single mutes. Apart from the lists above, whose
// clock outlives tokens of an hour.
func TestGroupMuteAll(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		g := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol"}, Muted: map[string]time.Time{"bob": time.Now().Add(time.Hour)}}).ID
		require.NoError(t, client.Groups.MuteAll(ctx, g))
		assert.True(t, groupOf(t, srv, g).MutedAll)
		got, err := client.Groups.Get(ctx, g)
		require.NoError(t, err)
		assert.True(t, got.MutedAll)
		require.NoError(t, client.Groups.UnmuteAll(ctx, g))
		assert.False(t, groupOf(t, srv, g).MutedAll)
		assert.Len(t, groupOf(t, srv, g).Muted, 1, "who is on the mute list stays muted")
		result, err := client.Groups.UnmuteMembers(ctx, g, []string{"Bob"})
		require.NoError(t, err)
		assert.Equal(t, []string{"Bob"}, result.Done().IDs())
		assert.Empty(t, groupOf(t, srv, g).Muted)
	})
}

// Files and attributes of members.
func TestGroupFilesAndAttributes(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		g := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol"}}).ID
		content := bytes.Repeat([]byte("kettle "), 10_000)
		up, err := client.Groups.UploadFile(ctx, g, file.Bytes("plan.txt", content), groups.UploadOptions{})
		require.NoError(t, err)
		_, err = client.Groups.UploadFile(ctx, g, file.Bytes("茶.txt", []byte("x")), groups.UploadOptions{Restricted: true})
		require.NoError(t, err)
		kept := groupOf(t, srv, g).Files
		require.Len(t, kept, 2)
		assert.Equal(t, content, kept[0].Data)
		assert.Equal(t, []string{"plan.txt", "茶.txt"}, []string{kept[0].Name, kept[1].Name})
		files, err := client.Groups.ListFiles(ctx, g, page.Numbered{})
		require.NoError(t, err)
		require.Len(t, files.Items, 2)
		sizes := map[string]int64{}
		for _, f := range files.Items {
			sizes[f.Name] = f.Size
			assert.WithinDuration(t, srv.Clock().Now(), f.Created, time.Minute)
		}
		assert.Equal(t, map[string]int64{"plan.txt": int64(len(content)), "茶.txt": 1}, sizes)
		assert.Len(t, wiretest.All(t, client.Groups.AllFiles(ctx, g, page.Numbered{Size: 1})), 2)

		var got bytes.Buffer
		n, err := client.Groups.DownloadFile(ctx, g, up.ID, &got)
		require.NoError(t, err)
		assert.EqualValues(t, len(content), n)
		assert.Equal(t, content, got.Bytes())
		path := filepath.Join(t.TempDir(), "plan.txt")
		_, err = client.Groups.SaveFile(ctx, g, up.ID, path)
		require.NoError(t, err)
		saved, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, content, saved)
		require.NoError(t, client.Groups.DeleteFile(ctx, g, up.ID))
		assert.Len(t, groupOf(t, srv, g).Files, 1)

		require.NoError(t, client.Groups.SetMemberAttributes(ctx, g, "Bob", groups.Attributes{"nick": "Bobby", "color": "blue"}))
		assert.Equal(t, map[string]map[string]string{"bob": {"nick": "Bobby", "color": "blue"}}, groupOf(t, srv, g).Attributes)
		require.NoError(t, client.Groups.SetMemberAttributes(ctx, g, "bob", groups.Attributes{"color": ""}))
		attributes, err := client.Groups.GetMemberAttributes(ctx, g, "bob")
		require.NoError(t, err)
		assert.Equal(t, groups.Attributes{"nick": "Bobby"}, attributes)
		results, err := client.Groups.SetMemberAttributesBatch(ctx, g, []groups.MemberAttributes{
			{Username: "bob", Attributes: groups.Attributes{"rank": "1"}}, {Username: "Carol", Attributes: groups.Attributes{"nick": "C"}},
		})
		require.NoError(t, err)
		assert.Equal(t, groups.Attributes{"nick": "Bobby", "rank": "1"}, results[0].Value)
		assert.Equal(t, map[string]map[string]string{"bob": {"nick": "Bobby", "rank": "1"}, "carol": {"nick": "C"}}, groupOf(t, srv, g).Attributes)
		list, err := client.Groups.GetMemberAttributesBatch(ctx, g, []string{"carol", "Bob"}, []string{"nick"})
		require.NoError(t, err)
		assert.Equal(t, batch.Results[groups.Attributes]{{ID: "carol", Value: groups.Attributes{"nick": "C"}}, {ID: "Bob", Value: groups.Attributes{"nick": "Bobby"}}}, list)
		list, err = client.Groups.GetMemberAttributesBatch(ctx, g, []string{"bob"}, nil)
		require.NoError(t, err)
		assert.Equal(t, groups.Attributes{"nick": "Bobby", "rank": "1"}, list[0].Value)
	})
}

func TestGroupErrors(t *testing.T) {
	srv, client := start(t)
	ctx := t.Context()
	srv.AddUsers("stranger", "mallory")
	g := srv.AddGroup(imtest.Group{Owner: "alice", Members: []string{"bob", "carol"}, MaxUsers: 4, Blocked: []string{"mallory"}}).ID
	o := groups.MemberOptions{}
	first := func(_ any, err error) error { return err }

	// There is no such group, user or member.
	refused(t, first(client.Groups.Create(ctx, groups.NewGroup{Owner: "nobody", Name: "x"})), im.ErrNotFound)
	refused(t, first(client.Groups.Create(ctx, groups.NewGroup{Owner: "alice", Name: "x", Members: []string{"nobody"}})), im.ErrNotFound)
	refused(t, first(client.Groups.Get(ctx, "1")), im.ErrNotFound)
	refused(t, client.Groups.Update(ctx, "1", groups.GroupUpdate{Name: new("x")}), im.ErrNotFound)
	refused(t, client.Groups.Delete(ctx, "1"), im.ErrNotFound)
	refused(t, client.Groups.Disable(ctx, "1"), im.ErrNotFound)
	refused(t, first(client.Groups.GetAnnouncement(ctx, "1")), im.ErrNotFound)
	refused(t, first(client.Groups.ListMembers(ctx, "1", groups.MemberListOptions{})), im.ErrNotFound)
	refused(t, first(client.Groups.CountMembers(ctx, "1")), im.ErrNotFound)
	refused(t, first(client.Groups.ListMembersByCursor(ctx, "1", groups.MemberCursorOptions{})), im.ErrNotFound)
	refused(t, first(client.Groups.ListFiles(ctx, "1", page.Numbered{})), im.ErrNotFound)
	refused(t, first(client.Groups.UploadFile(ctx, "1", file.Bytes("a", []byte("a")), groups.UploadOptions{})), im.ErrNotFound)
	refused(t, first(client.Groups.DownloadFile(ctx, "1", "x", &bytes.Buffer{})), im.ErrNotFound)
	refused(t, first(client.Groups.ListJoined(ctx, "nobody", page.Numbered{})), im.ErrNotFound)
	refused(t, client.Groups.AddMember(ctx, g, "nobody", o), im.ErrNotFound)
	refused(t, first(client.Groups.AddMembers(ctx, g, []string{"stranger", "nobody"}, o)), im.ErrNotFound)
	refused(t, client.Groups.RemoveMember(ctx, g, "stranger", o), im.ErrNotFound)
	refused(t, first(client.Groups.RemoveMembers(ctx, g, []string{"stranger", "mallory"}, o)), im.ErrNotFound)
	refused(t, client.Groups.AddAdmin(ctx, g, "stranger"), im.ErrNotFound)
	refused(t, client.Groups.RemoveAdmin(ctx, g, "bob"), im.ErrNotFound)
	refused(t, client.Groups.TransferOwner(ctx, g, "stranger"), im.ErrNotFound)
	refused(t, client.Groups.BlockMember(ctx, g, "stranger"), im.ErrNotFound)
	refused(t, client.Groups.UnblockMember(ctx, g, "bob"), im.ErrNotFound)
	refused(t, client.Groups.AllowMember(ctx, g, "stranger"), im.ErrNotFound)
	refused(t, first(client.Groups.DisallowMembers(ctx, g, []string{"bob"})), im.ErrNotFound)
	refused(t, first(client.Groups.MuteMembers(ctx, g, []string{"stranger"}, time.Hour)), im.ErrNotFound)
	refused(t, first(client.Groups.GetMemberAttributes(ctx, g, "stranger")), im.ErrNotFound)
	refused(t, first(client.Groups.SetMemberAttributesBatch(ctx, g, []groups.MemberAttributes{{Username: "stranger", Attributes: groups.Attributes{"k": "v"}}})), im.ErrNotFound)

	// It is there already.
	refused(t, client.Groups.AddMember(ctx, g, "bob", o), im.ErrAlreadyExists)
	refused(t, first(client.Groups.AddMembers(ctx, g, []string{"bob", "carol"}, o)), im.ErrAlreadyExists)
	refused(t, first(client.Groups.Create(ctx, groups.NewGroup{Owner: "alice", Name: "x", ID: g})), im.ErrAlreadyExists)

	// It is not allowed.
	refused(t, client.Groups.RemoveMember(ctx, g, "alice", o), im.ErrForbidden)
	refused(t, client.Groups.BlockMember(ctx, g, "alice"), im.ErrForbidden)
	refused(t, first(client.Groups.MuteMembers(ctx, g, []string{"alice"}, time.Hour)), im.ErrForbidden)
	refused(t, client.Groups.TransferOwner(ctx, g, "alice"), im.ErrForbidden)

	// Who is blocked comes back all the same.
	require.NoError(t, client.Groups.AddMember(ctx, g, "mallory", o))
	require.NoError(t, client.Groups.BlockMember(ctx, g, "mallory"))

	// There is no room.
	refused(t, first(client.Groups.AddMembers(ctx, g, []string{"stranger", "u000"}, o)), im.ErrNotFound)
	srv.AddUsers("u000", "u001")
	refused(t, first(client.Groups.AddMembers(ctx, g, []string{"u000", "u001"}, o)), im.ErrPlanLimit)

	// The client says so before it sends anything.
	unsent(t, first(client.Groups.AddMembers(ctx, g, names(61), o)))
	unsent(t, first(client.Groups.RemoveMembers(ctx, g, names(61), o)))
	unsent(t, first(client.Groups.GetBatch(ctx, names(101))))
	unsent(t, first(client.Groups.GetMemberAttributesBatch(ctx, g, names(11), nil)))
	unsent(t, first(client.Groups.SetMemberAttributesBatch(ctx, g, make([]groups.MemberAttributes, 21))))
	tooLarge(t, client.Groups.SetAnnouncement(ctx, g, strings.Repeat("a", 513)))
	unsent(t, client.Groups.Delete(ctx, ""))
	unsent(t, first(client.Groups.List(ctx, page.Options{Limit: 1001})))
	unsent(t, client.Groups.Update(ctx, g, groups.GroupUpdate{}))
	big := make([]byte, 11<<20)
	tooLarge(t, first(client.Groups.UploadFile(ctx, g, file.Bytes("big", big), groups.UploadOptions{})))
	assert.Empty(t, groupOf(t, srv, g).Files)
}
