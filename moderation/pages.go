package moderation

import (
	"strconv"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// entities is a page of a list, which counts its pages from 0.
type entities[W any] struct {
	Entities *api.Many[W] `json:"entities"`
	Status   *api.OK      `json:"status"` // not of files
	Last     *api.Bool    `json:"last"`
	Size     api.Int      `json:"size"` // of a page
	Total    api.Int      `json:"totalElements"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (e *entities[W]) UnmarshalJSON(b []byte) error {
	type plain entities[W]
	out := api.Checked[plain]{Check: func(p *plain) error {
		if p.Entities == nil {
			return api.ErrNoEntity
		}
		return nil
	}}
	err := out.UnmarshalJSON(b)
	*e = entities[W](out.Value)
	return err
}

// pageOf makes the page that was asked for with o. Without the word of the server there may
// be one after a full page, whose size is the server's, if it says one: it may be smaller than
// what was asked for.
func pageOf[W, T any](e *entities[W], o page.Numbered, convert func(*W) T) *page.Page[T] {
	if e.Size > 0 {
		o.Size = min(o.Size, e.Size.Int())
	}
	p := api.NumberedPage(api.Convert(*e.Entities, convert), o, e.Total.Int())
	switch {
	case e.Last == nil:
	case bool(*e.Last):
		p.Next = ""
	default:
		p.Next = strconv.Itoa(o.Page + 1)
	}
	return p
}
