package world

import (
	"cmp"
	"slices"
	"unicode"

	"github.com/imrest/im-go/internal/pattern"
)

// NoLanguage is why a text is not translated.
const NoLanguage Kind = "there is no such language"

// Language is one that texts are translated into.
type Language struct{ Code, Name, NativeName string }

// Languages are those of the emulator, by their codes: some of those of the service.
var Languages = []Language{
	{"ar", "Arabic", "العربية"},
	{"bg", "Bulgarian", "Български"},
	{"cs", "Czech", "Čeština"},
	{"da", "Danish", "Dansk"},
	{"de", "German", "Deutsch"},
	{"el", "Greek", "Ελληνικά"},
	{"en", "English", "English"},
	{"es", "Spanish", "Español"},
	{"fi", "Finnish", "Suomi"},
	{"fr", "French", "Français"},
	{"he", "Hebrew", "עברית"},
	{"hi", "Hindi", "हिन्दी"},
	{"id", "Indonesian", "Indonesia"},
	{"it", "Italian", "Italiano"},
	{"ja", "Japanese", "日本語"},
	{"ko", "Korean", "한국어"},
	{"nl", "Dutch", "Nederlands"},
	{"pl", "Polish", "Polski"},
	{"pt", "Portuguese (Brazil)", "Português (Brasil)"},
	{"ru", "Russian", "Русский"},
	{"sv", "Swedish", "Svenska"},
	{"th", "Thai", "ไทย"},
	{"tr", "Turkish", "Türkçe"},
	{"uk", "Ukrainian", "Українська"},
	{"vi", "Vietnamese", "Tiếng Việt"},
	{"zh-Hans", "Chinese Simplified", "中文 (简体)"},
	{"zh-Hant", "Chinese Traditional", "繁體中文 (繁體)"},
}

// HasLanguage holds for the code of one of Languages.
func HasLanguage(code string) bool {
	_, found := slices.BinarySearchFunc(Languages, code, func(l Language, code string) int { return cmp.Compare(l.Code, code) })
	return found
}

// Translate makes up a translation, which says that it is none: "[fr] text". The same text
// always has the same one. Text that was translated before is translated from what it was.
func Translate(text, language string) (string, *Error) {
	if !HasLanguage(language) {
		return "", refuse(NoLanguage, language)
	}
	if translated(text) != "" {
		text = madeUp().ReplaceAllString(text, "")
	}
	return "[" + language + "] " + text, nil
}

var madeUp = pattern.Lazy(`^\[([A-Za-z-]{2,10})\] `)

// translated returns the language of a text that Translate has made, "" for any other.
func translated(text string) string {
	if m := madeUp().FindStringSubmatch(text); m != nil && HasLanguage(m[1]) {
		return m[1]
	}
	return ""
}

// scripts distinguish languages, by the first that a text has a letter of. Kana comes before
// Han, since Japanese has both.
var scripts = []struct {
	script   *unicode.RangeTable
	language string
}{
	{unicode.Hiragana, "ja"}, {unicode.Katakana, "ja"}, {unicode.Hangul, "ko"}, {unicode.Han, "zh-Hans"},
	{unicode.Cyrillic, "ru"}, {unicode.Greek, "el"}, {unicode.Arabic, "ar"}, {unicode.Hebrew, "he"},
	{unicode.Devanagari, "hi"}, {unicode.Thai, "th"},
}

// DetectLanguage guesses the language of a text: that of a made-up translation, or one that
// is written in the text's script, English for Latin letters. It returns how sure that is,
// from 0 to 1.
func DetectLanguage(text string) (language string, score float64) {
	if language := translated(text); language != "" {
		return language, 1
	}
	for _, s := range scripts {
		for _, r := range text {
			if unicode.Is(s.script, r) {
				return s.language, 0.9
			}
		}
	}
	return "en", 0.5
}
