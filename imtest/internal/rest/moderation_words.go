package rest

import (
	"math"
	"strconv"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

func (a *API) keywordsAdd(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	list, err := readKeywords(o, "wordContents", maxKeywordBatch)
	if err != nil {
		return nil, err
	}
	user := o.Text("userId")
	if len(list) == 0 || user == "" {
		return nil, errNoKeywords()
	}
	l, added, refused := a.world.AddKeywords(c.Value("list_id"), user, list)
	if refused != nil {
		return nil, told(refused)
	}
	return a.keywordListWith(l, added), nil
}

func (a *API) keywordsUpdate(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	id, user, word := o.Text("id"), o.Text("userId"), o.Text("word")
	switch {
	case id == "" && o.Bad == "":
		return nil, wire.ErrBadRequest("the param can not be empty")
	case o.Bad != "" || user == "" || !isKeyword(word):
		return nil, wire.ErrInvalidRequest() // no error is documented
	}
	k, refused := a.world.UpdateKeyword(c.Value("list_id"), id, user, word)
	if refused != nil {
		return nil, told(refused, badRequestWords)
	}
	return entityOK(a.keywordItem(k)), nil
}

func (a *API) keywordsSearch(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	part, number, size := o.Text("word"), o.Integer("page"), o.Integer("size")
	if o.Bad != "" || !o.Has("word") {
		return nil, wire.ErrInvalidRequest()
	}
	list, refused := a.world.FindKeywords(c.Value("list_id"), part)
	if refused != nil {
		return nil, told(refused, badRequestWords)
	}
	page := onSheetFrom0(list, number, size, a.keywordItem)
	page.Status = "OK"
	return wire.Plain(page), nil
}

// keywordsDeleteOne has false for a word that is not there.
func (a *API) keywordsDeleteOne(c *wire.Call) (*wire.Response, *wire.Error) {
	err := a.world.DeleteKeywords(c.Value("list_id"), c.Query.Get("wordId"))
	switch {
	case err.Of(world.NoKeyword):
		return entityOK(false), nil
	case err != nil:
		return nil, told(err, words{world.NoKeywordList: always(errNoKeywords)})
	}
	return entityOK(true), nil
}

// keywordsDelete has 1, which is a failure, if a word is not there; none is deleted then.
func (a *API) keywordsDelete(c *wire.Call) (*wire.Response, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, err
	}
	ids := o.Texts("wordIds")
	switch {
	case o.Bad != "" || len(ids) > maxKeywordBatch:
		return nil, wire.ErrInvalidRequest()
	case len(ids) == 0:
		return nil, errNoKeywords()
	}
	refused := a.world.DeleteKeywords(c.Value("list_id"), ids...)
	switch {
	case refused.Of(world.NoKeyword):
		return entityOK(1), nil
	case refused != nil:
		return nil, told(refused)
	}
	return entityOK(0), nil
}

const exportDate = "2006-01-02 15:04:05" // a guess: no document shows one

type exportItem struct {
	ID      string `json:"id"`
	UUID    string `json:"uuid"`
	Name    string `json:"fileName"`
	Status  string `json:"status"`
	Cond    string `json:"cond"`
	Detail  string `json:"detail"`
	Size    int    `json:"size"`
	Expires string `json:"expiredAt"`
	Created string `json:"createdAt"`
	Updated string `json:"updatedAt"`
}

// noRecords is what all exports hold.
const noRecords = "The emulator moderates no messages: there are no records.\n"

// moderationExports and what it lists rest on one class of the Java SDK. Pages are counted
// from 0, as in the other lists.
func (a *API) moderationExports(c *wire.Call) (*wire.Response, *wire.Error) {
	number, err := c.Number("page", 0, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	size, err := c.Number("size", 10, maxModerationPage)
	if err != nil {
		return nil, err
	}
	now, place := c.App.Now(), number*size
	return wire.Plain(onSheetFrom0(a.world.Exports(c.Query.Get("uuid")), int64(number), int64(size), func(e world.Export) exportItem {
		place++
		item := exportItem{
			ID: strconv.Itoa(place), UUID: e.UUID, Name: "record-" + e.Created.UTC().Format("20060102") + ".txt", Status: "Creating",
			Cond:    string(wire.Encode(map[string]int64{"dateFrom": e.From, "dateTo": e.To})),
			Expires: e.Expires().UTC().Format(exportDate), Created: e.Created.UTC().Format(exportDate), Updated: e.Created.UTC().Format(exportDate),
		}
		if e.Made(now) {
			item.Status, item.Size, item.Updated = "Finished", len(noRecords), e.Updated().UTC().Format(exportDate)
		}
		return item
	})), nil
}

func (a *API) moderationExportFile(c *wire.Call) (*wire.Response, *wire.Error) {
	e, err := a.world.ExportFile(c.Value("uuid"))
	if err != nil {
		return nil, told(err)
	}
	return &wire.Response{File: &wire.Download{
		Name: "record.txt", ContentType: "text/plain; charset=utf-8", Data: []byte(noRecords), Modified: e.Updated(),
	}}, nil
}
