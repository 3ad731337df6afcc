package e2e

import (
	"cmp"
	"context"
	"iter"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/chatrooms"
	"github.com/imrest/im-go/contacts"
	"github.com/imrest/im-go/favorites"
	"github.com/imrest/im-go/file"
	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/moderation"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/push"
	"github.com/imrest/im-go/thread"
	"github.com/imrest/im-go/users"
)

// five is a world in which every list has five entries or more.
type five struct {
	srv           *imtest.Server
	client        *im.Client
	group, room   string
	message, hung string // a message with reactions, and its thread
	list          string // of keywords
}

func newFive(t *testing.T) *five {
	t.Helper()
	srv := imtest.NewServer(t, imtest.WithClock(imtest.NewClock(time.Now()))) // it stands still: the same list is the same twice
	w := &five{srv: srv, client: connect(t, srv, srv.Config())}
	ctx, list := t.Context(), names(5)
	srv.AddUsers("alice")
	srv.AddContacts("alice", list...)
	srv.AddBlocked("alice", list...)
	for range 5 {
		w.group = srv.AddGroup(imtest.Group{Owner: "alice", Members: list, Blocked: many("b", 5)}).ID
		w.room = srv.AddRoom(imtest.Room{Owner: "alice", Members: list}).ID
		w.message = toGroup(t, w.client, "alice", w.group, "tea?")
		_, err := w.client.Groups.UploadFile(ctx, w.group, file.Bytes("a.txt", []byte("a")), groups.UploadOptions{})
		require.NoError(t, err)
	}
	for _, name := range list {
		require.NoError(t, w.client.Users.Mute(ctx, name, users.Mute{Chat: new(time.Hour)}))
		require.NoError(t, w.client.Chatrooms.AddSuperAdmin(ctx, name))
		_, err := w.client.Reaction.Add(ctx, name, w.message, "x")
		require.NoError(t, err)
		_, err = w.client.Push.CreateLabel(ctx, push.NewLabel{Name: name})
		require.NoError(t, err)
		w.hung, err = w.client.Thread.Create(ctx, thread.NewThread{GroupID: w.group, MessageID: toGroup(t, w.client, "alice", w.group, "?"), Owner: "alice", Name: name})
		require.NoError(t, err)
		_, err = w.client.Groups.UploadFile(ctx, w.group, file.Bytes(name, []byte("a")), groups.UploadOptions{})
		require.NoError(t, err)
	}
	_, err := w.client.Thread.AddMembers(ctx, w.hung, list)
	require.NoError(t, err)
	_, err = w.client.Push.AddLabelUsers(ctx, "u000", list)
	require.NoError(t, err)
	_, err = w.client.Presence.Subscribe(ctx, "alice", list, time.Hour)
	require.NoError(t, err)
	for _, name := range list {
		keywords, err := w.client.Moderation.CreateList(ctx, moderation.NewList{Name: name, Scope: moderation.ScopeAll, Action: moderation.ActionPass, Words: list})
		require.NoError(t, err)
		w.list = keywords.ID
		toUser(t, w.client, name, "alice", "more tea")
		_, err = w.client.Favorites.Add(ctx, "alice", favorites.NewFavorite{ID: name, Data: name})
		require.NoError(t, err)
	}
	require.NoError(t, err)
	return w
}

// iterator is a method that goes over a list, in pages of two.
type iterator struct {
	endpoint string
	run      func(context.Context, *five) iter.Seq2[any, error]
}

// of forgets the type of what an iterator gives.
func of[T any](seq iter.Seq2[T, error]) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		for v, err := range seq {
			if !yield(v, err) {
				return
			}
		}
	}
}

