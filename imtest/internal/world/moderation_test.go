package world

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest/event"
)

func TestFavoritesByTime(t *testing.T) {
	clock := new(testClock)
	w := newWorld(clock)
	w.AddUser(NewUser{Name: "alice"})
	begin := w.events.last
	now := w.Now()
	added, err := w.AddFavorites("Alice", []Favorite{{ID: "b", Data: "2", Created: now.Add(-time.Hour)}, {ID: "a", Data: "1", Created: now.Add(-2 * time.Hour)}, {Data: "3"}})
	require.Nil(t, err)
	require.Len(t, added[2].ID, 36)
	clock.Advance(time.Minute)
	again, err := w.AddFavorites("alice", []Favorite{{ID: "b", Data: "4", Created: now}})
	require.Nil(t, err)
	list, err := w.ListFavorites("alice", FavoritesQuery{To: now, Limit: 2})
	require.Nil(t, err)
	assert.Equal(t, []Favorite{added[2], again[0]}, list, "of the same time, the last comes first")
	list, err = w.ListFavorites("alice", FavoritesQuery{Start: "b", Limit: 10})
	require.Nil(t, err)
	assert.Equal(t, []Favorite{again[0], added[1]}, list)

	f, err := w.SetFavoriteExt("alice", "a", "x")
	require.Nil(t, err)
	assert.Equal(t, w.Now(), f.Updated)
	assert.True(t, w.RemoveFavorites("alice", []string{"a", "none"}).Of(NoFavorite))
	require.Nil(t, w.RemoveFavorites("alice", []string{"a", "a"}))
	assert.Equal(t, []event.Data{
		event.FavoriteAdded{User: "alice", ID: "b", Data: "2"}, event.FavoriteAdded{User: "alice", ID: "a", Data: "1"},
		event.FavoriteAdded{User: "alice", ID: added[2].ID, Data: "3"}, event.FavoriteAdded{User: "alice", ID: "b", Data: "4"},
		event.FavoriteExtSet{User: "alice", ID: "a", Ext: "x"}, event.FavoriteRemoved{User: "alice", ID: "a"},
	}, happened(w, begin))
	_, err = w.AddFavorites("bob", added)
	assert.True(t, err.Of(NoUser))
	_, err = w.DeleteUser("alice")
	require.Nil(t, err)
	assert.Empty(t, w.Favorites("alice"))
}

func TestKeywordsAllOrNone(t *testing.T) {
	w := worldOf()
	l, words, err := w.CreateKeywordList(KeywordSettings{Name: "n", Scope: "ALL", Disposition: "PASS"}, "v1", []string{"a", "b", "a"})
	require.Nil(t, err)
	assert.Equal(t, 2, l.Count)
	_, _, err = w.AddKeywords(l.ID, "v2", []string{"c", "b"})
	assert.True(t, err.Of(KeywordTaken))
	_, err = w.UpdateKeyword(l.ID, words[0].ID, "v2", "b")
	assert.True(t, err.Of(KeywordTaken))
	changed, err := w.UpdateKeyword(l.ID, words[0].ID, "v2", "aa")
	require.Nil(t, err)
	assert.True(t, w.DeleteKeywords(l.ID, words[0].ID, "none").Of(NoKeyword))
	require.Nil(t, w.DeleteKeywords(l.ID, words[1].ID))
	found, err := w.FindKeywords(l.ID, "a")
	require.Nil(t, err)
	assert.Equal(t, []Keyword{changed}, found)
	l.Name = "m"
	updated, err := w.UpdateKeywordList(l.ID, l.KeywordSettings)
	require.Nil(t, err)
	assert.Equal(t, 1, updated.Count)
	require.Nil(t, w.DeleteKeywordList(l.ID))
	_, err = w.FindKeywords(l.ID, "")
	assert.True(t, err.Of(NoKeywordList))
	l.Name, l.Count = "n", 0
	assert.Equal(t, []event.Data{
		event.KeywordListCreated{List: l}, event.KeywordAdded{Keyword: words[0]}, event.KeywordAdded{Keyword: words[1]}, event.KeywordUpdated{Keyword: changed}, event.KeywordDeleted{List: l.ID, Keyword: words[1].ID},
		event.KeywordListUpdated{List: updated}, event.KeywordListDeleted{List: l.ID},
	}, happened(w, 0))
}

func TestKeywordsAreLimited(t *testing.T) {
	w := worldOf()
	var many []string
	for i := range maxKeywords {
		many = append(many, strconv.Itoa(i))
	}
	l, _, err := w.CreateKeywordList(KeywordSettings{Name: "0"}, "", nil)
	require.Nil(t, err)
	_, _, err = w.AddKeywords(l.ID, "", many)
	require.Nil(t, err)
	_, _, err = w.AddKeywords(l.ID, "", []string{"more"})
	assert.True(t, err.Of(KeywordListFull))
	for i := range maxKeywordLists - 1 {
		_, _, err = w.CreateKeywordList(KeywordSettings{Name: strconv.Itoa(i + 1)}, "", nil)
		require.Nil(t, err)
	}
	_, _, err = w.CreateKeywordList(KeywordSettings{Name: "0"}, "", nil)
	assert.True(t, err.Of(KeywordListTaken))
	_, _, err = w.CreateKeywordList(KeywordSettings{Name: "more"}, "", nil)
	assert.True(t, err.Of(KeywordListsFull))
}

func TestCheckTextTakesTheStrictest(t *testing.T) {
	w := worldOf()
	for disposition, word := range map[string]string{"PASS": "one", "EXCHANGE": "two", "REJECT": "three"} {
		_, _, err := w.CreateKeywordList(KeywordSettings{Name: word, Disposition: disposition}, "", []string{word})
		require.Nil(t, err)
	}
	for text, want := range map[string]string{"none": "PASS", "one": "PASS", "one two": "EXCHANGE", "two three one": "REJECT", "": "PASS"} {
		assert.Equal(t, want, w.CheckText(text).Disposition, text)
	}
	assert.Equal(t, "*** 三 *****", w.CheckText("two 三 three").Exchanged)
}

func TestExportsAreMadeAndExpire(t *testing.T) {
	clock := new(testClock)
	w := newWorld(clock)
	e := w.OrderExport(1, 2)
	there := func() bool { _, err := w.ExportFile(e.UUID); return err == nil }
	assert.False(t, there())
	clock.Advance(exportTime)
	assert.True(t, there())
	clock.Advance(exportLife - exportTime - 1)
	assert.True(t, there())
	clock.Advance(1)
	assert.False(t, there())
	assert.Equal(t, []Export{e}, w.Exports(e.UUID))
	assert.Empty(t, w.Exports("none"))
	assert.Equal(t, []event.Data{event.ExportOrdered{UUID: e.UUID, From: time.UnixMilli(1).UTC(), To: time.UnixMilli(2).UTC()}}, happened(w, 0))
}

func TestMadeUpTranslations(t *testing.T) {
	require.True(t, slices.IsSortedFunc(Languages, func(a, b Language) int { return strings.Compare(a.Code, b.Code) }))
	for text, want := range map[string]string{"x": "[fr] x", "[de] x": "[fr] x", "[nn] x": "[fr] [nn] x", "": "[fr] "} {
		made, err := Translate(text, "fr")
		require.Nil(t, err)
		assert.Equal(t, want, made)
	}
	_, err := Translate("x", "nn")
	assert.True(t, err.Of(NoLanguage))
	language, score := DetectLanguage("[fr] x")
	assert.Equal(t, "fr 1", fmt.Sprint(language, " ", score))
}
