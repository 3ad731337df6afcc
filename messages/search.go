package messages

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// The documented limits of [Service.Search].
const (
	MaxKeywords       = 5
	MaxKeywordLength  = 120 // characters of all keywords together
	MaxSearchedChats  = 20  // peers, groups and chat rooms together
	MaxSearchPeriod   = 90 * 24 * time.Hour
	MaxSearchPage     = 100
	MaxSearchedHits   = 10_000 // Page times Size
	maxSearchedID     = 512
	maxHighlightPiece = 10_000
	maxHighlights     = 100
	maxHighlightTag   = 32
)

// SearchOrder is the order of what a search finds.
type SearchOrder string

// The orders.
const (
	SearchOrderRelevance   SearchOrder = "relevance:desc"
	SearchOrderNewestFirst SearchOrder = "sentTime:desc"
	SearchOrderOldestFirst SearchOrder = "sentTime:asc"
)

// SearchMode says how keywords are compared.
type SearchMode string

// The modes.
const (
	SearchModeWords  SearchMode = "default" // split into words
	SearchModeExact  SearchMode = "exact"   // the whole text
	SearchModePhrase SearchMode = "phrase"  // its words in this order
	SearchModeFuzzy  SearchMode = "fuzzy"   // with small misspellings
)

// SearchExt says whether the Ext of messages is searched. The vendor enables that for each
// app, and sets which keys are searched.
type SearchExt string

// Where to search.
const (
	SearchExtNone SearchExt = "none"
	SearchExtWith SearchExt = "with" // as well
	SearchExtOnly SearchExt = "only"
)

// SearchQuery says what to search, and where.
type SearchQuery struct {
	page.Numbered // up to [MaxSearchPage] hits a page, and [MaxSearchedHits] in all

	Keywords []string   `json:"keywords"`      // up to [MaxKeywords]
	MatchAll bool       `json:"match_all"`     // all keywords must be there, not only one
	Mode     SearchMode `json:"mode,omitzero"` // empty: SearchModeWords

	ChatTypes []ChatType `json:"chat_types,omitzero"` // empty: by the other filters
	Peers     []string   `json:"peers,omitzero"`      // the users with whom the user chats
	GroupIDs  []string   `json:"group_ids,omitzero"`  // groups are searched only if named here
	RoomIDs   []string   `json:"room_ids,omitzero"`   // and so are chat rooms
	Types     []Type     `json:"types,omitzero"`      // text, image, video, file, location, combine; empty: all of these
	From      time.Time  `json:"from,omitzero"`       // both or none, up to [MaxSearchPeriod] apart
	To        time.Time  `json:"to,omitzero"`         // the end of the period
	Ext       SearchExt  `json:"ext,omitzero"`        // empty: SearchExtNone

	Order     SearchOrder `json:"order,omitzero"`     // empty: SearchOrderRelevance
	Highlight *Highlight  `json:"highlight,omitzero"` // nil: no pieces of text are returned
}

// Highlight asks for the pieces of a text in which something was found.
type Highlight struct {
	Size   int    `json:"size,omitzero"`   // characters of a piece, up to 10,000; 0: 150
	Count  *int   `json:"count,omitzero"`  // pieces of a field, up to 100; 0: the whole field; nil: 3
	Before string `json:"before,omitzero"` // goes before what was found, up to 32 characters; empty: <em>
	After  string `json:"after,omitzero"`  // goes after it, likewise; empty: </em>
}

func (h *Highlight) check() error {
	if h == nil {
		return nil
	}
	count := 0
	if h.Count != nil {
		count = *h.Count
	}
	return api.First(
		api.Range("Highlight.Size", h.Size, 0, maxHighlightPiece), api.Range("Highlight.Count", count, 0, maxHighlights),
		api.MaxLength("Highlight.Before", h.Before, maxHighlightTag), api.MaxLength("Highlight.After", h.After, maxHighlightTag),
	)
}

// searchedTypes are the types that can be searched, by what the search calls them.
var searchedTypes = map[Type]string{
	TypeText: "text", TypeImage: "image", TypeVideo: "video", TypeFile: "file", TypeLocation: "location", TypeCombine: "combine",
}