var iterators = map[string]iterator{
	"Messages.AllSearch": {"messages.search", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		q := messages.SearchQuery{Numbered: page.Numbered{Size: 2}, Keywords: []string{"tea"}, Order: messages.SearchOrderOldestFirst}
		return of(w.client.Messages.AllSearch(ctx, "alice", q))
	}},
	"Favorites.All": {"favorites.list", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Favorites.All(ctx, "alice", favorites.ListOptions{Options: page.Options{Limit: 2}}))
	}},
	"Moderation.AllLists": {"moderation.search_lists", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Moderation.AllLists(ctx, moderation.ListsQuery{Numbered: page.Numbered{Size: 2}}))
	}},
	"Moderation.AllWords": {"moderation.search_words", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Moderation.AllWords(ctx, w.list, "u", page.Numbered{Size: 2}))
	}},
	"Users.All": {"users.list", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Users.All(ctx, page.Options{Limit: 2}))
	}},
	"Users.AllMutes": {"mutes.list", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Users.AllMutes(ctx, page.Numbered{Size: 2}))
	}},
	"Contacts.All": {"contacts.list_paged", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Contacts.All(ctx, "alice", contacts.ListOptions{Options: page.Options{Limit: 2}}))
	}},
	"Contacts.AllBlocked": {"contacts.block_list", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Contacts.AllBlocked(ctx, "alice", page.Options{Limit: 2}))
	}},
	"Presence.AllSubscriptions": {"presence.list_subscriptions", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Presence.AllSubscriptions(ctx, "alice", page.Numbered{Size: 2}))
	}},
	"Reaction.AllUsers": {"reaction.detail", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Reaction.AllUsers(ctx, "alice", w.message, "x", page.Options{Limit: 2}))
	}},
	"Thread.All": {"thread.list_app", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Thread.All(ctx, thread.ListOptions{Options: page.Options{Limit: 2}}))
	}},
	"Thread.AllJoined": {"thread.list_user", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Thread.AllJoined(ctx, "alice", thread.ListOptions{Options: page.Options{Limit: 2}}))
	}},
	"Thread.AllJoinedInGroup": {"thread.list_user_group", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Thread.AllJoinedInGroup(ctx, w.group, "alice", thread.ListOptions{Options: page.Options{Limit: 2}}))
	}},
	"Thread.AllMembers": {"thread.list_members", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Thread.AllMembers(ctx, w.hung, page.Options{Limit: 2}))
	}},
	"Groups.All": {"groups.list", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Groups.All(ctx, page.Options{Limit: 2}))
	}},
	"Groups.AllBlocked": {"groups.list_blocked", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Groups.AllBlocked(ctx, w.group, page.Options{Limit: 2}))
	}},
	"Groups.AllFiles": {"groups.list_files", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Groups.AllFiles(ctx, w.group, page.Numbered{Size: 2}))
	}},
	"Groups.AllJoined": {"groups.list_joined", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Groups.AllJoined(ctx, "alice", page.Numbered{Size: 2}))
	}},
	"Groups.AllJoinedDetailed": {"groups.list_joined_detailed", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Groups.AllJoinedDetailed(ctx, "alice", page.Numbered{Size: 2}))
	}},
	"Groups.AllMembers": {"groups.list_members", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Groups.AllMembers(ctx, w.group, groups.MemberListOptions{Numbered: page.Numbered{Size: 2}}))
	}},
	"Groups.AllMembersByCursor": {"groups.list_members_cursor", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Groups.AllMembersByCursor(ctx, w.group, groups.MemberCursorOptions{Options: page.Options{Limit: 2}}))
	}},
	"Chatrooms.All": {"chatrooms.list", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Chatrooms.All(ctx, page.Options{Limit: 2}))
	}},
	"Chatrooms.AllJoined": {"chatrooms.list_joined", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Chatrooms.AllJoined(ctx, "alice", page.Numbered{Size: 2}))
	}},
	"Chatrooms.AllMembers": {"chatrooms.list_members", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Chatrooms.AllMembers(ctx, w.room, page.Numbered{Size: 2}))
	}},
	"Chatrooms.AllMembersByCursor": {"chatrooms.list_members_cursor", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Chatrooms.AllMembersByCursor(ctx, w.room, chatrooms.MemberCursorOptions{Options: page.Options{Limit: 2}}))
	}},
	"Chatrooms.AllSuperAdmins": {"chatrooms.list_super_admins", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Chatrooms.AllSuperAdmins(ctx, page.Numbered{Size: 2}))
	}},
	"Push.AllLabels": {"push.list_labels", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Push.AllLabels(ctx, page.Options{Limit: 2}))
	}},
	"Push.AllLabelUsers": {"push.list_label_users", func(ctx context.Context, w *five) iter.Seq2[any, error] {
		return of(w.client.Push.AllLabelUsers(ctx, "u000", page.Options{Limit: 2}))
	}},
}

// listOf is what a method lists, in whichever of the three forms: "Members" of PageMembers,
// nothing of Pages.
func listOf(method string, of reflect.Type) (list string, ok bool) {
	if out := of.Out(0); out.Kind() == reflect.Pointer && strings.HasPrefix(out.Elem().Name(), "Page[") {
		return strings.CutPrefix(method, "List")
	} else if out.Kind() != reflect.Func {
		return "", false
	}
	if list, ok = strings.CutPrefix(method, "All"); !ok {
		list, ok = strings.CutPrefix(strings.Replace(method, "Pages", "Page", 1), "Page")
	}
	return list, ok
}

