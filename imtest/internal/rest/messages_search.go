package rest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

const (
	maxKeywords       = 5
	maxSearchWord     = 120 // characters of one keyword, and of all
	maxSearchedChats  = 20
	maxSearchedID     = 512
	maxSearchPeriod   = 90 * 24 * time.Hour
	maxSearchPage     = 100
	maxSearched       = 10_000 // page times size
	maxHighlight      = 10_000 // characters of a piece
	maxHighlights     = 100    // pieces of a field
	maxHighlightTag   = 32
	standardHighlight = 150
)

var searchRoutes = []route{
	{wire.Route{
		ID: "messages.search", Method: post, Path: "/users/{username}/messages/search/get",
		Body: wire.JSONBody,
	}, (*API).messagesSearch},
}

// The documents have the numbers of these errors, and a text in Chinese. A bad token
// is responded to as elsewhere.

func errSearch() *wire.Error {
	return wire.ErrNumbered(http.StatusBadRequest, 4000005, "request body malformed or required parameter missing")
}

func errSearchTooComplex() *wire.Error {
	return wire.ErrNumbered(http.StatusBadRequest, 4000006, "search conditions too complex")
}

// search is what a call asks for.
type search struct {
	world.Search

	keywords     []string
	all          bool     // every keyword has to be there
	mode         string   // default, exact, phrase, fuzzy
	body, ext    bool     // where to look
	types        []string // as the call names them
	sort         string
	page, size   int
	highlight    bool
	piece, most  int // characters of a piece, pieces of a field
	before, past string
}

// readSearch reads a call. Its limits count characters.
func readSearch(o *wire.Object, user string) (*search, *wire.Error) {
	s := &search{Search: world.Search{User: user}}
	chats := list(o, "conversationType", "chat", "groupchat", "chatroom")
	s.types = list(o, "contentType", "text", "image", "video", "file", "location", "combine")
	s.all = choice(o, "keywordMatch", "any", "all") == "all"
	s.mode = choice(o, "searchMode", "default", "exact", "phrase", "fuzzy")
	s.sort = choice(o, "sort", "relevance:desc", "sentTime:desc", "sentTime:asc")
	where := choice(o, "searchExt", "none", "with", "only")
	s.body, s.ext = where != "only", where != "none"
	s.page, s.size = between(o, "page", 1, 1, maxSearched), between(o, "size", 20, 1, maxSearchPage)
	s.readHighlight(o)
	s.readChats(o, chats)
	s.readPeriod(o)
	if o.Bad != "" || s.page*s.size > maxSearched {
		return nil, errSearch()
	}
	return s, s.readKeywords(o)
}

// list reads names that a text joins by commas.
func list(o *wire.Object, name string, known ...string) []string {
	text := o.Text(name)
	if text == "" {
		return nil
	}
	names := world.Convert(strings.Split(text, ","), strings.TrimSpace)
	for _, n := range names {
		if !slices.Contains(known, n) {
			o.Note(name)
		}
	}
	return names
}

// choice reads one of some words; the first is the standard.
func choice(o *wire.Object, name string, known ...string) string {
	word := cmp.Or(o.Text(name), known[0])
	if !slices.Contains(known, word) {
		o.Note(name)
	}
	return word
}

// between reads a number within limits.
func between(o *wire.Object, name string, standard, least, most int) int {
	if !o.Has(name) {
		return standard
	}
	n := o.Integer(name)
	if n < int64(least) || n > int64(most) {
		o.Note(name)
		return standard
	}
	return int(n)
}

func (s *search) readHighlight(o *wire.Object) {
	s.highlight = o.Boolean("highlightEnable")
	s.piece = between(o, "highlightFragmentSize", standardHighlight, 1, maxHighlight)
	s.most = between(o, "highlightNumberOfFragments", 3, 0, maxHighlights)
	s.before = cmp.Or(o.Text("highlightPreTags"), "<em>")
	s.past = cmp.Or(o.Text("highlightPostTags"), "</em>")
	if max(utf8.RuneCountInString(s.before), utf8.RuneCountInString(s.past)) > maxHighlightTag {
		o.Note("highlightPreTags")
	}
}

