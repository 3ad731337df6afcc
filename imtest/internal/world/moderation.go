package world

import (
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/imrest/im-go/imtest/event"
)

const (
	maxKeywordLists = 100       // of the app
	maxKeywords     = 10_000    // of a list
	maxAppKeywords  = 1_000_000 // of the app
)

// Why a rule about moderation refuses.
const (
	NoKeywordList    Kind = "there is no such keyword list"
	NoKeyword        Kind = "the list has no such keyword"
	KeywordListTaken Kind = "there is a keyword list of this name"
	KeywordTaken     Kind = "the list has the keyword already"
	KeywordListsFull Kind = "there are as many keyword lists as there may be"
	KeywordListFull  Kind = "a keyword list would have too many keywords"
	KeywordsFull     Kind = "the app would have too many keywords"
	NoExport         Kind = "there is no such export, or its file is not there"
)

type (
	// KeywordSettings are those of a list, as in events.
	KeywordSettings = event.KeywordSettings
	// KeywordList is a keyword list without its words, as in events.
	KeywordList = event.KeywordList
	// Keyword is a word of a list, as in events.
	Keyword = event.Keyword
)

// moderationState holds keyword lists and exports.
type moderationState struct {
	lists   Book[*keywordList] // by id
	exports Book[*Export]      // by UUID
}

type keywordList struct {
	id string
	KeywordSettings
	created, updated time.Time
	words            Book[*Keyword] // by id
}

func (l *keywordList) copy() KeywordList {
	return KeywordList{ID: l.id, KeywordSettings: l.KeywordSettings, Count: l.words.Len(), Created: l.created, Updated: l.updated}
}

func (l *keywordList) has(word string) bool {
	for k := range l.words.All {
		if k.Word == word {
			return true
		}
	}
	return false
}

func keywordCopies(list []*Keyword) []Keyword {
	return Convert(list, func(k *Keyword) Keyword { return *k })
}

// keywordID makes an id of 27 letters and digits.
func keywordID() string {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	raw := make([]byte, 27)
	_, _ = rand.Read(raw) // never fails
	for i, b := range raw {
		raw[i] = alphabet[int(b)%len(alphabet)]
	}
	return string(raw)
}

// keywordList returns a list. The caller holds mu.
func (w *World) keywordList(id string) (*keywordList, *Error) {
	if l := w.moderation.lists.Get(id); l != nil {
		return l, nil
	}
	return nil, refuse(NoKeywordList, id)
}

// nameIsTaken holds if another list than one has a name. The caller holds mu.
func (w *World) nameIsTaken(name, except string) bool {
	for l := range w.moderation.lists.All {
		if l.Name == name && l.id != except {
			return true
		}
	}
	return false
}

// CreateKeywordList makes a list with its first words, each once.
func (w *World) CreateKeywordList(set KeywordSettings, user string, words []string) (KeywordList, []Keyword, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.Now()
	l := &keywordList{id: keywordID(), KeywordSettings: set, created: now, updated: now}
	words = distinct(words)
	switch {
	case w.nameIsTaken(set.Name, ""):
		return KeywordList{}, nil, refuse(KeywordListTaken, set.Name)
	case w.moderation.lists.Len() >= maxKeywordLists:
		return KeywordList{}, nil, refuse(KeywordListsFull)
	case len(words)+w.countKeywords() > maxAppKeywords:
		return KeywordList{}, nil, refuse(KeywordsFull)
	}
	w.moderation.lists.Put(l.id, l)
	w.emit(event.KeywordListCreated{List: l.copy()})
	added := w.addKeywords(l, user, words)
	return l.copy(), added, nil
}

func distinct(words []string) []string {
	var list []string
	for _, word := range words {
		if !slices.Contains(list, word) {
			list = append(list, word)
		}
	}
	return list
}

func (w *World) countKeywords() int {
	n := 0
	for l := range w.moderation.lists.All {
		n += l.words.Len()
	}
	return n
}

