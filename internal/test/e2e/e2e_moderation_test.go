package e2e

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/moderation"
	"github.com/imrest/im-go/page"
)

// Keyword lists decide what becomes of a text.
func TestModeration(t *testing.T) {
	everywhere(t, func(t *testing.T, _ *imtest.Server, client *im.Client) {
		ctx := t.Context()
		list, err := client.Moderation.CreateList(ctx, moderation.NewList{
			Name: "spam", Scope: moderation.ScopeAll, Action: moderation.ActionReplace, Operator: "alice", Words: []string{"prize", "win"},
		})
		require.NoError(t, err)
		require.Len(t, list.Words, 2)
		assert.Equal(t, 2, list.Count)
		_, err = client.Moderation.CreateList(ctx, moderation.NewList{Name: "spam", Scope: moderation.ScopeAll, Action: moderation.ActionPass, Words: []string{"x"}})
		refused(t, err, im.ErrAlreadyExists)

		v, err := client.Moderation.CheckText(ctx, "win a prize")
		require.NoError(t, err)
		assert.Equal(t, moderation.ResultReview, v.Result)
		require.NoError(t, client.Moderation.UpdateList(ctx, list.ID, moderation.ListUpdate{Name: "spam", Scope: moderation.ScopeTag, TagID: "vip", Action: moderation.ActionReject}))
		v, err = client.Moderation.CheckText(ctx, "win a prize")
		require.NoError(t, err)
		assert.Equal(t, moderation.ResultReject, v.Result)
		v, err = client.Moderation.CheckText(ctx, "tea")
		require.NoError(t, err)
		assert.Equal(t, moderation.ResultPass, v.Result)

		added, err := client.Moderation.AddWords(ctx, "bob", list.ID, []string{"winner", "window"})
		require.NoError(t, err)
		assert.Equal(t, "window", added[1].Value.Text)
		_, err = client.Moderation.AddWords(ctx, "bob", list.ID, []string{"winner"})
		refused(t, err, im.ErrAlreadyExists)
		require.NoError(t, client.Moderation.UpdateWord(ctx, "carol", list.ID, added[1].Value.ID, "widow"))
		found, err := client.Moderation.ListWords(ctx, list.ID, "win", page.Numbered{})
		require.NoError(t, err)
		require.Len(t, found.Items, 2)
		assert.Equal(t, []string{"win", "winner"}, []string{found.Items[0].Text, found.Items[1].Text})
		words := wiretest.All(t, client.Moderation.PageWords(ctx, list.ID, "wi", page.Numbered{Size: 3}))
		require.Len(t, words, 1)
		assert.Len(t, words[0].Items, 3)
		require.NoError(t, client.Moderation.DeleteWord(ctx, list.ID, found.Items[0].ID))
		require.Error(t, client.Moderation.DeleteWord(ctx, list.ID, found.Items[0].ID))
		removed, err := client.Moderation.DeleteWords(ctx, list.ID, []string{found.Items[1].ID, list.Words[0].ID})
		require.NoError(t, err)
		require.NoError(t, removed.Err())

		lists, err := client.Moderation.ListLists(ctx, moderation.ListsQuery{TagID: "vip"})
		require.NoError(t, err)
		require.Len(t, lists.Items, 1)
		assert.Equal(t, 1, lists.Items[0].Count)
		assert.WithinDuration(t, list.Created, lists.Items[0].Created, time.Millisecond)
		all := wiretest.All(t, client.Moderation.PageLists(ctx, moderation.ListsQuery{}))
		require.Len(t, all, 1)
		assert.Len(t, all[0].Items, 1)
		require.NoError(t, client.Moderation.DeleteList(ctx, list.ID))
		refused(t, client.Moderation.DeleteList(ctx, list.ID), im.ErrNotFound)
	})
}

// An export is ordered, made and fetched. An order is one file.
func TestModerationExportFiles(t *testing.T) {
	srv, client := start(t)
	ctx, now := t.Context(), time.Now()
	uuid, err := client.Messages.ExportModeration(ctx, messages.ModerationQuery{From: now.Add(-time.Hour), To: now})
	require.NoError(t, err)
	p, err := client.Moderation.ListExportFiles(ctx, uuid, page.Numbered{})
	require.NoError(t, err)
	require.Len(t, p.Items, 1)
	assert.Equal(t, moderation.ExportCreating, p.Items[0].Status)
	_, err = client.Moderation.DownloadExportFile(ctx, uuid, new(bytes.Buffer))
	refused(t, err, im.ErrNotFound)
	srv.Clock().Advance(10 * time.Second)
	pages := wiretest.All(t, client.Moderation.PageExportFiles(ctx, uuid, page.Numbered{}))
	require.Len(t, pages, 1)
	assert.Equal(t, moderation.ExportFinished, pages[0].Items[0].Status)
	files := wiretest.All(t, client.Moderation.AllExportFiles(ctx, uuid, page.Numbered{}))
	require.Len(t, files, 1)
	var file bytes.Buffer
	n, err := client.Moderation.DownloadExportFile(ctx, files[0].UUID, &file)
	require.NoError(t, err)
	assert.Equal(t, files[0].Size, n)
}