func (q *SearchQuery) check() error {
	return api.First(
		q.checkKeywords(), q.checkChats(), q.checkTypes(), q.checkPeriod(), q.Highlight.check(),
		api.OneOf("Mode", q.Mode, SearchModeWords, SearchModeExact, SearchModePhrase, SearchModeFuzzy),
		api.OneOf("Ext", q.Ext, SearchExtNone, SearchExtWith, SearchExtOnly),
		api.OneOf("Order", q.Order, SearchOrderRelevance, SearchOrderNewestFirst, SearchOrderOldestFirst),
	)
}

func (q *SearchQuery) checkKeywords() error {
	if len(q.Keywords) == 0 {
		return api.Invalid("Keywords", "must have at least one entry")
	}
	var different []string
	together := 0
	for i, k := range q.Keywords {
		field := fmt.Sprintf("Keywords[%d]", i)
		if strings.TrimSpace(k) == "" {
			return api.Invalid(field, "must not be empty")
		}
		if err := api.MaxLength(field, k, MaxKeywordLength); err != nil {
			return err
		}
		if !slices.Contains(different, k) {
			different = append(different, k)
			together += utf8.RuneCountInString(k)
		}
	}
	if together > MaxKeywordLength {
		return api.TooLarge("Keywords", "have %d characters together, at most %d are allowed", together, MaxKeywordLength)
	}
	return api.MaxItems("Keywords", len(different), MaxKeywords)
}

func (q *SearchQuery) checkChats() error {
	for i, t := range q.ChatTypes {
		if t != ChatTypeUser && t != ChatTypeGroup && t != ChatTypeRoom {
			return api.Invalid(fmt.Sprintf("ChatTypes[%d]", i), "is %s, must be %q, %q or %q", api.Quoted(string(t)), ChatTypeUser, ChatTypeGroup, ChatTypeRoom)
		}
	}
	for _, list := range []struct {
		field string
		ids   []string
	}{{"Peers", q.Peers}, {"GroupIDs", q.GroupIDs}, {"RoomIDs", q.RoomIDs}} {
		for i, id := range list.ids {
			field := fmt.Sprintf("%s[%d]", list.field, i)
			if err := api.First(api.Required(field, id), api.MaxLength(field, id, maxSearchedID)); err != nil {
				return err
			}
		}
	}
	if n := len(q.Peers) + len(q.GroupIDs) + len(q.RoomIDs); n > MaxSearchedChats {
		return api.Invalid("Peers", "have %d entries together with GroupIDs and RoomIDs, at most %d are allowed", n, MaxSearchedChats)
	}
	return nil
}

func (q *SearchQuery) checkTypes() error {
	for i, t := range q.Types {
		if searchedTypes[t] == "" {
			return api.Invalid(fmt.Sprintf("Types[%d]", i), "is %s, which cannot be searched: only text, image, video, file, location and combine can", api.Quoted(string(t)))
		}
	}
	return nil
}

func (q *SearchQuery) checkPeriod() error {
	switch {
	case q.From.IsZero() && q.To.IsZero():
		return nil
	case q.From.IsZero():
		return api.Invalid("From", "must not be zero where To is given")
	case q.To.IsZero():
		return api.Invalid("To", "must not be zero where From is given")
	case q.To.Before(q.From):
		return api.Invalid("To", "is before From")
	case q.To.Sub(q.From) > MaxSearchPeriod:
		return api.Invalid("To", "is %s after From, at most %s are allowed", q.To.Sub(q.From), MaxSearchPeriod)
	}
	return nil
}

// searchBody is a search on the wire.
type searchBody struct {
	Keyword   string       `json:"keyword,omitzero" arg:"Keywords[0]"`
	Keywords  []string     `json:"keywords,omitempty"`
	Match     string       `json:"keywordMatch,omitzero"`
	ChatTypes string       `json:"conversationType,omitzero"`
	Pairs     []searchPair `json:"participantPairs,omitempty" arg:"Peers"`
	GroupIDs  []string     `json:"groupIds,omitempty"`
	RoomIDs   []string     `json:"chatroomIds,omitempty"`
	Types     string       `json:"contentType,omitzero"`
	From      *int64       `json:"startTime,omitempty"` // 0 is 1970
	To        *int64       `json:"endTime,omitempty"`
	Order     SearchOrder  `json:"sort,omitzero"`
	Page      int          `json:"page"`
	Size      int          `json:"size"`
	Mode      SearchMode   `json:"searchMode,omitzero"`
	Ext       SearchExt    `json:"searchExt,omitzero"`

	Highlight bool   `json:"highlightEnable,omitzero"`
	Piece     int    `json:"highlightFragmentSize,omitzero"`
	Pieces    *int   `json:"highlightNumberOfFragments,omitempty"`
	Before    string `json:"highlightPreTags,omitzero" arg:"Highlight.Before"`
	After     string `json:"highlightPostTags,omitzero" arg:"Highlight.After"`
}