// addKeywords puts words into a list. The caller holds mu.
func (w *World) addKeywords(l *keywordList, user string, words []string) []Keyword {
	now := w.Now()
	added := Convert(words, func(word string) Keyword {
		return Keyword{ID: keywordID(), List: l.id, Word: word, User: user, Created: now, Updated: now}
	})
	for _, k := range added {
		l.words.Put(k.ID, &k)
		w.emit(event.KeywordAdded{Keyword: k})
	}
	l.updated = now
	return added
}

// UpdateKeywordList gives a list other settings. Its words stay.
func (w *World) UpdateKeywordList(id string, set KeywordSettings) (KeywordList, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	l, err := w.keywordList(id)
	switch {
	case err != nil:
		return KeywordList{}, err
	case w.nameIsTaken(set.Name, id):
		return KeywordList{}, refuse(KeywordListTaken, set.Name)
	}
	changed := l.KeywordSettings != set
	l.KeywordSettings, l.updated = set, w.Now()
	if changed {
		w.emit(event.KeywordListUpdated{List: l.copy()})
	}
	return l.copy(), nil
}

// DeleteKeywordList deletes a list with its words.
func (w *World) DeleteKeywordList(id string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	l, err := w.keywordList(id)
	if err != nil {
		return err
	}
	w.moderation.lists.Remove(l.id)
	w.emit(event.KeywordListDeleted{List: l.id})
	return nil
}

// KeywordLists returns the lists of a name and of a tag, where they are not empty, in the
// order in which they were made.
func (w *World) KeywordLists(name, tag string) []KeywordList {
	w.mu.RLock()
	defer w.mu.RUnlock()
	list := Convert(w.moderation.lists.List(), (*keywordList).copy)
	return slices.DeleteFunc(list, func(l KeywordList) bool {
		return name != "" && l.Name != name || tag != "" && l.Tag != tag
	})
}

// AddKeywords adds words to a list, each once: all of them or, if one is there already,
// none. It returns the list and the new words.
func (w *World) AddKeywords(id, user string, words []string) (KeywordList, []Keyword, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	l, err := w.keywordList(id)
	if err != nil {
		return KeywordList{}, nil, err
	}
	words = distinct(words)
	for _, word := range words {
		if l.has(word) {
			return KeywordList{}, nil, refuse(KeywordTaken, word)
		}
	}
	if l.words.Len()+len(words) > maxKeywords || w.countKeywords()+len(words) > maxAppKeywords {
		return KeywordList{}, nil, refuse(KeywordListFull, id)
	}
	added := w.addKeywords(l, user, words)
	return l.copy(), added, nil
}

// UpdateKeyword changes a word of a list.
func (w *World) UpdateKeyword(id, wordID, user, word string) (Keyword, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	l, err := w.keywordList(id)
	if err != nil {
		return Keyword{}, err
	}
	k := l.words.Get(wordID)
	switch {
	case k == nil:
		return Keyword{}, refuse(NoKeyword, wordID)
	case k.Word != word && l.has(word):
		return Keyword{}, refuse(KeywordTaken, word)
	}
	changed := k.Word != word || k.User != user
	k.Word, k.User, k.Updated, l.updated = word, user, w.Now(), w.Now()
	if changed {
		w.emit(event.KeywordUpdated{Keyword: *k})
	}
	return *k, nil
}

// FindKeywords returns the words of a list that hold a text, in the order in which they
// were added.
func (w *World) FindKeywords(id, part string) ([]Keyword, *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	l, err := w.keywordList(id)
	if err != nil {
		return nil, err
	}
	list := slices.DeleteFunc(l.words.List(), func(k *Keyword) bool { return !strings.Contains(k.Word, part) })
	return keywordCopies(list), nil
}

// DeleteKeywords deletes words of a list: all of them or, if one does not exist, none.
func (w *World) DeleteKeywords(id string, wordIDs ...string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	l, err := w.keywordList(id)
	if err != nil {
		return err
	}
	for _, wordID := range wordIDs {
		if !l.words.Has(wordID) {
			return refuse(NoKeyword, wordID)
		}
	}
	for _, wordID := range distinct(wordIDs) {
		l.words.Remove(wordID)
		w.emit(event.KeywordDeleted{List: l.id, Keyword: wordID})
	}
	l.updated = w.Now()
	return nil
}
