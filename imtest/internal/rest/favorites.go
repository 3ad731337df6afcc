package rest

import (
	"math"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

const (
	maxFavoriteData  = 20480 // characters
	maxFavoriteExt   = 1024
	maxFavoriteBatch = 20
	maxFavoritesPage = 200
)

// Responses have no envelope.
var favoritesRoutes = []route{
	{wire.Route{
		ID: "favorites.add", Method: post, Path: "/users/{username}/collections",
		Body: wire.JSONBody,
	}, (*API).favoritesAdd},
	{wire.Route{
		ID: "favorites.add_batch", Method: post, Path: "/collections",
		Body: wire.JSONBody,
	}, (*API).favoritesAddBatch},
	{wire.Route{
		ID: "favorites.set_ext", Method: put, Path: "/users/{username}/collections/{collectionId}",
		Body: wire.JSONBody,
	}, (*API).favoritesSetExt},
	{wire.Route{
		ID: "favorites.remove", Method: del, Path: "/users/{username}/collections",
		Body: wire.JSONBody,
	}, (*API).favoritesRemove},
	{wire.Route{
		ID: "favorites.list", Method: get, Path: "/users/{username}/collections",
	}, (*API).favoritesList},
}

var favoriteWords = words{world.NoFavorite: always(errNoFavorite)}

// errNoFavorite has a text only.
func errNoFavorite() *wire.Error {
	return wire.ErrText(http.StatusBadRequest, "user collection not found")
}

// favoriteRefused says why a rule refused for a user.
func favoriteRefused(err *world.Error, user string) *wire.Error {
	illegal := text(wire.ErrIllegalArgument, "username "+user+" is not legal")
	return told(err, words{world.NameMissing: illegal, world.NameTooLong: illegal, world.NameIllegal: illegal})
}

type favoriteItem struct {
	ID      string  `json:"id"`
	Type    int64   `json:"type"`
	Data    string  `json:"data"`
	Ext     *string `json:"ext"` // null while there is none
	Created int64   `json:"createdAt"`
	Updated int64   `json:"updatedAt"`
}

func favoriteItemOf(f world.Favorite) favoriteItem {
	item := favoriteItem{ID: f.ID, Type: f.Type, Data: f.Data, Created: f.Created.UnixMilli(), Updated: f.Updated.UnixMilli()}
	if f.Ext != "" {
		item.Ext = &f.Ext
	}
	return item
}

func oneFavorite(f world.Favorite) *wire.Response {
	return wire.Plain(map[string]any{"collection": favoriteItemOf(f)})
}

func manyFavorites(items []favoriteItem) *wire.Response {
	return wire.Plain(map[string]any{"collections": items})
}

// readFavorite reads what both calls that add have. No error is documented for what is
// missing or too long.
func readFavorite(o *wire.Object) (world.Favorite, *wire.Error) {
	f := world.Favorite{ID: o.Text("id"), Type: o.Integer("type"), Data: o.Text("data"), Ext: o.Text("ext")}
	if f.Data == "" || !o.Has("type") || o.Bad != "" ||
		utf8.RuneCountInString(f.Data) > maxFavoriteData || utf8.RuneCountInString(f.Ext) > maxFavoriteExt {
		return f, wire.ErrInvalidRequest()
	}
	return f, nil
}

func (a *API) favoritesAdd(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	f, err := readFavorite(o)
	if err != nil {
		return nil, err
	}
	user := c.Value("username")
	added, refused := a.world.AddFavorites(user, []world.Favorite{f})
	if refused != nil {
		return nil, favoriteRefused(refused, user)
	}
	return oneFavorite(added[0]), nil
}

func (a *API) favoritesAddBatch(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	user, entries := o.Text("username"), o.All("collections")
	if o.Bad != "" || len(entries) == 0 || len(entries) > maxFavoriteBatch {
		return nil, wire.ErrInvalidRequest()
	}
	list := make([]world.Favorite, len(entries))
	for i := range entries {
		o := &entries[i]
		if list[i], err = readFavorite(o); err != nil {
			return nil, err
		}
		if list[i].ID == "" || !o.Has("ext") || !o.Has("createdAt") {
			return nil, wire.ErrInvalidRequest()
		}
		if list[i].Created = readMillis(o, "createdAt"); o.Bad != "" {
			return nil, wire.ErrInvalidRequest()
		}
	}
	added, refused := a.world.AddFavorites(user, list)
	if refused != nil {
		return nil, favoriteRefused(refused, user)
	}
	return manyFavorites(world.Convert(added, func(f world.Favorite) favoriteItem {
		item := favoriteItemOf(f)
		item.Ext = &f.Ext // as it was sent
		return item
	})), nil
}

func (a *API) favoritesSetExt(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	ext := o.Text("ext")
	if o.Bad != "" || !o.Has("ext") || utf8.RuneCountInString(ext) > maxFavoriteExt {
		return nil, wire.ErrInvalidRequest()
	}
	f, refused := a.world.SetFavoriteExt(c.Value("username"), c.Value("collectionId"), ext)
	if refused != nil {
		return nil, favoriteRefused(refused, c.Value("username"))
	}
	return oneFavorite(f), nil
}

// favoritesRemove removes all or none; what else it could do is not documented.
func (a *API) favoritesRemove(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	ids := o.Texts("collection_ids")
	if o.Bad != "" || len(ids) == 0 || len(ids) > maxFavoriteBatch {
		return nil, wire.ErrInvalidRequest()
	}
	if err := a.world.RemoveFavorites(c.Value("username"), ids); err != nil {
		return nil, favoriteRefused(err, c.Value("username"))
	}
	return wire.Plain(result{true}), nil
}

func (a *API) favoritesList(c *wire.Call) (*wire.Response, *wire.Error) {
	q, err := readFavoritesQuery(c)
	if err != nil {
		return nil, err
	}
	list, refused := a.world.ListFavorites(c.Value("username"), q)
	if refused != nil {
		return nil, favoriteRefused(refused, c.Value("username"))
	}
	return manyFavorites(world.Convert(list, favoriteItemOf)), nil
}

func readFavoritesQuery(c *wire.Call) (world.FavoritesQuery, *wire.Error) {
	q := world.FavoritesQuery{From: time.UnixMilli(0), To: c.App.Now(), Start: c.Query.Get("collection_id")}
	limit, err := c.Number("limit", 100, math.MaxInt32)
	switch direction := c.Query.Get("direction"); {
	case err != nil:
		return q, err
	case limit > maxFavoritesPage:
		return q, wire.ErrIllegalArgument("limit should be less than 200")
	case direction != "" && direction != "asc" && direction != "desc":
		return q, wire.ErrIllegalArgument("direction should be desc or asc")
	default:
		q.Limit, q.OldestFirst = limit, direction == "asc"
	}
	for name, take := range map[string]func(int64){
		"begin_time": func(n int64) { q.From = time.UnixMilli(n) },
		"end_time":   func(n int64) { q.To = time.UnixMilli(n) },
		"type":       func(n int64) { q.Type = &n },
	} {
		text := c.Query.Get(name)
		if text == "" {
			continue
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return q, wire.ErrInvalidRequest()
		}
		take(n)
	}
	if q.Start == "" && q.From.After(q.To) {
		return q, wire.ErrInvalidRequest()
	}
	return q, nil
}
