package translation_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/test/wiretest"
	"github.com/imrest/im-go/translation"
)

// do turns a method into a case's Do.
func do[T any](f func(context.Context, *translation.Service) (T, error)) func(context.Context, *im.Client) (any, error) {
	return func(ctx context.Context, c *im.Client) (any, error) { return f(ctx, c.Translation) }
}

func translate(text, from string, languages ...string) func(context.Context, *im.Client) (any, error) {
	return do(func(ctx context.Context, s *translation.Service) (batch.Results[string], error) {
		return s.Translate(ctx, text, languages, translation.TranslateOptions{From: from})
	})
}

func TestTranslate(t *testing.T) {
	want := batch.Results[string]{{ID: "fr", Value: "Bonjour"}, {ID: "ZH-hans", Value: "你好"}}
	const (
		request = `{"text":"Hello","to":["fr","ZH-hans"],"from":"en"}`
		both    = `{"translations":[{"text":"你好","to":"zh-Hans"},{"text":"Bonjour","to":"fr"}]}`
	)
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "translation.translate", Do: translate("Hello", "en", "fr", "ZH-hans"),
			Request:  "POST /translate",
			Body:     request,
			Response: `[` + both + `]`,
			Want:     want,
		},
		{
			ID: "translation.translate", Name: "below data", Do: translate("Hello", "en", "fr", "ZH-hans"),
			Request:  "POST /translate",
			Body:     request,
			Response: `{"data":[` + both + `]}`,
			Want:     want,
		},
		{
			ID: "translation.translate", Name: "an object, one language, none to translate from", Do: translate("Hello", "", "fr"),
			Request:  "POST /translate",
			Body:     `{"text":"Hello","to":["fr"]}`,
			Response: `{"translations":{"text":"Bonjour","to":"fr"},"detectedLanguage":{"language":"en","score":1}}`,
			Want:     batch.Results[string]{{ID: "fr", Value: "Bonjour"}},
		},
		{
			ID: "translation.translate", Name: "a language is missing", Do: translate("Hello", "en", "fr", "ZH-hans"),
			Request:  "POST /translate",
			Body:     request,
			Response: `[{"translations":[{"text":"Bonjour","to":"fr"}]}]`,
			Want:     batch.Results[string]{{ID: "fr", Value: "Bonjour"}, {ID: "ZH-hans", Err: api.NotRead}},
			Err:      batch.ErrNotReported,
		},
		{
			ID: "translation.translate", Name: "nothing", Do: translate("Hello", "en", "fr", "ZH-hans"),
			Request:  "POST /translate",
			Body:     request,
			Response: `[]`,
			Err:      im.ErrBadResponse,
		},
		{
			ID: "translation.translate", Name: "as much as may be", Do: translate(strings.Repeat("ü", 5000), "", "fr", "de"),
			Request:  "POST /translate",
			Body:     `{"text":"` + strings.Repeat("ü", 5000) + `","to":["fr","de"]}`,
			Response: `[{"translations":[{"text":"a","to":"fr"},{"text":"b","to":"de"}]}]`,
		},
		{ID: "translation.translate", Name: "too much", Do: translate(strings.Repeat("ü", 5001), "", "fr", "de"), Err: im.ErrTooLarge},
		{ID: "translation.translate", Name: "too long", Do: translate(strings.Repeat("x", 10_001), "", "fr"), Err: im.ErrTooLarge},
		{ID: "translation.translate", Name: "no text", Do: translate("", "", "fr"), Err: im.ErrInvalidArgument},
		{ID: "translation.translate", Name: "no language", Do: translate("Hello", ""), Err: im.ErrInvalidArgument},
		{ID: "translation.translate", Name: "an empty language", Do: translate("Hello", "", "fr", ""), Err: im.ErrInvalidArgument},
	})
}

// The error says how much is too much.
func TestTooMuch(t *testing.T) {
	client, _ := wiretest.Client(t, wiretest.JSON(200, `[]`))
	_, err := client.Translation.Translate(t.Context(), strings.Repeat("x", 4000), []string{"fr", "de", "el"}, translation.TranslateOptions{})
	require.ErrorContains(t, err, "text: has 4000 characters for 3 languages, which count as 12000; at most 10000 are allowed")
}

