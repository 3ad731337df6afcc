// Package translation translates texts with the service that Easemob sells as an add-on, by
// contract; behind it stands a translator of Microsoft's.
//
//   - To translate a text into one or several languages, call [Service.Translate].
//   - To see which languages there are, call [Service.ListLanguages].
//   - To find out in which language a text is written, call [Service.Detect].
//
// The vendor bills characters: those of the text times the number of target languages.
// Languages are named by the codes of Microsoft's translator: "en", "de", "zh-Hans".
//
// The quota of each method is 100 calls a second, and it is retried if the response is lost,
// though the vendor bills each attempt that it carries out. Errors: im.ErrNotEnabled if the
// add-on is not switched on, and im.ErrPlanLimit if a limit of it is used up; see
// [Service.Translate].
package translation

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"unicode/utf8"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// Service calls the endpoints of translation. It is the field Translation of im.Client.
type Service struct{ api api.Caller }

// New is for package im alone.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{&translate, &listLanguages, &detect}

// MaxCharacters is the most characters of one call: those of the text, times the number of
// target languages.
const MaxCharacters = 10_000

// TranslateOptions are the options of [Service.Translate].
type TranslateOptions struct {
	From string `json:"from,omitzero"` // the language of the text; empty: it is detected
}

var translate = api.Endpoint{ID: "translation.translate", Method: http.MethodPost, Path: "/translate", Idempotent: true}

// Translate translates a text into one or several languages, and returns the translation
// into each. The characters of the text, times the number of languages, may be up to
// [MaxCharacters].
//
// The server says "The request has reached the maximum limit" without saying which: the
// documents speak of the call rate, the vendor's client SDKs of the characters that the plan
// includes. Since this client keeps the call rate, and exceeding it is reported in another
// way, this is im.ErrPlanLimit and is not retried.
//
//im:endpoint translation.translate
func (s *Service) Translate(ctx context.Context, text string, languages []string, o TranslateOptions) (batch.Results[string], error) {
	var out translations
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &translate, Out: &out,
		Invalid: api.First(checkText(text, 1), api.Identifiers("languages", languages), checkText(text, len(languages)), api.UTF8("From", o.From)),
		Body: struct {
			Text string   `json:"text"`
			To   []string `json:"to" arg:"languages"`
			From string   `json:"from,omitzero" arg:"From"`
		}{text, languages, o.From},
	})
	if err != nil {
		return nil, err
	}
	said := api.Reported[string]{Read: true}
	for _, t := range out {
		said.Done(string(t.To), string(t.Text))
	}
	return said.Results(languages)
}

func checkText(text string, languages int) error {
	if err := api.MaxLength("text", text, MaxCharacters); err != nil || languages == 1 {
		return api.First(err, api.Required("text", text))
	}
	if n := utf8.RuneCountInString(text) * languages; n > MaxCharacters {
		return api.TooLarge("text", "has %d characters for %d languages, which count as %d; at most %d are allowed",
			utf8.RuneCountInString(text), languages, n, MaxCharacters)
	}
	return nil
}

// wireTranslation is the translation into one language.
type wireTranslation struct {
	Text api.Text `json:"text"`
	To   api.Text `json:"to"`
}

// translations is an array with one object, which holds them. One client of the vendor's
// also reads such an array below data.
type translations []wireTranslation

// UnmarshalJSON implements json.Unmarshaler.
func (t *translations) UnmarshalJSON(b []byte) error {
	type entry struct {
		Translations api.Many[wireTranslation] `json:"translations"`
	}
	if b = bytes.TrimSpace(b); bytes.HasPrefix(b, []byte("{")) {
		var envelope api.Data[json.RawMessage]
		if err := json.Unmarshal(b, &envelope); err != nil {
			return err
		}
		if envelope.Data != nil {
			b = envelope.Data
		}
	}
	var entries api.Many[entry]
	if err := json.Unmarshal(b, &entries); err != nil {
		return err
	}
	*t = nil
	for _, e := range entries {
		*t = append(*t, e.Translations...)
	}
	if len(*t) == 0 {
		return api.ErrNoEntity
	}
	return nil
}

// Language is one that the service translates from and into.
type Language struct {
	Code       string `json:"code"`        // "zh-Hans"
	Name       string `json:"name"`        // in English: "Chinese Simplified"
	NativeName string `json:"native_name"` // in the language itself
}

var listLanguages = api.Endpoint{ID: "translation.languages", Method: http.MethodGet, Path: "/translate/support/language", Idempotent: true}

// ListLanguages returns all languages that the service knows. They change with the service
// behind it.
//
//im:endpoint translation.languages
func (s *Service) ListLanguages(ctx context.Context) ([]Language, error) {
	type wire struct {
		Code       api.Text `json:"code"`
		Name       api.Text `json:"name"`
		NativeName api.Text `json:"nativeName"`
	}
	out := api.Checked[[]wire]{Check: func(list *[]wire) error {
		if *list == nil {
			return api.ErrNoEntity
		}
		return nil
	}}
	if err := s.api.Call(ctx, &api.Call{Endpoint: &listLanguages, Out: &out}); err != nil {
		return nil, err
	}
	return api.Convert(out.Value, func(w *wire) Language {
		return Language{string(w.Code), string(w.Name), string(w.NativeName)}
	}), nil
}

// Detection says in which language a text seems to be written.
type Detection struct {
	Language     string  `json:"language"`     // its code: "de"
	Score        float64 `json:"score"`        // how sure that is, from 0 to 1
	Translatable bool    `json:"translatable"` // [Service.Translate] takes that language
}

type wireDetection struct {
	Language     api.Text  `json:"language"`
	Score        api.Float `json:"score"`
	Translatable api.Bool  `json:"isTranslationSupported"`
}

var detect = api.Endpoint{ID: "translation.detect", Method: http.MethodPost, Path: "/translate/detect", Idempotent: true}

// Detect finds the language of a text of up to [MaxCharacters] characters, which count as
// those of one translation.
//
//im:endpoint translation.detect
func (s *Service) Detect(ctx context.Context, text string) (*Detection, error) {
	out := api.Checked[wireDetection]{Check: func(w *wireDetection) error {
		if w.Language == "" {
			return api.ErrNoEntity
		}
		return nil
	}}
	err := s.api.Call(ctx, &api.Call{
		Endpoint: &detect, Invalid: checkText(text, 1), Out: &out,
		Body: struct {
			Text string `json:"text"`
		}{text},
	})
	if err != nil {
		return nil, err
	}
	d := out.Value
	return &Detection{Language: string(d.Language), Score: float64(d.Score), Translatable: bool(d.Translatable)}, nil
}
