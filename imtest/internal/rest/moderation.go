package rest

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

const (
	maxKeywordListName = 32 // characters
	maxKeyword         = 128
	maxFirstKeywords   = 200
	maxKeywordBatch    = 100
	maxModerationPage  = 200
)

// Responses have an envelope of their own. What is not there is 400.
var moderationRoutes = []route{
	{wire.Route{
		ID: "moderation.check_text", Method: post, Path: "/moderation/txt/check",
		Body: wire.JSONBody,
	}, (*API).moderationCheck},
	{wire.Route{
		ID: "moderation.create_list", Method: post, Path: "/moderation/text/list",
		Body: wire.JSONBody,
	}, (*API).keywordsCreateList},
	{wire.Route{
		ID: "moderation.update_list", Method: put, Path: "/moderation/text/list/{list_id}",
		Body: wire.JSONBody,
	}, (*API).keywordsUpdateList},
	{wire.Route{
		ID: "moderation.search_lists", Method: post, Path: "/moderation/text/list/search",
		Body: wire.JSONBody,
	}, (*API).keywordsSearchLists},
	{wire.Route{
		ID: "moderation.delete_list", Method: del, Path: "/moderation/text/list/{list_id}",
	}, (*API).keywordsDeleteList},
	{wire.Route{
		ID: "moderation.add_words", Method: post, Path: "/moderation/text/list/{list_id}/word/batch",
		Body: wire.JSONBody,
	}, (*API).keywordsAdd},
	{wire.Route{
		ID: "moderation.update_word", Method: put, Path: "/moderation/text/list/{list_id}/word",
		Body: wire.JSONBody,
	}, (*API).keywordsUpdate},
	{wire.Route{
		ID: "moderation.search_words", Method: post, Path: "/moderation/text/list/{list_id}/word",
		Body: wire.JSONBody,
	}, (*API).keywordsSearch},
	{wire.Route{
		ID: "moderation.delete_word", Method: del, Path: "/moderation/text/list/{list_id}/word",
	}, (*API).keywordsDeleteOne},
	{wire.Route{
		ID: "moderation.delete_words", Method: del, Path: "/moderation/text/list/{list_id}/word/batch",
		Body: wire.JSONBody,
	}, (*API).keywordsDelete},
	{wire.Route{
		ID: "moderation.list_export_files", Method: get, Path: "/moderation/export/files",
	}, (*API).moderationExports},
	{wire.Route{
		ID: "moderation.download_export_file", Method: get, Path: "/moderationfiles/{uuid}",
	}, (*API).moderationExportFile},
}

const (
	noKeywordList    = "textList data is empty"
	keywordListTaken = "The textList already exists"
)

var moderationWords = words{
	world.NoKeywordList:    text(wire.ErrModeration, noKeywordList),
	world.NoKeyword:        always(errNoKeywords),
	world.KeywordListTaken: text(wire.ErrModeration, keywordListTaken),
	world.KeywordTaken:     text(wire.ErrModeration, "The textList already contains the text"),
	world.KeywordListsFull: text(wire.ErrModeration, "The textList count exceeds the maximum number"),
	world.KeywordListFull:  always(errTooManyKeywords),
	world.KeywordsFull:     text(wire.ErrModeration, "the number of words exceeds the limit"),
	world.NoExport:         always(wire.ErrNotFound), // not documented
}

// badRequestWords are those of the calls that change or delete a list, and that change or search for words.
var badRequestWords = words{
	world.NoKeywordList:    text(wire.ErrBadRequest, noKeywordList),
	world.KeywordListTaken: text(wire.ErrBadRequest, keywordListTaken),
}

func errNoKeywords() *wire.Error { return wire.ErrModeration("request data is empty") }
func errTooManyKeywords() *wire.Error {
	return wire.ErrModeration("The text count exceeds the maximum number")
}

