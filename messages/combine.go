package messages

import (
	"log/slog"

	"github.com/imrest/im-go/internal/api"
)

// CombineBody is a number of messages that were forwarded as one. A client SDK makes it;
// here it comes with the history and can be sent on. Only the documents of callbacks say
// that it may be sent through this API, and in which form it comes out.
type CombineBody struct {
	Title   string     `json:"title,omitempty"`
	Summary string     `json:"summary,omitempty"`
	Text    string     `json:"text,omitempty"`  // what apps show that know no such messages
	Level   int        `json:"level,omitempty"` // how deep they are nested
	File    Attachment `json:"file"`            // holds the messages
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