// readChats reads where to search. Without kinds of chat, the lists say it.
func (s *search) readChats(o *wire.Object, chats []string) {
	in := func(chat string, otherwise bool) bool {
		return slices.Contains(chats, chat) || chats == nil && otherwise
	}
	for _, pair := range o.All("participantPairs") {
		one, other := pair.Text("userId1"), pair.Text("userId2")
		switch user := world.Fold(s.User); {
		case pair.Bad != "":
			o.Note("participantPairs")
		case world.Fold(one) == user:
			s.Peers = append(s.Peers, other)
		case world.Fold(other) == user:
			s.Peers = append(s.Peers, one)
		default:
			o.Note("participantPairs")
		}
	}
	groups, rooms := o.Texts("groupIds"), o.Texts("chatroomIds")
	ids := slices.Concat(s.Peers, groups, rooms)
	for _, id := range ids {
		if id == "" || utf8.RuneCountInString(id) > maxSearchedID {
			o.Note("groupIds")
		}
	}
	if len(ids) > maxSearchedChats {
		o.Note("groupIds")
	}
	s.Users = in("chat", s.Peers != nil || len(ids) == 0)
	if in("groupchat", true) {
		s.Groups = groups
	}
	if in("chatroom", true) {
		s.Rooms = rooms
	}
}

func (s *search) readPeriod(o *wire.Object) {
	if !o.Has("startTime") && !o.Has("endTime") {
		return
	}
	from, to := o.Integer("startTime"), o.Integer("endTime")
	s.From, s.To = time.UnixMilli(from), time.UnixMilli(to).Add(time.Millisecond-1)
	if !o.Has("startTime") || !o.Has("endTime") || to < from || to-from > maxSearchPeriod.Milliseconds() {
		o.Note("startTime")
	}
}

func (s *search) readKeywords(o *wire.Object) *wire.Error {
	words := o.Texts("keywords")
	if words == nil && o.Has("keyword") {
		words = []string{o.Text("keyword")}
	}
	length := 0
	for _, w := range words {
		if strings.TrimSpace(w) == "" {
			return errSearch()
		}
		if !slices.Contains(s.keywords, w) {
			s.keywords = append(s.keywords, w)
			length += utf8.RuneCountInString(w)
		}
	}
	switch {
	case o.Bad != "" || s.keywords == nil || len(s.keywords) > maxKeywords:
		return errSearch()
	case length > maxSearchWord:
		return errSearchTooComplex()
	}
	return nil
}

// hit is a message that was found.
type hit struct {
	ID        int64                      `json:"messageId"`
	AppKey    string                     `json:"appKey"`
	Chat      string                     `json:"conversationType"`
	Type      string                     `json:"contentType"`
	Time      int64                      `json:"sentTime"`
	From      string                     `json:"senderId"`
	To        string                     `json:"receiverId"`
	Content   map[string]json.RawMessage `json:"content"`
	Ext       json.RawMessage            `json:"ext,omitempty"`
	Highlight map[string][]string        `json:"highlight,omitempty"`
	Score     float64                    `json:"relevanceScore,omitempty"`
}

type searchPages struct {
	Total    int `json:"totalPages"`
	Page     int `json:"page"`
	Count    int `json:"count"`
	Finished int `json:"isFinished"` // 0 or 1
}

type searchResponse struct {
	Data struct {
		List  []hit       `json:"list"`
		Pages searchPages `json:"pagination"`
	} `json:"data"`
	Meta searchMeta `json:"meta"`
}

type searchMeta struct {
	Time      int64  `json:"timestamp"`
	RequestID string `json:"requestId"`
}

// messagesSearch finds messages by keywords. Its response has an envelope of its own.
func (a *API) messagesSearch(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil || o.Inner("data") == nil {
		return nil, errSearch()
	}
	s, err := readSearch(o.Inner("data"), c.Value("username"))
	if err != nil {
		return nil, err
	}
	hits := []hit{}
	for _, m := range a.world.SearchMessages(s.Search) {
		if h, ok := s.try(m); ok {
			h.AppKey = a.world.AppKey()
			hits = append(hits, h)
		}
	}
	s.order(hits)
	var out searchResponse
	out.Data.List = wire.OnSheet(hits, wire.Sheet{Number: s.page, Size: s.size})
	out.Data.Pages = searchPages{Total: (len(hits) + s.size - 1) / s.size, Page: s.page, Count: len(out.Data.List)}
	if s.page*s.size >= len(hits) {
		out.Data.Pages.Finished = 1
	}
	out.Meta = searchMeta{c.App.Now().UnixMilli(), c.R.Header.Get("X-Request-Id")}
	if out.Meta.RequestID == "" {
		out.Meta.RequestID = a.world.NewUUID(c.App.Now())
	}
	return wire.Plain(out), nil
}

