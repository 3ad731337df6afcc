// Package moderation checks texts before they are sent, and keeps the keyword lists by which
// Easemob's content moderation checks messages.
//
//   - To check a text, call [Service.CheckText].
//   - To keep keyword lists, call [Service.CreateList], [Service.UpdateList],
//     [Service.ListLists] and [Service.DeleteList].
//   - To keep the words of a list, call [Service.AddWords], [Service.UpdateWord],
//     [Service.ListWords] and [Service.DeleteWords].
//   - To export the records of checked messages, call messages.Service.ExportModeration, wait
//     with [Service.ListExportFiles] until the file is finished, and fetch it with
//     [Service.DownloadExportFile].
//
// A keyword list has effect where a rule for texts, made in the console, uses it. An app may
// have [MaxLists] lists, a list [MaxListWords] words, and all lists together 1,000,000. A
// change takes effect after about a minute. Of all this only Easemob has documents.
//
// Unless a method says otherwise, its quota is 100 calls a second and it is retried if the
// response is lost. Errors: im.ErrNotEnabled if content moderation is not switched on.
package moderation

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/imrest/im-go/internal/api"
)

// Service calls the endpoints of content moderation. It is the field Moderation of
// im.Client.
type Service struct{ api api.Caller }

// New is for package im alone.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{
	&checkText, &createList, &updateList, &listLists, &deleteList,
	&addWords, &updateWord, &listWords, &deleteWord, &deleteWords,
	&listExportFiles, &downloadExportFile,
}

// Result is what the check of a text came to.
type Result string

// The results. Only [ResultPass] means that nothing was found: take one that is not here
// like [ResultUnknown].
const (
	ResultPass    Result = "PASS"
	ResultReview  Result = "REVIEWED" // suspicious: a person should look at it
	ResultReject  Result = "REJECT"
	ResultUnknown Result = "UNKNOWN"
)

// Risk is the kind of what was found; others than these may come.
type Risk string

// The kinds of risk.
const (
	RiskNone      Risk = "NONE"
	RiskPolitics  Risk = "POLITICS"
	RiskViolence  Risk = "VIOLENCE"
	RiskPorn      Risk = "PORN"
	RiskForbidden Risk = "BAN" // goods that may not be sold
	RiskAbuse     Risk = "ABUSE"
	RiskAd        Risk = "AD"
	RiskQRCode    Risk = "QR"
	RiskUnknown   Risk = "UNKNOWN"
)

// Verdict is what was found in a text.
type Verdict struct {
	Result      Result   `json:"result"`               // what the check came to
	Risk        Risk     `json:"risk,omitzero"`        // the kind of what was found
	RiskText    string   `json:"risk_text,omitzero"`   // in Chinese, by the provider: for people to read
	Replaced    string   `json:"replaced,omitzero"`    // the text with stars for what was found; not by all providers
	Words       []string `json:"words,omitzero"`       // what was found; may be the whole text
	Probability *float64 `json:"probability,omitzero"` // that it is bad, the higher the worse; nil: the provider says none
}

// Passed reports whether nothing was found.
func (v Verdict) Passed() bool { return v.Result == ResultPass }

type wireVerdict struct {
	Type         Result             `json:"type"`
	RiskType     api.Text           `json:"riskType"`
	RiskLabel    Risk               `json:"riskLabel"`
	ExchangeText api.Text           `json:"exchangeText"`
	Words        api.Many[api.Text] `json:"sensitiveWords"`
	Probability  *api.Float         `json:"probability"`
}

func (w *wireVerdict) verdict() *Verdict {
	v := &Verdict{Result: w.Type, Risk: w.RiskLabel, RiskText: string(w.RiskType), Replaced: string(w.ExchangeText)}
	if len(w.Words) > 0 {
		v.Words = api.Texts(w.Words)
	}
	if w.Probability != nil {
		p := float64(*w.Probability)
		v.Probability = &p
	}
	return v
}

var checkText = api.Endpoint{ID: "moderation.check_text", Method: http.MethodPost, Path: "/moderation/txt/check", Idempotent: true}

// CheckText checks a text by the rule that the console makes for this call. Without an error
// the check was made; whether the text may be sent is in the [Verdict]. The longest text is
// the provider's matter, and not documented. A retry is checked, and probably billed, again.
// Errors: im.ErrNotEnabled also if the rule is missing or switched off.
//
//im:endpoint moderation.check_text
func (s *Service) CheckText(ctx context.Context, text string) (*Verdict, error) {
	type response = api.Data[api.Many[wireVerdict]]
	out := api.Checked[response]{Check: func(r *response) error {
		if len(r.Data) != 1 || r.Data[0].Type == "" {
			return api.ErrNoEntity
		}
		return nil
	}}
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &checkText, Invalid: api.Required("text", text), Out: &out,
		Body: struct {
			Content string `json:"content" arg:"text"`
		}{text},
	})
	if err != nil {
		return nil, err
	}
	return out.Value.Data[0].verdict(), nil
}

// entity is a response of the calls on keyword lists, about one thing.
type entity[T any] struct{ Entity T }

// UnmarshalJSON implements json.Unmarshaler. Both parts must be there.
func (e *entity[T]) UnmarshalJSON(b []byte) error {
	var wire struct {
		Status *api.OK `json:"status"`
		Entity *T      `json:"entity"`
	}
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	if wire.Status == nil || wire.Entity == nil {
		return api.ErrNoEntity
	}
	e.Entity = *wire.Entity
	return nil
}

// status is a response that only says that the call was carried out.
type status struct {
	Status *api.OK `json:"status"`
}

func confirmed() *api.Checked[status] {
	return &api.Checked[status]{Check: func(s *status) error {
		if s.Status == nil {
			return api.ErrNoEntity
		}
		return nil
	}}
}

// sameID rejects a response that is about another thing.
func sameID(got api.Text, want string) error {
	switch {
	case got == "":
		return api.ErrNoEntity
	case want != "" && string(got) != want:
		return fmt.Errorf("the response is about %s, not %s", api.Quoted(string(got)), api.Quoted(want))
	}
	return nil
}