// moderationCheck knows nothing but the keyword lists. A word that would be replaced is
// reviewed.
func (a *API) moderationCheck(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	content := o.Text("content")
	if o.Bad != "" || content == "" {
		return nil, wire.ErrNoContent()
	}
	v := a.world.CheckText(content)
	verdict, risk, label := v.Disposition, "无风险", "NONE"
	if verdict == "EXCHANGE" {
		verdict = "REVIEWED"
	}
	if verdict != "PASS" {
		risk, label = "自定义:关键词", "UNKNOWN"
	}
	return wire.Plain(map[string]any{
		"code": 200,
		"data": map[string]any{
			"type": verdict, "riskType": risk, "riskLabel": label, "exchangeText": v.Exchanged, "sensitiveWords": v.Words,
		},
		"meta": map[string]any{"timestamp": c.App.Now().UnixMilli(), "requestId": ""},
	}), nil
}

// readKeywordSettings reads what create and update have. An empty field and a missing one
// are different errors.
func readKeywordSettings(c *wire.Call) (*wire.Object, world.KeywordSettings, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, world.KeywordSettings{}, err
	}
	set := world.KeywordSettings{
		Name: o.Text("name"), Scope: o.Text("scope"), Tag: o.Text("tagId"), Disposition: o.Text("disposition"), FullMatch: o.Boolean("fullMatch"),
	}
	o.Text("userId")
	required := []string{"name", "scope", "disposition"}
	if set.Scope == "TAG" {
		required = append(required, "tagId")
	}
	for _, name := range required {
		switch {
		case !o.Has(name):
			return o, set, wire.ErrKeywordFieldMissing()
		case o.Text(name) == "" && o.Bad == "":
			return o, set, wire.ErrModeration("request param is empty")
		}
	}
	if o.Bad != "" || utf8.RuneCountInString(set.Name) > maxKeywordListName ||
		!slices.Contains([]string{"ALL", "CHAT", "GROUP", "ROOM", "TAG"}, set.Scope) ||
		!slices.Contains([]string{"PASS", "REJECT", "EXCHANGE"}, set.Disposition) {
		return o, set, wire.ErrInvalidRequest() // no error is documented
	}
	if set.Scope != "TAG" {
		set.Tag = ""
	}
	return o, set, nil
}

func isKeyword(word string) bool { return word != "" && utf8.RuneCountInString(word) <= maxKeyword }

// readKeywords reads words.
func readKeywords(o *wire.Object, name string, most int) ([]string, *wire.Error) {
	list := o.Texts(name)
	switch {
	case o.Bad != "":
		return nil, wire.ErrInvalidRequest()
	case len(list) > most:
		return nil, errTooManyKeywords()
	case slices.ContainsFunc(list, func(word string) bool { return !isKeyword(word) }):
		return nil, wire.ErrInvalidRequest()
	}
	return list, nil
}

// keywordListItem is a list on the wire. The keys of its times are misspelt, and the times
// have two forms.
type keywordListItem struct {
	ID           string         `json:"id"`
	Name         string         `json:"name"`
	ModerationID string         `json:"moderationId"`
	AppKey       string         `json:"appkey"`
	Category     string         `json:"category"`
	Scope        string         `json:"scope"`
	TagID        *string        `json:"tagId"`
	FullMatch    bool           `json:"fullMatch"`
	Suggestion   string         `json:"suggestion"`
	Disposition  string         `json:"disposition"`
	Quantity     int            `json:"quantity"`
	Status       string         `json:"status"`
	Created      any            `json:"createDataTime"`
	Updated      any            `json:"updateDataTime"`
	Words        []*keywordItem `json:"textList,omitzero"`
}

type keywordItem struct {
	ID      string `json:"id"`
	AppID   string `json:"appId"`
	Word    string `json:"word"`
	UserID  string `json:"userId"`
	ListID  string `json:"listId"`
	Status  bool   `json:"status"`
	Created int64  `json:"createDateTime"`
	Updated int64  `json:"updateDateTime"`
}

// ownID is an id of 27 characters that stands for the app.
func (a *API) ownID() string { return strings.ReplaceAll(a.app.UUID, "-", "")[:27] }

// keywordListItem shows a list with times as text.
func (a *API) keywordListItem(l world.KeywordList) keywordListItem {
	item := keywordListItem{
		ID: l.ID, Name: l.Name, ModerationID: a.ownID(), AppKey: a.world.AppKey(), Category: "DEFAULT", Scope: l.Scope,
		FullMatch: l.FullMatch, Suggestion: l.Disposition, Disposition: l.Disposition, Quantity: l.Count, Status: "ACTIVE",
		Created: isoTime(l.Created), Updated: isoTime(l.Updated),
	}
	if l.Tag != "" {
		item.TagID = &l.Tag
	}
	return item
}

func isoTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000-07:00") }

// keywordListWith shows a list and words of it, with times as numbers.
func (a *API) keywordListWith(l world.KeywordList, words []world.Keyword) *wire.Response {
	item := a.keywordListItem(l)
	item.Created, item.Updated = l.Created.UnixMilli(), l.Updated.UnixMilli()
	item.Words = world.Convert(words, a.keywordItem)
	return entityOK(item)
}

func (a *API) keywordItem(k world.Keyword) *keywordItem {
	return &keywordItem{k.ID, a.ownID(), k.Word, k.User, k.List, true, k.Created.UnixMilli(), k.Updated.UnixMilli()}
}

// entityOK responds with one thing.
func entityOK(entity any) *wire.Response {
	return wire.Plain(map[string]any{"status": "OK", "entity": entity})
}

// sheetFrom0 is a page of a list whose pages are counted from 0.
type sheetFrom0[T any] struct {
	Status           string `json:"status,omitempty"`
	Entities         []T    `json:"entities"`
	First            bool   `json:"first"`
	Last             bool   `json:"last"`
	Size             int    `json:"size"`
	Number           int    `json:"number"`
	NumberOfElements int    `json:"numberOfElements"`
	TotalPages       int    `json:"totalPages"`
	TotalElements    int    `json:"totalElements"`
}

// onSheetFrom0 makes the page that was asked for; a size that no page has is that of the
// largest or, below 1, the usual one.
func onSheetFrom0[V, T any](list []V, number, size int64, item func(V) T) sheetFrom0[T] {
	if size < 1 {
		size = 10
	}
	n, number := int(min(size, maxModerationPage)), min(max(number, 0), math.MaxInt32)
	from := int(min(number*int64(n), int64(len(list))))
	part := list[from:min(from+n, len(list))]
	pages := (len(list) + n - 1) / n
	return sheetFrom0[T]{
		Entities: world.Convert(part, item), First: number == 0, Last: int(number) >= pages-1, Size: n, Number: int(number),
		NumberOfElements: len(part), TotalPages: pages, TotalElements: len(list),
	}
}

func (a *API) keywordsCreateList(c *wire.Call) (*wire.Response, *wire.Error) {
	o, set, err := readKeywordSettings(c)
	if err != nil {
		return nil, err
	}
	if !o.Has("textContexts") {
		return nil, wire.ErrKeywordFieldMissing()
	}
	first, err := readKeywords(o, "textContexts", maxFirstKeywords)
	if err != nil {
		return nil, err
	}
	l, added, refused := a.world.CreateKeywordList(set, o.Text("userId"), first)
	if refused != nil {
		return nil, told(refused)
	}
	return a.keywordListWith(l, added), nil
}

func (a *API) keywordsUpdateList(c *wire.Call) (*wire.Response, *wire.Error) {
	_, set, err := readKeywordSettings(c)
	if err != nil {
		return nil, err
	}
	l, refused := a.world.UpdateKeywordList(c.Value("list_id"), set)
	if refused != nil {
		return nil, told(refused, badRequestWords)
	}
	return entityOK(a.keywordListItem(l)), nil
}

func (a *API) keywordsSearchLists(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	name, tag, number, size := o.Text("name"), o.Text("tagId"), o.Integer("page"), o.Integer("size")
	if o.Bad != "" {
		return nil, wire.ErrInvalidRequest()
	}
	page := onSheetFrom0(a.world.KeywordLists(name, tag), number, size, a.keywordListItem)
	page.Status = "OK"
	return wire.Plain(page), nil
}

func (a *API) keywordsDeleteList(c *wire.Call) (*wire.Response, *wire.Error) {
	if err := a.world.DeleteKeywordList(c.Value("list_id")); err != nil {
		return nil, told(err, badRequestWords)
	}
	return wire.Plain(map[string]string{"status": "OK"}), nil
}
