package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/favorites"
	"github.com/imrest/im-go/imtest"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/page"
	"github.com/imrest/im-go/translation"
)

// Favorites are kept, found by time and type, changed and removed.
func TestFavorites(t *testing.T) {
	everywhere(t, func(t *testing.T, srv *imtest.Server, client *im.Client) {
		ctx := t.Context()
		srv.AddUsers("alice")
		odd := "a=b&c=d +%\n\"quoted\" 茶壶 🫖"
		made, err := client.Favorites.Add(ctx, "Alice", favorites.NewFavorite{ID: "a/b ?", Data: odd, Type: 3, Ext: "x"})
		require.NoError(t, err)
		assert.Equal(t, []any{"a/b ?", odd, 3, "x"}, []any{made.ID, made.Data, made.Type, made.Ext})
		unnamed, err := client.Favorites.Add(ctx, "alice", favorites.NewFavorite{Data: "{}"})
		require.NoError(t, err)
		assert.Len(t, unnamed.ID, 36)

		old := time.UnixMilli(1718006400123)
		results, err := client.Favorites.AddBatch(ctx, "alice", []favorites.NewFavorite{{ID: "old", Data: "1", Created: old}, {ID: "older", Data: "2", Type: 3, Created: old.Add(-time.Hour)}})
		require.NoError(t, err)
		require.Len(t, results, 2)
		assert.Equal(t, "older", results[1].ID)
		assert.True(t, results[0].Value.Created.Equal(old))

		ids := func(o favorites.ListOptions) (list []string) {
			for f, err := range client.Favorites.All(ctx, "alice", o) {
				require.NoError(t, err)
				list = append(list, f.ID)
			}
			return list
		}
		assert.Equal(t, []string{"older", "old", "a/b ?", unnamed.ID}, ids(favorites.ListOptions{Order: page.OrderOldestFirst, Options: page.Options{Limit: 1}}))
		assert.Equal(t, []string{"a/b ?", "older"}, ids(favorites.ListOptions{Type: new(3)}))
		assert.Equal(t, []string{"old"}, ids(favorites.ListOptions{From: old, To: old}))
		pages := wiretest.All(t, client.Favorites.Pages(ctx, "alice", favorites.ListOptions{}))
		require.Len(t, pages, 1)
		assert.Len(t, pages[0].Items, 4)

		require.NoError(t, client.Favorites.SetExt(ctx, "alice", "a/b ?", ""))
		p, err := client.Favorites.List(ctx, "alice", favorites.ListOptions{Type: new(3)})
		require.NoError(t, err)
		assert.Empty(t, p.Items[0].Ext)
		_, err = client.Favorites.RemoveBatch(ctx, "alice", []string{"a/b ?", "old"})
		require.NoError(t, err)
		assert.Len(t, srv.Favorites("alice"), 2)
		_, err = client.Favorites.RemoveBatch(ctx, "alice", []string{"old"})
		refused(t, err, im.ErrNotFound)
		refused(t, client.Favorites.SetExt(ctx, "alice", "old", "x"), im.ErrNotFound)
		_, err = client.Favorites.Add(ctx, "nobody", favorites.NewFavorite{Data: "x"})
		refused(t, err, im.ErrNotFound)
	})
}

// A made-up translation says that it is one.
func TestTranslation(t *testing.T) {
	everywhere(t, func(t *testing.T, _ *imtest.Server, client *im.Client) {
		ctx := t.Context()
		languages, err := client.Translation.ListLanguages(ctx)
		require.NoError(t, err)
		assert.Contains(t, languages, translation.Language{Code: "zh-Hans", Name: "Chinese Simplified", NativeName: "中文 (简体)"})
		results, err := client.Translation.Translate(ctx, "The kettle is on.", []string{"de", "zh-Hant"}, translation.TranslateOptions{From: "en"})
		require.NoError(t, err)
		assert.Equal(t, "[de] The kettle is on.", results[0].Value)
		assert.Equal(t, "[zh-Hant] The kettle is on.", results[1].Value)
		found, err := client.Translation.Detect(ctx, results[1].Value)
		require.NoError(t, err)
		assert.Equal(t, translation.Detection{Language: "zh-Hant", Score: 1, Translatable: true}, *found)
		_, err = client.Translation.Translate(ctx, "x", []string{"nn"}, translation.TranslateOptions{})
		refused(t, err, im.ErrInvalidArgument)
	})
}
