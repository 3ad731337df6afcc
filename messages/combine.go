package messages

import (
	"log/slog"

	"github.com/imrest/im-go/internal/api"
)

// CombineBody holds several messages that were forwarded as one. A client SDK makes it;
// here it comes with the history and can be sent on. Only the documents of callbacks say
// that it can be sent through this API, and how receivers get it.
type CombineBody struct {
	Title   string     `json:"title,omitempty"`   // shown above the summary
	Summary string     `json:"summary,omitempty"` // the first of the messages, as text
	Text    string     `json:"text,omitempty"`    // shown by apps that do not support combined messages
	Level   int        `json:"level,omitempty"`   // how deep they are nested
	File    Attachment `json:"file"`              // holds the messages
}

// LogValue hides the secret of a file.
func (b CombineBody) LogValue() slog.Value { return api.LogMasked(b) }

// Type implements Body.
func (CombineBody) Type() Type { return TypeCombine }

func (b CombineBody) check() error { return b.File.check() }

func (b CombineBody) file() Attachment { return b.File }

func (b CombineBody) secrets() []string { return []string{b.File.Secret} }

const subCombine = "sub_combine" // marks a combined message among the texts

func (b CombineBody) wire(t Type) any {
	return struct {
		wireFile
		SubType string `json:"subType"`
		Title   string `json:"title,omitzero"`
		Summary string `json:"summary,omitzero"`
		Msg     string `json:"msg,omitzero"`
		Level   int    `json:"combineLevel,omitzero"`
	}{b.File.wire(t), subCombine, b.Title, b.Summary, b.Text, b.Level}
}
