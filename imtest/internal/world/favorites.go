package world

import (
	"maps"
	"slices"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

// NoFavorite is why a rule about favorites refuses.
const NoFavorite Kind = "the user has no such favorite"

// Favorite is what a user keeps: a text, mostly a copy of a message.
type Favorite struct {
	ID      string
	Type    int64  // a number of the app's own
	Data    string // in a form of the app's own
	Ext     string // "": none
	Created time.Time
	Updated time.Time
}

// favoritesState holds the favorites of those users who have any, by id.
type favoritesState struct{ of map[string]*Book[*Favorite] }

// get returns the favorites of a user to read.
func (s *favoritesState) get(user string) *Book[*Favorite] {
	if b := s.of[user]; b != nil {
		return b
	}
	return new(Book[*Favorite])
}

func (s *favoritesState) put(user string, f Favorite) {
	if s.of == nil {
		s.of = map[string]*Book[*Favorite]{}
	}
	if s.of[user] == nil {
		s.of[user] = new(Book[*Favorite])
	}
	s.of[user].Put(f.ID, &f)
}

func (s *favoritesState) forget(user string) { delete(s.of, user) }

func favoriteCopies(list []*Favorite) []Favorite {
	return Convert(list, func(f *Favorite) Favorite { return *f })
}

// favoritesOwner returns the user whose favorites a call is about. The caller holds mu.
func (w *World) favoritesOwner(name string) (*User, *Error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	return w.user(name)
}

// AddFavorites keeps things for a user. One without an id gets one, one without a time of
// creation is made now. What becomes of an id that is in use is not documented: here the
// new entry takes the place of the old one.
func (w *World) AddFavorites(user string, list []Favorite) ([]Favorite, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.favoritesOwner(user)
	if err != nil {
		return nil, err
	}
	now := w.Now()
	added := slices.Clone(list)
	for i := range added {
		f := &added[i]
		f.Updated = now
		if f.ID == "" {
			f.ID = w.NewUUID(now)
		}
		if f.Created.IsZero() {
			f.Created = now
		}
		w.favorites.put(u.Name, *f)
		w.emit(event.FavoriteAdded{User: u.Name, ID: f.ID, Type: f.Type, Data: f.Data, Ext: f.Ext})
	}
	return added, nil
}

// SetFavoriteExt gives a favorite another extension, "" for none.
func (w *World) SetFavoriteExt(user, id, ext string) (Favorite, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.favoritesOwner(user)
	if err != nil {
		return Favorite{}, err
	}
	f := w.favorites.get(u.Name).Get(id)
	if f == nil {
		return Favorite{}, refuse(NoFavorite, id)
	}
	changed := f.Ext != ext
	f.Ext, f.Updated = ext, w.Now()
	if changed {
		w.emit(event.FavoriteExtSet{User: u.Name, ID: id, Ext: ext})
	}
	return *f, nil
}

// RemoveFavorites removes favorites of a user: all of them or, if one does not exist,
// none.
func (w *World) RemoveFavorites(user string, ids []string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u, err := w.favoritesOwner(user)
	if err != nil {
		return err
	}
	own := w.favorites.get(u.Name)
	for _, id := range ids {
		if !own.Has(id) {
			return refuse(NoFavorite, id)
		}
	}
	for _, id := range ids {
		if own.Has(id) { // it may be named twice
			own.Remove(id)
			w.emit(event.FavoriteRemoved{User: u.Name, ID: id})
		}
	}
	return nil
}

// FavoritesQuery chooses favorites.
type FavoritesQuery struct {
	From, To    time.Time // when they were made, to the millisecond, both ends included; do not count with Start
	Start       string    // id of the first one, "": none
	Type        *int64    // nil: all
	OldestFirst bool
	Limit       int
}

// ListFavorites returns favorites of a user by the time of their creation. Those of the
// same time are in the order in which they were added.
func (w *World) ListFavorites(user string, q FavoritesQuery) ([]Favorite, *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	u, err := w.favoritesOwner(user)
	if err != nil {
		return nil, err
	}
	own := w.favorites.get(u.Name)
	list := own.List()
	slices.SortStableFunc(list, func(a, b *Favorite) int { return a.Created.Compare(b.Created) })
	if !q.OldestFirst {
		slices.Reverse(list)
	}
	if q.Start != "" {
		first := own.Get(q.Start)
		if first == nil {
			return nil, refuse(NoFavorite, q.Start)
		}
		list = list[slices.Index(list, first):]
	}
	list = slices.DeleteFunc(list, func(f *Favorite) bool {
		return q.Type != nil && f.Type != *q.Type ||
			q.Start == "" && (f.Created.UnixMilli() < q.From.UnixMilli() || f.Created.UnixMilli() > q.To.UnixMilli())
	})
	return favoriteCopies(list[:min(len(list), q.Limit)]), nil
}

// Favorites returns all favorites of a user in the order in which they were added, also
// of one who is not registered.
func (w *World) Favorites(user string) []Favorite {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return favoriteCopies(w.favorites.get(Fold(user)).List())
}

// FavoriteList are the favorites of a user, as Dump copies them.
type FavoriteList struct {
	User      string
	Favorites []Favorite
}

// dumpFavorites copies all favorites for Dump. The caller holds mu.
func (w *World) dumpFavorites() []FavoriteList {
	return Convert(slices.Sorted(maps.Keys(w.favorites.of)), func(user string) FavoriteList {
		return FavoriteList{user, favoriteCopies(w.favorites.of[user].List())}
	})
}

// RestoreFavorites takes in the favorites of a user that Dump has copied.
func (w *World) RestoreFavorites(v FavoriteList) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range v.Favorites {
		w.favorites.put(v.User, f)
	}
}
