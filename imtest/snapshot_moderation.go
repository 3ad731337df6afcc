package imtest

import (
	"iter"
	"time"

	"github.com/imrest/im-go/imtest/internal/world"
)

// Favorites, keyword lists and exports, in the data of Save.

type savedFavorites struct {
	User      string          `json:"user"`
	Favorites []savedFavorite `json:"favorites"`
}

type savedFavorite struct {
	ID      string    `json:"id"`
	Type    int64     `json:"type"`
	Data    string    `json:"data"`
	Ext     string    `json:"ext,omitempty"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
}

func saveFavorites(d *world.Dump) iter.Seq[savedFavorites] {
	return records(d.Favorites, func(v world.FavoriteList) savedFavorites {
		return savedFavorites{v.User, world.Convert(v.Favorites, func(f world.Favorite) savedFavorite { return savedFavorite(f) })}
	})
}

func loadFavorites(s *world.World, v *savedFavorites) error {
	list := world.Convert(v.Favorites, func(f savedFavorite) world.Favorite { return world.Favorite(f) })
	s.RestoreFavorites(world.FavoriteList{User: v.User, Favorites: list})
	return nil
}

type savedKeywordList struct {
	ID          string         `json:"id"`
	Name        string         `json:"name"`
	Scope       string         `json:"scope"`
	Tag         string         `json:"tag,omitempty"`
	Disposition string         `json:"disposition"`
	FullMatch   bool           `json:"full_match,omitempty"`
	Created     time.Time      `json:"created"`
	Updated     time.Time      `json:"updated"`
	Words       []savedKeyword `json:"words,omitempty"`
}

type savedKeyword struct {
	ID      string    `json:"id"`
	Word    string    `json:"word"`
	User    string    `json:"user,omitempty"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
}

func saveKeywordLists(d *world.Dump) iter.Seq[savedKeywordList] {
	return records(d.Moderation.Lists, func(l world.KeywordListDump) savedKeywordList {
		return savedKeywordList{
			l.ID, l.Name, l.Scope, l.Tag, l.Disposition, l.FullMatch, l.Created, l.Updated,
			world.Convert(l.Words, func(k world.Keyword) savedKeyword {
				return savedKeyword{k.ID, k.Word, k.User, k.Created, k.Updated}
			}),
		}
	})
}

func loadKeywordList(s *world.World, v *savedKeywordList) error {
	l := world.KeywordListDump{
		KeywordList: world.KeywordList{
			ID: v.ID, Created: v.Created, Updated: v.Updated,
			KeywordSettings: world.KeywordSettings{Name: v.Name, Scope: v.Scope, Tag: v.Tag, Disposition: v.Disposition, FullMatch: v.FullMatch},
		},
		Words: world.Convert(v.Words, func(k savedKeyword) world.Keyword {
			return world.Keyword{ID: k.ID, List: v.ID, Word: k.Word, User: k.User, Created: k.Created, Updated: k.Updated}
		}),
	}
	s.RestoreKeywordList(l)
	return nil
}

type savedExport struct {
	UUID    string    `json:"uuid"`
	From    int64     `json:"from"`
	To      int64     `json:"to"`
	Created time.Time `json:"created"`
}

func saveExports(d *world.Dump) iter.Seq[savedExport] {
	return records(d.Moderation.Exports, func(e world.Export) savedExport { return savedExport(e) })
}

func loadExport(s *world.World, v *savedExport) error {
	s.RestoreExport(world.Export(*v))
	return nil
}
