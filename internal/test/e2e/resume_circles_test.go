package e2e

import (
	"iter"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/chatrooms"
	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/page"
)

// resumed reads a list like a program that is stopped after each page and started again
// with the Next that it saved: one page from each iterator. It must find all entries,
// each once.
func resumed[T, O any](t *testing.T, want []string, pages func(O) iter.Seq2[*page.Page[T], error], name func(T) string, options func(next string) O) {
	t.Helper()
	var got []string
	runs := 0
	for next := ""; next != "" || runs == 0; runs++ {
		require.LessOrEqual(t, runs, len(want), "a list without an end")
		for p, err := range pages(options(next)) {
			require.NoError(t, err)
			assert.LessOrEqual(t, len(p.Items), 7)
			for _, item := range p.Items {
				got = append(got, name(item))
			}
			next = p.Next
			break
		}
	}
	assert.Equal(t, sorted(want), sorted(got))
}

// byCursor and byNumber make options of a saved Next, for pages of 7.
func byCursor(next string) page.Options { return page.Options{Limit: 7, Cursor: next} }

func byNumber(next string) page.Numbered {
	number, _ := strconv.Atoi(next)
	return page.Numbered{Page: number, Size: 7}
}

func itself(name string) string { return name }

// Every list of groups and rooms goes on where it was stopped: no row is missing, and
// none comes twice.
func TestListsOfGroupsAndRoomsAreResumed(t *testing.T) {
	t.Parallel()
	srv := imtest.NewServer(t)
	client := connect(t, srv, srv.Config(), im.WithoutQuotas())
	ctx := t.Context()
	const rows = 300
	users := names(rows)
	srv.AddUsers(users...)
	var groupIDs, roomIDs []string
	for range rows {
		groupIDs = append(groupIDs, srv.AddGroup(imtest.Group{Owner: "alice"}).ID)
		roomIDs = append(roomIDs, srv.AddRoom(imtest.Room{Owner: "alice"}).ID)
	}
	group := srv.AddGroup(imtest.Group{Owner: "carol", Members: users, Blocked: many("b", rows)}).ID
	room := srv.AddRoom(imtest.Room{Owner: "carol", Members: users}).ID
	for _, name := range users {
		require.NoError(t, client.Chatrooms.AddSuperAdmin(ctx, name))
		_, err := client.Groups.UploadFile(ctx, group, file.Bytes(name, []byte("x")), groups.UploadOptions{})
		require.NoError(t, err)
	}
	withOwner := append([]string{"carol"}, users...)

	resumed(t, append(groupIDs, group), func(o page.Options) iter.Seq2[*page.Page[groups.Summary], error] {
		return client.Groups.Pages(ctx, o)
	}, func(g groups.Summary) string { return g.ID }, byCursor)
	resumed(t, groupIDs, func(o page.Numbered) iter.Seq2[*page.Page[groups.Joined], error] {
		return client.Groups.PageJoined(ctx, "alice", o)
	}, func(g groups.Joined) string { return g.ID }, byNumber)
	resumed(t, groupIDs, func(o page.Numbered) iter.Seq2[*page.Page[groups.Group], error] {
		return client.Groups.PageJoinedDetailed(ctx, "alice", o)
	}, func(g groups.Group) string { return g.ID }, byNumber)
	resumed(t, withOwner, func(o page.Numbered) iter.Seq2[*page.Page[groups.Member], error] {
		return client.Groups.PageMembers(ctx, group, groups.MemberListOptions{Numbered: o})
	}, func(m groups.Member) string { return m.Username }, byNumber)
	resumed(t, users, func(o page.Options) iter.Seq2[*page.Page[string], error] {
		return client.Groups.PageMembersByCursor(ctx, group, groups.MemberCursorOptions{Options: o, Order: page.OrderNewestFirst})
	}, itself, byCursor)
	resumed(t, users, func(o page.Numbered) iter.Seq2[*page.Page[groups.File], error] {
		return client.Groups.PageFiles(ctx, group, o)
	}, func(f groups.File) string { return f.Name }, byNumber)
	resumed(t, many("b", rows), func(o page.Options) iter.Seq2[*page.Page[string], error] {
		return client.Groups.PageBlocked(ctx, group, o)
	}, itself, byCursor)
	resumed(t, append(roomIDs, room), func(o page.Options) iter.Seq2[*page.Page[chatrooms.Summary], error] {
		return client.Chatrooms.Pages(ctx, o)
	}, func(r chatrooms.Summary) string { return r.ID }, byCursor)
	resumed(t, roomIDs, func(o page.Numbered) iter.Seq2[*page.Page[chatrooms.Summary], error] {
		return client.Chatrooms.PageJoined(ctx, "alice", o)
	}, func(r chatrooms.Summary) string { return r.ID }, byNumber)
	resumed(t, withOwner, func(o page.Numbered) iter.Seq2[*page.Page[chatrooms.Member], error] {
		return client.Chatrooms.PageMembers(ctx, room, o)
	}, func(m chatrooms.Member) string { return m.Username }, byNumber)
	resumed(t, users, func(o page.Options) iter.Seq2[*page.Page[string], error] {
		return client.Chatrooms.PageMembersByCursor(ctx, room, chatrooms.MemberCursorOptions{Options: o})
	}, itself, byCursor)
	resumed(t, users, func(o page.Numbered) iter.Seq2[*page.Page[string], error] {
		return client.Chatrooms.PageSuperAdmins(ctx, o)
	}, itself, byNumber)
}