func TestListLanguages(t *testing.T) {
	list := do(func(ctx context.Context, s *translation.Service) ([]translation.Language, error) {
		return s.ListLanguages(ctx)
	})
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "translation.languages", Do: list,
			Request:  "GET /translate/support/language",
			Response: `[{"code":"fi","name":"Finnish","nativeName":"Suomi"},{"code":"ka","name":"Georgian","nativeName":"ქართული"}]`,
			Want:     []translation.Language{{"fi", "Finnish", "Suomi"}, {"ka", "Georgian", "ქართული"}},
		},
		{
			ID: "translation.languages", Name: "none", Do: list,
			Request:  "GET /translate/support/language",
			Response: `[]`,
			Want:     []translation.Language{},
		},
		{
			ID: "translation.languages", Name: "null", Do: list,
			Request:  "GET /translate/support/language",
			Response: `null`,
			Err:      im.ErrBadResponse,
		},
		{
			ID: "translation.languages", Name: "an object", Do: list,
			Request:  "GET /translate/support/language",
			Response: `{"data":1}`,
			Err:      im.ErrBadResponse,
		},
	})
}

func TestDetect(t *testing.T) {
	detect := func(text string) func(context.Context, *im.Client) (any, error) {
		return do(func(ctx context.Context, s *translation.Service) (*translation.Detection, error) {
			return s.Detect(ctx, text)
		})
	}
	wiretest.Run(t, []wiretest.Case{
		{
			ID: "translation.detect", Do: detect("Hyvää yötä"),
			Request:  "POST /translate/detect",
			Body:     `{"text":"Hyvää yötä"}`,
			Response: `{"language":"fi","score":0.875,"isTranslationSupported":true}`,
			Want:     &translation.Detection{Language: "fi", Score: 0.875, Translatable: true},
		},
		{
			ID: "translation.detect", Name: "as the table types it", Do: detect("x"),
			Request:  "POST /translate/detect",
			Body:     `{"text":"x"}`,
			Response: `{"language":"xx","score":1,"isTranslationSupported":"false"}`,
			Want:     &translation.Detection{Language: "xx", Score: 1},
		},
		{
			ID: "translation.detect", Name: "nothing", Do: detect("x"),
			Request:  "POST /translate/detect",
			Body:     `{"text":"x"}`,
			Response: `{}`,
			Err:      im.ErrBadResponse,
		},
		{
			ID: "translation.detect", Name: "a score that is no number", Do: detect("x"),
			Request:  "POST /translate/detect",
			Body:     `{"text":"x"}`,
			Response: `{"language":"fi","score":"NaN"}`,
			Err:      im.ErrBadResponse,
		},
		{ID: "translation.detect", Name: "too long", Do: detect(strings.Repeat("x", 10_001)), Err: im.ErrTooLarge},
		{ID: "translation.detect", Name: "no text", Do: detect(""), Err: im.ErrInvalidArgument},
	})
}

// The documents print a text and no body: it may stand in any place. None of these is
// what its status says.
func TestErrorsWithoutACode(t *testing.T) {
	for text, c := range map[string]struct {
		status int
		kind   error
		sent   int // with 2 retries
	}{
		"service not open":                           {503, im.ErrNotEnabled, 1},
		"The request has reached the maximum limit":  {400, im.ErrPlanLimit, 1},
		"InternalTranslateFailedException":           {400, im.ErrUnavailable, 3},
		"The input text is too long":                 {400, im.ErrTooLarge, 1},
		"The target language is missing or invalid":  {400, im.ErrInvalidArgument, 1},
		"some words that are not in the documents":   {503, im.ErrUnavailable, 3},
		"some other words that are not in documents": {400, im.ErrInvalidArgument, 1},
	} {
		for _, body := range []string{
			`{"error_description":"` + text + `"}`, `{"error":"` + text + `"}`, `{"exception":"` + text + `"}`, `{"exception":"com.example.` + text + `"}`,
			`{"error":"` + text + `","error_description":"` + text + `"}`, `{"error":"` + text + `","error_description":"ask your vendor"}`,
			`{"error":"x","error_description":"translate failed","exception":"` + text + `"}`,
			`{"error":"x","error_description":"translate failed: ` + text + `."}`,
		} {
			if strings.Contains(body, "com.example.") && !strings.HasSuffix(text, "Exception") {
				continue
			}
			synctest.Test(t, func(t *testing.T) {
				client, sent := wiretest.ClientWith(t, []im.Option{im.WithRetries(2)}, wiretest.JSON(c.status, body))
				_, err := client.Translation.Detect(t.Context(), "x")
				require.ErrorIs(t, err, c.kind, body)
				assert.Len(t, *sent, c.sent, body)
			})
		}
	}
}
