package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/contacts"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/presence"
	"github.com/imrest/im-go/push"
	"github.com/imrest/im-go/thread"
	"github.com/imrest/im-go/users"
)

// Every list of the domains but groups and rooms goes on where it was stopped: no row is
// missing, and none comes twice.
func TestListsAreResumed(t *testing.T) {
	t.Parallel()
	srv := imtest.NewServer(t)
	client := connect(t, srv, srv.Config(), im.WithoutQuotas())
	ctx := t.Context()
	const rows = 300
	everybody := names(rows)
	srv.AddUsers(append(everybody, "alice")...)
	srv.AddContacts("alice", everybody...)
	srv.AddBlocked("alice", everybody...)
	for _, name := range everybody {
		require.NoError(t, client.Users.Mute(ctx, name, users.Mute{Chat: new(time.Hour)}))
	}
	for start := 0; start < rows; start += 100 {
		_, err := client.Presence.Subscribe(ctx, "alice", everybody[start:start+100], time.Hour)
		require.NoError(t, err)
	}

	resumed(t, append(everybody, "alice"), func(o page.Options) iter.Seq2[*page.Page[users.User], error] {
		return client.Users.Pages(ctx, o)
	}, func(u users.User) string { return u.Username }, byCursor)
	resumed(t, everybody, func(o page.Numbered) iter.Seq2[*page.Page[users.Muted], error] {
		return client.Users.PageMutes(ctx, o)
	}, func(m users.Muted) string { return m.Username }, byNumber)
	resumed(t, everybody, func(o page.Options) iter.Seq2[*page.Page[contacts.Contact], error] {
		return client.Contacts.Pages(ctx, "alice", contacts.ListOptions{Options: o, Remarks: true})
	}, func(c contacts.Contact) string { return c.Username }, byCursor)
	resumed(t, everybody, func(o page.Options) iter.Seq2[*page.Page[string], error] {
		return client.Contacts.PageBlocked(ctx, "alice", o)
	}, itself, byCursor)
	resumed(t, everybody, func(o page.Numbered) iter.Seq2[*page.Page[presence.Subscription], error] {
		return client.Presence.PageSubscriptions(ctx, "alice", o)
	}, func(s presence.Subscription) string { return s.Username }, byNumber)
}

// The same for reactions and threads.
func TestListsOfReactionsAndThreadsAreResumed(t *testing.T) {
	t.Parallel()
	srv := imtest.NewServer(t)
	client := connect(t, srv, srv.Config(), im.WithoutQuotas())
	ctx := t.Context()
	const rows = 210 // divides by 7: the last page is full
	everybody := names(rows)
	srv.AddUsers(everybody...)
	group := srv.AddGroup(imtest.Group{Owner: "alice", Members: everybody}).ID
	message := toGroup(t, client, "alice", group, "tea?")
	var ids []string
	for _, name := range everybody {
		_, err := client.Reaction.Add(ctx, name, message, "x")
		require.NoError(t, err)
		id, err := client.Thread.Create(ctx, thread.NewThread{GroupID: group, MessageID: toGroup(t, client, "alice", group, "?"), Owner: "alice", Name: name})
		require.NoError(t, err)
		ids = append(ids, id)
	}
	for start := 0; start < rows; start += 10 {
		_, err := client.Thread.AddMembers(ctx, ids[0], everybody[start:start+10])
		require.NoError(t, err)
	}
	threadID := func(t thread.Thread) string { return t.ID }

	resumed(t, everybody, func(o page.Options) iter.Seq2[*page.Page[string], error] {
		return client.Reaction.PageUsers(ctx, "alice", message, "x", o)
	}, itself, byCursor)
	resumed(t, ids, func(o page.Options) iter.Seq2[*page.Page[string], error] {
		return client.Thread.Pages(ctx, thread.ListOptions{Options: o})
	}, itself, byCursor)
	resumed(t, ids, func(o page.Options) iter.Seq2[*page.Page[thread.Thread], error] {
		return client.Thread.PageJoined(ctx, "alice", thread.ListOptions{Options: o, Order: page.OrderOldestFirst})
	}, threadID, byCursor)
	resumed(t, ids, func(o page.Options) iter.Seq2[*page.Page[thread.Thread], error] {
		return client.Thread.PageJoinedInGroup(ctx, group, "alice", thread.ListOptions{Options: o})
	}, threadID, byCursor)
	resumed(t, append(everybody, "alice"), func(o page.Options) iter.Seq2[*page.Page[string], error] {
		return client.Thread.PageMembers(ctx, ids[0], o)
	}, itself, byCursor)
}