// order sorts hits, which come the oldest first, as the call wants it.
func (s *search) order(hits []hit) {
	if s.sort != "sentTime:asc" {
		slices.Reverse(hits)
	}
	if s.sort == "relevance:desc" {
		slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.Score, a.Score) })
		return
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		if s.sort == "sentTime:asc" {
			return cmp.Compare(a.Time, b.Time)
		}
		return cmp.Compare(b.Time, a.Time)
	})
	for i := range hits {
		hits[i].Score = 0 // it is there only where the order is by it
	}
}

// try looks for the keywords in a message.
func (s *search) try(m world.Message) (hit, bool) {
	body := fieldsOf(m.Body)
	kind, content := searchedContent(m.Kind, body)
	if kind == "" || s.types != nil && !slices.Contains(s.types, kind) {
		return hit{}, false
	}
	h := hit{
		ID: m.ID, Chat: m.Chat.String(), Type: kind, Time: m.Time.UnixMilli(), From: m.From, To: m.To,
		Content: content, Ext: json.RawMessage(m.Ext),
	}
	if kind == "combine" {
		h.Type = "text"
	}
	fields := map[string][]rune{}
	for _, name := range searchedFields {
		if text := textOf(content[name]); s.body && text != "" {
			fields["content."+name] = []rune(text)
		}
	}
	if s.ext && m.Ext != "" {
		fields["ext"] = []rune(m.Ext)
	}
	marks, found := s.find(fields)
	for name, list := range marks {
		h.Score += float64(len(list))
		if s.highlight && name != "ext" {
			if h.Highlight == nil {
				h.Highlight = map[string][]string{}
			}
			h.Highlight[name] = s.pieces(fields[name], list)
		}
	}
	return h, found
}

// searchedFields are the fields of a content with text that is searched.
var searchedFields = []string{"message", "filename", "address", "title", "summary", "msg"}

func textOf(raw json.RawMessage) string {
	var text string
	_ = json.Unmarshal(raw, &text) // anything else is not a text
	return text
}

// searchedTypes are the types that can be searched, with the fields of their content
// and those of the body that these come from.
var searchedTypes = map[string]map[string]string{
	"text":     {"message": "msg"},
	"image":    {"filename": "filename", "size": "file_length", "secret": "secret", "dimensions": "size", "thumb_filename": "thumb_filename", "url": "url"},
	"video":    {"filename": "filename", "size": "file_length", "duration": "length", "secret": "secret", "thumb": "thumb", "thumb_secret": "thumb_secret", "thumb_filename": "thumb_filename", "url": "url"},
	"file":     {"filename": "filename", "size": "file_length", "secret": "secret", "thumb_filename": "thumb_filename", "url": "url"},
	"location": {"address": "addr", "building_name": "buildingName"},
	"combine":  {"subtype": "subType", "title": "title", "summary": "summary", "combine_level": "combineLevel", "filename": "filename", "size": "file_length", "msg": "msg", "secret": "secret", "url": "url"},
}

// searchedContent is a body as a search shows it; the kind is "" for types that
// cannot be searched.
func searchedContent(kind string, body map[string]json.RawMessage) (string, map[string]json.RawMessage) {
	kind = map[string]string{"txt": "text", "img": "image", "video": "video", "file": "file", "loc": "location"}[kind]
	if kind == "text" && textOf(body["subType"]) == "sub_combine" {
		kind = "combine"
	}
	content := map[string]json.RawMessage{}
	for name, from := range searchedTypes[kind] {
		if body[from] != nil {
			content[name] = body[from]
		}
	}
	if kind == "location" {
		at := func(name string) string { return strings.Trim(string(body[name]), `"`) }
		content["coordinates"] = wire.Encode(at("lat") + "," + at("lng"))
	}
	return kind, content
}