// searchPair is a chat of two users, one of whom is the one who searches.
type searchPair struct {
	One   string `json:"userId1" arg:"username"`
	Other string `json:"userId2" arg:"-"`
}

func (q *SearchQuery) wire(username string, o page.Numbered) *searchBody {
	b := &searchBody{
		GroupIDs: q.GroupIDs, RoomIDs: q.RoomIDs, Order: q.Order, Page: o.Page, Size: o.Size, Mode: q.Mode, Ext: q.Ext,
		ChatTypes: joined(q.ChatTypes, func(t ChatType) string { return string(t) }),
		Types:     joined(q.Types, func(t Type) string { return searchedTypes[t] }),
	}
	if len(q.Keywords) == 1 {
		b.Keyword = q.Keywords[0]
	} else if b.Keywords = q.Keywords; q.MatchAll {
		b.Match = "all"
	}
	for _, peer := range q.Peers {
		b.Pairs = append(b.Pairs, searchPair{username, peer})
	}
	if !q.From.IsZero() {
		b.From, b.To = new(q.From.UnixMilli()), new(q.To.UnixMilli())
	}
	if h := q.Highlight; h != nil {
		b.Highlight, b.Piece, b.Pieces, b.Before, b.After = true, h.Size, h.Count, h.Before, h.After
	}
	return b
}

func joined[T any](list []T, text func(T) string) string {
	texts := make([]string, len(list))
	for i, v := range list {
		texts[i] = text(v)
	}
	return strings.Join(texts, ",")
}

var search = api.Endpoint{
	ID: "messages.search", Method: http.MethodPost, Path: "/users/{username}/messages/search/get", Pool: "messages_search", Idempotent: true,
}

// Search returns a page of the stored messages that hold keywords, in the conversations of a
// user. It finds nothing in groups and chat rooms that the query does not name, and nothing,
// without an error, in those that the user is not in: an empty page proves nothing. Custom, voice
// and command messages cannot be searched. Only Easemob has this add-on, and only on some of its
// clusters. Errors: im.ErrNotEnabled without the add-on, im.ErrInvalidArgument for a search that
// the server finds too complex.
//
//im:endpoint messages.search
func (s *Service) Search(ctx context.Context, username string, q SearchQuery) (*page.Page[Hit], error) {
	o, invalid := api.Number(q.Numbered, MaxSearchPage)
	if n := int64(o.Page) * int64(o.Size); invalid == nil && n > MaxSearchedHits {
		invalid = api.Invalid("Page", "times Size is %d, at most %d are allowed: narrow the search", n, MaxSearchedHits)
	}
	var out hits
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &search, Params: []string{username}, Invalid: api.First(q.check(), invalid), Out: &out,
		Body: struct {
			Data *searchBody `json:"data" arg:"-"`
		}{q.wire(username, o)},
	})
	if err != nil {
		return nil, err
	}
	return out.page(o), nil
}

// PageSearch goes over the pages of [Service.Search]. Where there are more than
// [MaxSearchedHits] messages it ends with im.ErrInvalidArgument.
func (s *Service) PageSearch(ctx context.Context, username string, q SearchQuery) iter.Seq2[*page.Page[Hit], error] {
	return api.NumberedPages(q.Numbered, func(o page.Numbered) (*page.Page[Hit], error) {
		one := q
		one.Numbered = o
		return s.Search(ctx, username, one)
	})
}

// AllSearch goes over the messages of [Service.PageSearch].
func (s *Service) AllSearch(ctx context.Context, username string, q SearchQuery) iter.Seq2[Hit, error] {
	return api.All(s.PageSearch(ctx, username, q))
}
