// Package page holds what all lists share: a page, and how to ask for one.
//
// Every list comes in three forms. List returns one page:
//
//	p, err := client.Users.List(ctx, page.Options{})
//
// All goes over the entries of all pages, and fetches a page when the previous one is used
// up:
//
//	for u, err := range client.Users.All(ctx, page.Options{}) {
//
// Pages goes over the pages themselves, for a job that saves how far it has come. With
// [Page.Next] as [Options.Cursor], it goes on with the next page, also in the next run of
// the program.
//
//	for p, err := range client.Users.Pages(ctx, page.Options{Cursor: saved}) {
//
// Some lists are read by number, not by cursor. Their Next is the number of the next page,
// for [Numbered.Page]. If entries are added or removed meanwhile, the pages shift, so an
// entry may be missed or come twice.
//
// Without a limit a list asks for the largest page that all documents allow: MaxPage, or
// another constant of its package.
//
// All and Pages end after the first error, may be left early, and start from the
// beginning each time they are ranged over. A list that returns the same page again
// fails, and an empty page with a Next is not the end.
package page

import (
	"fmt"
	"log/slog"
)

// Page is one page of a list.
type Page[T any] struct {
	Items []T    `json:"items"`           // may be empty before the last page, too
	Next  string `json:"next,omitempty"`  // the cursor, or the number, of the next page; empty: this is the last
	Total int    `json:"total,omitempty"` // entries on all pages, where the API says how many there are
}

// LogValue prints the entries as they print themselves: their secrets stay hidden.
func (p Page[T]) LogValue() slog.Value {
	type plain Page[T]
	return slog.StringValue(fmt.Sprintf("%+v", plain(p)))
}

// Order is the order of a list by time. Each list says which time that is, and its order
// without one. Any other text is im.ErrInvalidArgument.
type Order string

// The orders.
const (
	OrderOldestFirst Order = "asc"
	OrderNewestFirst Order = "desc"
)

// Options choose a page of a list that is read by cursor.
type Options struct {
	Limit  int    `json:"limit,omitempty"`  // entries on a page; 0: as many as the API allows
	Cursor string `json:"cursor,omitempty"` // Next of the previous page; empty: from the start
}

// Numbered chooses a page of a list that is read by number.
type Numbered struct {
	Page int `json:"page,omitempty"` // from 1 on; 0: the first
	Size int `json:"size,omitempty"` // entries on a page; 0: as many as the API allows
}
