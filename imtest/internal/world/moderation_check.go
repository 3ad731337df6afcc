package world

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/imrest/im-go/imtest/event"
)

const (
	exportTime = 10 * time.Second   // until an export is made
	exportLife = 7 * 24 * time.Hour // of its file
)

// Verdict is what a check of a text finds.
type Verdict struct {
	Disposition string   // the strictest of the lists that have a word of it: PASS, EXCHANGE, REJECT
	Words       []string // found ones
	Exchanged   string   // the text with stars in place of them
}

// CheckText looks for the words of all keyword lists in a text: the emulator knows no
// other moderation. An exact match is one of the whole text.
func (w *World) CheckText(text string) Verdict {
	w.mu.RLock()
	defer w.mu.RUnlock()
	v := Verdict{Disposition: "PASS", Words: []string{}, Exchanged: text}
	for l := range w.moderation.lists.All {
		for k := range l.words.All {
			if k.Word == "" || l.FullMatch && text != k.Word || !strings.Contains(text, k.Word) {
				continue
			}
			if l.Disposition == "REJECT" || v.Disposition == "PASS" {
				v.Disposition = l.Disposition
			}
			if !slices.Contains(v.Words, k.Word) {
				v.Words = append(v.Words, k.Word)
			}
			v.Exchanged = strings.ReplaceAll(v.Exchanged, k.Word, strings.Repeat("*", utf8.RuneCountInString(k.Word)))
		}
	}
	return v
}

// Export is an order for the records of checked messages.
type Export struct {
	UUID     string
	From, To int64 // the span, in milliseconds
	Created  time.Time
}

// Made holds when the file of an export is there, or was.
func (e *Export) Made(now time.Time) bool { return !now.Before(e.Updated()) }

// Updated is when an export was made, or will be.
func (e *Export) Updated() time.Time { return e.Created.Add(exportTime) }

// Expires is when the file of an export is gone.
func (e *Export) Expires() time.Time { return e.Created.Add(exportLife) }

// OrderExport orders the records of messages that were checked in a span. The file is made
// a little later; nothing was checked, so that it holds no records.
func (w *World) OrderExport(from, to int64) Export {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := Export{w.NewUUID(w.Now()), from, to, w.Now()}
	w.moderation.exports.Put(e.UUID, &e)
	w.emit(event.ExportOrdered{UUID: e.UUID, From: time.UnixMilli(from).UTC(), To: time.UnixMilli(to).UTC()})
	return e
}

// Exports returns the export of a UUID, or all if it is empty, in the order of the calls.
func (w *World) Exports(uuid string) []Export {
	w.mu.RLock()
	defer w.mu.RUnlock()
	list := Convert(w.moderation.exports.List(), func(e *Export) Export { return *e })
	return slices.DeleteFunc(list, func(e Export) bool { return uuid != "" && e.UUID != uuid })
}

// ExportFile returns an export whose file is there.
func (w *World) ExportFile(uuid string) (Export, *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	e, now := w.moderation.exports.Get(uuid), w.Now()
	if e == nil || !e.Made(now) || !now.Before(e.Expires()) {
		return Export{}, refuse(NoExport, uuid)
	}
	return *e, nil
}

// ModerationDump is all of moderation, as Dump copies it.
type ModerationDump struct {
	Lists   []KeywordListDump
	Exports []Export
}

// KeywordListDump is a list with its words.
type KeywordListDump struct {
	KeywordList
	Words []Keyword
}

// dumpModeration copies all of moderation for Dump. The caller holds mu.
func (w *World) dumpModeration() ModerationDump {
	return ModerationDump{
		Lists: Convert(w.moderation.lists.List(), func(l *keywordList) KeywordListDump {
			return KeywordListDump{l.copy(), keywordCopies(l.words.List())}
		}),
		Exports: Convert(w.moderation.exports.List(), func(e *Export) Export { return *e }),
	}
}

// RestoreKeywordList takes in a list that Dump has copied.
func (w *World) RestoreKeywordList(v KeywordListDump) {
	w.mu.Lock()
	defer w.mu.Unlock()
	l := &keywordList{id: v.ID, KeywordSettings: v.KeywordSettings, created: v.Created, updated: v.Updated}
	for _, k := range v.Words {
		l.words.Put(k.ID, &k)
	}
	w.moderation.lists.Put(l.id, l)
}

// RestoreExport takes in an export that Dump has copied.
func (w *World) RestoreExport(e Export) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.moderation.exports.Put(e.UUID, &e)
}
