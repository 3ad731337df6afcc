package moderation

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"time"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// Word is a word of a keyword list.
type Word struct {
	ID       string    `json:"id,omitzero"`       // 27 letters and digits; case matters
	Text     string    `json:"text"`              // the word itself
	ListID   string    `json:"list_id,omitzero"`  // the list that holds it
	Operator string    `json:"operator,omitzero"` // the user who added or changed it
	Created  time.Time `json:"created,omitzero"`  // when it was added
	Updated  time.Time `json:"updated,omitzero"`  // when it changed last
}

type wireWord struct {
	ID       api.Text      `json:"id"`
	Text     api.Text      `json:"word"`
	ListID   api.Text      `json:"listId"`
	Operator api.Text      `json:"userId"`
	Created  api.Timestamp `json:"createDateTime"`
	Updated  api.Timestamp `json:"updateDateTime"`
}

func (w *wireWord) word() Word {
	return Word{
		ID: string(w.ID), Text: string(w.Text), ListID: string(w.ListID), Operator: string(w.Operator),
		Created: w.Created.Time(), Updated: w.Updated.Time(),
	}
}

func checkWords(field string, words []string) error {
	if len(words) == 0 {
		return api.Invalid(field, "must have at least one entry")
	}
	for i, w := range words {
		if err := checkWord(fmt.Sprintf("%s[%d]", field, i), w); err != nil {
			return err
		}
	}
	return nil
}

func checkWord(field, word string) error {
	return api.First(api.Required(field, word), api.MaxLength(field, word, MaxWord))
}

var addWords = api.Endpoint{
	ID: "moderation.add_words", Method: http.MethodPost, Path: "/moderation/text/list/{listID}/word/batch",
	MaxItems: MaxWordsBatch, ItemsIn: "words",
}

// AddWords adds up to [MaxWordsBatch] words to a list, on behalf of a user. The server reports
// one outcome for all of them. The response need not show each word: one that it does not show
// is returned without its ID. Whether the others are added if one is in the list already is not
// documented. Not retried if the response is lost. Errors: im.ErrNotFound if
// there is no such list, im.ErrAlreadyExists if a word is in it already, im.ErrPlanLimit if
// the list or the app has as many words as it may.
//
//im:endpoint moderation.add_words
func (s *Service) AddWords(ctx context.Context, operator, listID string, words []string) (batch.Results[Word], error) {
	out := listNamed(listID)
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &addWords, Params: []string{listID}, Items: len(words), Out: out,
		Invalid: api.First(api.Username("operator", operator), checkWords("words", words)),
		Body: struct {
			Words    []string `json:"wordContents"`
			Operator string   `json:"userId" arg:"operator"`
		}{words, operator},
	})
	if err != nil {
		return nil, err
	}
	said := api.Reported[Word]{Exact: true}
	for _, text := range words {
		said.Done(text, Word{Text: text, ListID: listID, Operator: operator})
	}
	for _, w := range out.Value.Entity.Words {
		said.Done(string(w.Text), w.word())
	}
	return said.Results(words)
}

var updateWord = api.Endpoint{
	ID: "moderation.update_word", Method: http.MethodPut, Path: "/moderation/text/list/{listID}/word", Idempotent: true,
}

// UpdateWord changes the text of a word, on behalf of a user.
//
//im:endpoint moderation.update_word
func (s *Service) UpdateWord(ctx context.Context, operator, listID, wordID, text string) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &updateWord, Params: []string{listID},
		Invalid: api.First(api.Username("operator", operator), api.Required("wordID", wordID), checkWord("text", text)),
		Body: struct {
			ID       string `json:"id" arg:"wordID"`
			Text     string `json:"word"`
			Operator string `json:"userId" arg:"operator"`
		}{wordID, text, operator},
		Out: &api.Checked[entity[wireWord]]{Check: func(e *entity[wireWord]) error { return sameID(e.Entity.ID, wordID) }},
	})
}

var listWords = api.Endpoint{
	ID: "moderation.search_words", Method: http.MethodPost, Path: "/moderation/text/list/{listID}/word", Idempotent: true,
}

// ListWords returns a page of the words of a list that hold a text, which must not be empty:
// no document shows how to ask for all. A page has up to [MaxWordsPage] words. Errors:
// im.ErrNotFound if there is no such list.
//
//im:endpoint moderation.search_words
func (s *Service) ListWords(ctx context.Context, listID, part string, o page.Numbered) (*page.Page[Word], error) {
	o, invalid := api.Number(o, MaxWordsPage)
	var out entities[wireWord]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &listWords, Params: []string{listID}, Invalid: api.First(api.Required("part", part), invalid), Out: &out,
		Body: struct {
			Word string `json:"word" arg:"part"`
			Page int    `json:"page"`
			Size int    `json:"size"`
		}{part, o.Page - 1, o.Size},
	})
	if err != nil {
		return nil, err
	}
	return pageOf(&out, o, (*wireWord).word), nil
}

// PageWords goes over the pages of [Service.ListWords].
func (s *Service) PageWords(ctx context.Context, listID, part string, o page.Numbered) iter.Seq2[*page.Page[Word], error] {
	return api.NumberedPages(o, func(o page.Numbered) (*page.Page[Word], error) { return s.ListWords(ctx, listID, part, o) })
}

// AllWords goes over the words of [Service.PageWords].
func (s *Service) AllWords(ctx context.Context, listID, part string, o page.Numbered) iter.Seq2[Word, error] {
	return api.All(s.PageWords(ctx, listID, part, o))
}

var deleteWord = api.Endpoint{ID: "moderation.delete_word", Method: http.MethodDelete, Path: "/moderation/text/list/{listID}/word"}

// DeleteWord deletes a word of a list. Not retried if the response is lost: what the server
// says to another call is not documented. Errors: im.ErrNotFound if there is no such list.
//
//im:endpoint moderation.delete_word
func (s *Service) DeleteWord(ctx context.Context, listID, wordID string) error {
	return s.api.Call(ctx, &api.Call{
		Endpoint: &deleteWord, Params: []string{listID}, Query: url.Values{"wordId": {wordID}}, Invalid: api.Required("wordID", wordID),
		Out: &api.Checked[entity[api.Bool]]{Check: func(e *entity[api.Bool]) error {
			if !e.Entity {
				return api.Denied("")
			}
			return nil
		}},
	})
}

var deleteWords = api.Endpoint{
	ID: "moderation.delete_words", Method: http.MethodDelete, Path: "/moderation/text/list/{listID}/word/batch",
	MaxItems: MaxWordsBatch, ItemsIn: "wordIDs",
}

// DeleteWords deletes up to [MaxWordsBatch] words of a list. The server reports one outcome for
// all of them. Not retried if the response is lost, as [Service.DeleteWord]. Errors:
// im.ErrNotFound if there is no such list.
//
//im:endpoint moderation.delete_words
func (s *Service) DeleteWords(ctx context.Context, listID string, wordIDs []string) (batch.Result, error) {
	var out entity[api.Int]
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &deleteWords, Params: []string{listID}, Items: len(wordIDs), Invalid: api.Identifiers("wordIDs", wordIDs), Out: &out,
		Body: struct {
			IDs []string `json:"wordIds" arg:"wordIDs"`
		}{wordIDs},
	})
	if err != nil {
		return nil, err
	}
	done := out.Entity == 0 // the contrary of DeleteWord: a number that says what went wrong
	return api.SameForAll(wordIDs, &done)
}