// The same for labels.
func TestListsOfLabelsAreResumed(t *testing.T) {
	t.Parallel()
	srv := imtest.NewServer(t)
	client := connect(t, srv, srv.Config(), im.WithoutQuotas())
	ctx := t.Context()
	labels, everybody := names(100), names(300)
	srv.AddUsers(everybody...)
	for _, name := range labels {
		_, err := client.Push.CreateLabel(ctx, push.NewLabel{Name: name})
		require.NoError(t, err)
	}
	for start := 0; start < len(everybody); start += 100 {
		_, err := client.Push.AddLabelUsers(ctx, labels[0], everybody[start:start+100])
		require.NoError(t, err)
	}
	resumed(t, labels, func(o page.Options) iter.Seq2[*page.Page[push.Label], error] {
		return client.Push.PageLabels(ctx, o)
	}, func(l push.Label) string { return l.Name }, byCursor)
	resumed(t, everybody, func(o page.Options) iter.Seq2[*page.Page[push.LabelUser], error] {
		return client.Push.PageLabelUsers(ctx, labels[0], o)
	}, func(u push.LabelUser) string { return u.Username }, byCursor)
}

// Without a limit, pages are as large as the documents allow: 300 users are 3 calls.
func TestPagesWithoutALimit(t *testing.T) {
	t.Parallel()
	srv := imtest.NewServer(t)
	client := connect(t, srv, srv.Config(), im.WithoutQuotas())
	ctx := t.Context()
	everybody := names(300)
	srv.AddUsers(everybody...)
	srv.AddContacts("u000", everybody[1:]...)
	srv.AddBlocked("u000", everybody[1:121]...)
	assert.Equal(t, []int{100, 100, 100}, wiretest.All(t, sizes(client.Users.Pages(ctx, page.Options{}))))
	assert.Equal(t, []int{50, 50, 50, 50, 50, 49}, wiretest.All(t, sizes(client.Contacts.Pages(ctx, "u000", contacts.ListOptions{}))))
	assert.Equal(t, []int{50, 50, 20}, wiretest.All(t, sizes(client.Contacts.PageBlocked(ctx, "u000", page.Options{}))))
}

const million = 1_000_000

// millionUsers serves a list of a million users, whose cursor is the place.
func millionUsers(w http.ResponseWriter, r *http.Request) {
	start, _ := strconv.Atoi(r.URL.Query().Get("cursor"))
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	end := min(start+limit, million)
	var b bytes.Buffer
	b.WriteString(`{"entities":[`)
	for i := start; i < end; i++ {
		if i > start {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"username":"u%d","activated":true}`, i)
	}
	b.WriteByte(']')
	if end < million {
		fmt.Fprintf(&b, `,"cursor":"%d"`, end)
	}
	b.WriteByte('}')
	_, _ = w.Write(b.Bytes())
}

// A list of a million users, stopped after every page and resumed by a new client's
// iterator with what was saved as JSON: no row is missing, and none comes twice.
func TestMillionUsersAreResumedAtEveryPage(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(millionUsers))
	t.Cleanup(srv.Close)
	client, err := im.New(im.Config{Host: srv.URL, Org: "acme", App: "demo", Platform: im.Agora, Token: im.StaticToken("t")}, im.WithoutQuotas())
	require.NoError(t, err)
	t.Cleanup(client.Close)

	seen := make([]bool, million)
	rows, runs := 0, 0
	saved := []byte(`{}`)
	for more := true; more; runs++ {
		var o page.Options
		require.NoError(t, json.Unmarshal(saved, &o))
		for p, err := range client.Users.Pages(t.Context(), o) {
			require.NoError(t, err)
			for _, u := range p.Items {
				i, err := strconv.Atoi(u.Username[1:])
				if err != nil || seen[i] {
					t.Fatalf("%s came twice (%v)", u.Username, err)
				}
				seen[i] = true
			}
			rows += len(p.Items)
			saved, err = json.Marshal(page.Options{Cursor: p.Next})
			require.NoError(t, err)
			more = p.Next != ""
			break
		}
	}
	assert.Equal(t, million, rows, "all are different, so none is missing")
	assert.Equal(t, million/users.MaxPage, runs)
}
