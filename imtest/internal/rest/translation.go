package rest

import (
	"net/http"
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

const maxTranslated = 10_000 // characters times languages

// Responses have no envelope, and two are arrays. Errors have a text only.
var translationRoutes = []route{
	{wire.Route{
		ID: "translation.translate", Method: post, Path: "/translate",
		Body: wire.JSONBody,
	}, (*API).translate},
	{wire.Route{ // POST in two older editions of the documents
		ID: "translation.languages", Method: get, Also: post, Path: "/translate/support/language",
	}, (*API).translationLanguages},
	{wire.Route{
		ID: "translation.detect", Method: post, Path: "/translate/detect",
		Body: wire.JSONBody,
	}, (*API).translationDetect},
}

var translationWords = words{world.NoLanguage: always(errNoLanguage)}

func errTranslation(text string) *wire.Error { return wire.ErrText(http.StatusBadRequest, text) }

func errNoLanguage() *wire.Error { return errTranslation("The target language is missing or invalid") }

// readText reads a call with a text.
func readText(c *wire.Call) (*wire.Object, string, *wire.Error) {
	o, err := c.Object()
	if err != nil {
		return nil, "", err
	}
	text, err := readTranslated(o, 1)
	return o, text, err
}

// readTranslated reads the text of a call, which counts once for each language.
func readTranslated(o *wire.Object, languages int) (string, *wire.Error) {
	text := o.Text("text")
	switch {
	case o.Bad != "" || text == "":
		return "", errTranslation("An input text is missing or invalid")
	case utf8.RuneCountInString(text)*languages > maxTranslated:
		return "", errTranslation("The input text is too long")
	}
	return text, nil
}

type translationItem struct {
	Text string `json:"text"`
	To   string `json:"to"`
}

// translate translates into all languages or none. A source language is not looked at.
func (a *API) translate(c *wire.Call) (*wire.Response, *wire.Error) {
	o, text, err := readText(c)
	if err != nil {
		return nil, err
	}
	languages := o.Texts("to")
	if o.Bad != "" || len(languages) == 0 {
		return nil, errNoLanguage()
	}
	if _, err := readTranslated(o, len(languages)); err != nil {
		return nil, err
	}
	items := make([]translationItem, len(languages))
	for i, language := range languages {
		made, refused := world.Translate(text, language)
		if refused != nil {
			return nil, told(refused)
		}
		items[i] = translationItem{made, language}
	}
	return wire.Plain([]any{map[string]any{"translations": items}}), nil
}

type languageItem struct {
	Code       string `json:"code"`
	Name       string `json:"name"`
	NativeName string `json:"nativeName"`
}

func (a *API) translationLanguages(*wire.Call) (*wire.Response, *wire.Error) {
	return wire.Plain(world.Convert(world.Languages, func(l world.Language) languageItem { return languageItem(l) })), nil
}

type detection struct {
	Language    string  `json:"language"`
	Score       float64 `json:"score"`
	IsSupported bool    `json:"isTranslationSupported"`
}

func (a *API) translationDetect(c *wire.Call) (*wire.Response, *wire.Error) {
	_, text, err := readText(c)
	if err != nil {
		return nil, err
	}
	language, score := world.DetectLanguage(text)
	return wire.Plain(detection{language, score, world.HasLanguage(language)}), nil
}