// Without a limit, pages are as large as the documents allow.
func TestPagesOfGroupsAndRoomsWithoutALimit(t *testing.T) {
	t.Parallel()
	srv := imtest.NewServer(t)
	client := connect(t, srv, srv.Config(), im.WithoutQuotas())
	ctx := t.Context()
	group := srv.AddGroup(imtest.Group{Owner: "alice", Members: names(300), Blocked: many("b", 60)}).ID
	room := srv.AddRoom(imtest.Room{Owner: "alice", Members: names(300)}).ID
	for range 45 {
		srv.AddGroup(imtest.Group{Owner: "bob"})
	}
	for range 110 {
		srv.AddRoom(imtest.Room{Owner: "bob"})
	}
	assert.Equal(t, []int{46}, wiretest.All(t, sizes(client.Groups.Pages(ctx, page.Options{}))))
	assert.Equal(t, []int{20, 20, 5}, wiretest.All(t, sizes(client.Groups.PageJoined(ctx, "bob", page.Numbered{}))))
	assert.Equal(t, []int{20, 20, 5}, wiretest.All(t, sizes(client.Groups.PageJoinedDetailed(ctx, "bob", page.Numbered{}))))
	assert.Equal(t, []int{100, 100, 100, 1}, wiretest.All(t, sizes(client.Groups.PageMembers(ctx, group, groups.MemberListOptions{}))))
	assert.Equal(t, []int{100, 100, 100}, wiretest.All(t, sizes(client.Groups.PageMembersByCursor(ctx, group, groups.MemberCursorOptions{}))))
	assert.Equal(t, []int{50, 10}, wiretest.All(t, sizes(client.Groups.PageBlocked(ctx, group, page.Options{}))))
	assert.Equal(t, []int{100, 11}, wiretest.All(t, sizes(client.Chatrooms.Pages(ctx, page.Options{}))))
	assert.Equal(t, []int{110, 0}, wiretest.All(t, sizes(client.Chatrooms.PageJoined(ctx, "bob", page.Numbered{}))), "a server may cut 1,000 to 100")
	assert.Equal(t, []int{301, 0}, wiretest.All(t, sizes(client.Chatrooms.PageMembers(ctx, room, page.Numbered{}))))
	assert.Equal(t, []int{100, 100, 100}, wiretest.All(t, sizes(client.Chatrooms.PageMembersByCursor(ctx, room, chatrooms.MemberCursorOptions{}))))
}

// sizes are the numbers of entries on pages.
func sizes[T any](pages iter.Seq2[*page.Page[T], error]) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for p, err := range pages {
			n := 0
			if p != nil {
				n = len(p.Items)
			}
			if !yield(n, err) {
				return
			}
		}
	}
}