// Every list has its three forms, and the table above has all of them.
func TestEveryListHasThreeFormsAndIsTested(t *testing.T) {
	have, all := make(map[string]bool), methods()
	for name := range iterators {
		have[name] = true
	}
	for name, method := range all {
		domain, after, _ := strings.Cut(name, ".")
		list, ok := listOf(after, method)
		if !ok {
			continue
		}
		one, pages, every := domain+".List"+list, domain+".Page"+cmp.Or(list, "s"), domain+".All"+list
		if list == "Search" {
			one = domain + ".Search" // says more than ListHits
		}
		require.Contains(t, all, one)
		require.Contains(t, all, pages)
		require.Contains(t, all, every)
		assert.Equal(t, all[one].Out(0), all[pages].Out(0).In(0).In(0), "%s goes over the pages of %s", pages, one)
		assert.Equal(t, all[one].In(all[one].NumIn()-1), all[every].In(all[every].NumIn()-1), "%s has the options of %s", every, one)
		if every == "Moderation.AllExportFiles" { // of one order, which is one file
			continue
		}
		delete(have, every)
		assert.Contains(t, iterators, every)
	}
	assert.Empty(t, have)
}

// An iterator gives everything once, asks for no page before it is needed, goes on
// after what can be retried, and ends after the first error.
func TestIterators(t *testing.T) {
	t.Parallel()
	w := newFive(t)
	ctx := t.Context()
	for name, it := range iterators {
		asked := func(run func()) int {
			before := len(w.srv.RequestsTo(it.endpoint))
			run()
			return len(w.srv.RequestsTo(it.endpoint)) - before
		}
		var whole []any
		pages := asked(func() { whole = wiretest.All(t, it.run(ctx, w)) })
		require.GreaterOrEqual(t, len(whole), 5, name)
		seen := make(map[string]bool)
		for _, v := range whole {
			seen[mustJSON(v)] = true
		}
		assert.Len(t, seen, len(whole), "%s: nothing comes twice", name)
		assert.GreaterOrEqual(t, pages, (len(whole)+1)/2, name)
		most := len(whole)/2 + 1
		if strings.HasPrefix(name, "Thread.") { // a short page need not be the last
			most = (len(whole)+1)/2 + 1
		}
		assert.LessOrEqual(t, pages, most, "%s: one request a page, and one for an end that was not announced", name)

		assert.Equal(t, 0, asked(func() { it.run(ctx, w) }), "%s: nothing is asked before the loop", name)
		for broken, want := range []int{1, 1, 2} { // after the first, the second and the third entry
			assert.Equal(t, want, asked(func() {
				n := 0
				for _, err := range it.run(ctx, w) {
					require.NoError(t, err)
					if n++; n > broken {
						break
					}
				}
			}), "%s: broken off after %d", name, broken+1)
		}

		w.srv.Fault(imtest.OnEndpoint(it.endpoint), imtest.Nth(2), imtest.ServerError())
		var got []any
		var failures []error
		assert.Equal(t, 2, asked(func() {
			for v, err := range it.run(ctx, w) {
				if err != nil {
					failures = append(failures, err)
					continue
				}
				got = append(got, v)
			}
		}), name)
		w.srv.ClearFaults()
		assert.Equal(t, whole[:2], got, "%s: what came before the error", name)
		require.Len(t, failures, 1, name)
		refused(t, failures[0], im.ErrInternal)

		w.srv.Fault(imtest.OnEndpoint(it.endpoint), imtest.Nth(2), imtest.ExpiredToken())
		assert.Equal(t, whole, wiretest.All(t, it.run(ctx, w)), "%s: with a new token in the middle", name)
		w.srv.ClearFaults()
	}
}

// A list that is cancelled in the middle says so.
func TestCanceledIterators(t *testing.T) {
	t.Parallel()
	w := newFive(t)
	for name, it := range iterators {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		var failure error
		for _, err := range it.run(ctx, w) {
			if err != nil {
				failure = err
				break
			}
			if n++; n == 2 {
				cancel()
			}
		}
		cancel()
		assert.Equal(t, 2, n, name)
		require.ErrorIs(t, failure, im.ErrCanceled, name)
		require.ErrorIs(t, failure, context.Canceled, name)
	}
}
