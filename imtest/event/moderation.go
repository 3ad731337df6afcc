package event

import "time"

// What happens to keyword lists and exports.
type (
	// KeywordListCreated says that there is a new list. Its words have events of their
	// own.
	KeywordListCreated struct {
		List KeywordList `json:"list"`
	}
	// KeywordListUpdated says what a list is now.
	KeywordListUpdated struct {
		List KeywordList `json:"list"`
	}
	// KeywordListDeleted says that a list is gone, with its words.
	KeywordListDeleted struct {
		List string `json:"list"` // id
	}
	// KeywordAdded says that a list has a further word.
	KeywordAdded struct {
		Keyword Keyword `json:"keyword"`
	}
	// KeywordUpdated says what a word is now.
	KeywordUpdated struct {
		Keyword Keyword `json:"keyword"`
	}
	// KeywordDeleted says that a list does not have a word any more.
	KeywordDeleted struct {
		List    string `json:"list"`    // id
		Keyword string `json:"keyword"` // id
	}
	// ExportOrdered says that the records of checked messages are to be exported.
	ExportOrdered struct {
		UUID string    `json:"uuid"`
		From time.Time `json:"from"`
		To   time.Time `json:"to"`
	}
)

// MessageModerated says that the moderation of a message ended. One that is rejected or recalled has
// a [MessageRecalled] as well.
type MessageModerated struct {
	Message  Message `json:"message"` // as it is now
	Result   Verdict `json:"result"`
	Provider string  `json:"provider,omitzero"` // what the provider said: PASS, REVIEWED or REJECT
	Risk     string  `json:"risk,omitzero"`     // a label
}

// Verdict is what moderation does with a message.
type Verdict string

// The verdicts.
const (
	VerdictPass     Verdict = "PASS"
	VerdictReject   Verdict = "REJECT"
	VerdictExchange Verdict = "EXCHANGE" // the text is replaced
	VerdictRecall   Verdict = "RECALL"   // it is recalled later, as audio and video are
)

// KeywordSettings are what creating and updating a list set.
type KeywordSettings struct {
	Name        string `json:"name"`
	Scope       string `json:"scope"`        // ALL, CHAT, GROUP, ROOM or TAG
	Tag         string `json:"tag,omitzero"` // with TAG
	Disposition string `json:"disposition"`  // PASS, REJECT or EXCHANGE
	FullMatch   bool   `json:"full_match,omitzero"`
}

// KeywordList is a keyword list without its words.
type KeywordList struct {
	ID string `json:"id"`
	KeywordSettings
	Count   int       `json:"count"` // of its words
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
}

// Keyword is a word of a list.
type Keyword struct {
	ID      string    `json:"id"`
	List    string    `json:"list"` // id
	Word    string    `json:"word"`
	User    string    `json:"user"` // who added or changed it last
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
}

// What happens to callbacks that could not be delivered.
type (
	// CallbacksStored says that a set of callbacks was stored.
	CallbacksStored struct {
		Key  string `json:"key"` // the start of its 10 minutes
		Size int    `json:"size"`
	}
	// CallbacksResent says that a stored set was resent.
	CallbacksResent struct {
		Key    string `json:"key"`
		Target string `json:"target,omitzero"` // URL, "": that of the rule
	}
)

var moderationKinds = []Data{
	KeywordListCreated{},
	KeywordListUpdated{},
	KeywordListDeleted{},
	KeywordAdded{},
	KeywordUpdated{},
	KeywordDeleted{},
	ExportOrdered{},
	MessageModerated{},
	CallbacksStored{},
	CallbacksResent{},
}

// Kind returns "keyword_list_created".
func (KeywordListCreated) Kind() string { return "keyword_list_created" }

// Kind returns "keyword_list_updated".
func (KeywordListUpdated) Kind() string { return "keyword_list_updated" }

// Kind returns "keyword_list_deleted".
func (KeywordListDeleted) Kind() string { return "keyword_list_deleted" }

// Kind returns "keyword_added".
func (KeywordAdded) Kind() string { return "keyword_added" }

// Kind returns "keyword_updated".
func (KeywordUpdated) Kind() string { return "keyword_updated" }

// Kind returns "keyword_deleted".
func (KeywordDeleted) Kind() string { return "keyword_deleted" }

// Kind returns "export_ordered".
func (ExportOrdered) Kind() string { return "export_ordered" }

// Kind returns "message_moderated".
func (MessageModerated) Kind() string { return "message_moderated" }

// Kind returns "callbacks_stored".
func (CallbacksStored) Kind() string { return "callbacks_stored" }

// Kind returns "callbacks_resent".
func (CallbacksResent) Kind() string { return "callbacks_resent" }
