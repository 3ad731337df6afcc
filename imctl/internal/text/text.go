// Package text is the message catalogue: English text is the key, and the files
// of folder zh have the Chinese for it, one file for each subject.
//
// Help texts (Short, Long, usages of flags) are written in English where the command
// is made, and translated when the tree of commands is complete. Messages go through
// [Lang.T]. A test reports every text without a translation.
package text

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Lang is the language of help and messages.
type Lang string

// The languages.
const (
	English Lang = "en"
	Chinese Lang = "zh"
)

// Of is the language that the environment asks for, in the order of POSIX.
func Of(env func(string) string) Lang {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		switch value := env(name); {
		case value == "":
		case strings.HasPrefix(value, "zh"):
			return Chinese
		default:
			return English
		}
	}
	return English
}

//go:embed zh/*.json
var files embed.FS

var chinese = sync.OnceValue(func() map[string]string {
	all, err := Load()
	if err != nil {
		panic(err) // a test loads them
	}
	return all
})

// Load reads the Chinese texts. The same text in two files must have one translation.
func Load() (map[string]string, error) {
	entries, err := files.ReadDir("zh")
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, entry := range entries {
		raw, err := files.ReadFile("zh/" + entry.Name())
		if err != nil {
			return nil, err
		}
		var one map[string]string
		if err := json.Unmarshal(raw, &one); err != nil {
			return nil, fmt.Errorf("zh/%s: %w", entry.Name(), err)
		}
		for english, translated := range one {
			if known, ok := all[english]; ok && known != translated {
				return nil, fmt.Errorf("zh/%s: %q is translated differently in another file", entry.Name(), english)
			}
			all[english] = translated
		}
	}
	return all, nil
}

// T is a text in the language, formatted with args if there are any; errors among them are in
// the language too. A text without a translation stays English.
func (l Lang) T(english string, args ...any) string {
	format := english
	if l == Chinese {
		if translated := chinese()[english]; translated != "" {
			format = translated
		}
	}
	if len(args) == 0 {
		return format
	}
	args = slices.Clone(args)
	for i, arg := range args {
		if err, ok := arg.(error); ok {
			args[i] = l.Error(err)
		}
	}
	return fmt.Sprintf(format, args...)
}

// List puts the words of a list together. Chinese has a comma of its own for that.
func List(words []string, speak func(english string, args ...any) string) string {
	if len(words) == 0 {
		return ""
	}
	list := words[0]
	for _, word := range words[1:] {
		list = speak("%s, %s", list, word)
	}
	return list
}
