package messages

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/page"
)

// Hit is a message that a search has found. It prints without Raw, which may hold the secrets
// of files.
type Hit struct {
	ID           string              `json:"id"`                     // of the message
	Time         time.Time           `json:"time,omitzero"`          // when it was sent
	ChatType     ChatType            `json:"chat_type"`              // where it was sent
	From         string              `json:"from"`                   // the sender
	To           string              `json:"to"`                     // the user, group or room
	Body         Body                `json:"body,omitzero"`          // never nil; a RawBody where it cannot be read
	Ext          map[string]any      `json:"ext,omitempty"`          // its numbers are json.Number, so that long ids survive
	Translations []Translation       `json:"translations,omitempty"` // made by the server when it was sent
	Highlights   map[string][]string `json:"highlights,omitempty"`   // by field, such as "content.message"
	Relevance    float64             `json:"relevance,omitzero"`     // only where the order is by it
	Raw          json.RawMessage     `json:"raw,omitempty"`          // the content as it came, with all that has no field here
}

// Translation is a text of a message that the server has translated.
type Translation struct {
	Language string `json:"language"` // its code
	Text     string `json:"text"`     // in that language
}

type plainHit Hit

// Format hides Raw.
func (h Hit) Format(f fmt.State, verb rune) {
	h.Raw = nil
	api.FormatMasked(f, verb, plainHit(h))
}

// LogValue hides Raw.
func (h Hit) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%+v", h)) }

func viewHit(h *Hit) any {
	return &struct {
		*plainHit
		Body bodyJSON `json:"body,omitzero"`
	}{(*plainHit)(h), bodyJSON{&h.Body}}
}

// MarshalJSON writes all of the message, Raw with the secrets of files in it as well.
func (h Hit) MarshalJSON() ([]byte, error) { return json.Marshal(viewHit(&h)) }

// UnmarshalJSON reads what MarshalJSON writes.
func (h *Hit) UnmarshalJSON(b []byte) error { return decode(b, viewHit(h)) }

// hits are the response to a search, which has an envelope of its own.
type hits struct {
	Data *struct {
		List  *api.Many[wireHit] `json:"list"`
		Items api.Many[wireHit]  `json:"items"` // in its place, by one client of the vendor's
		Pages struct {
			Finished *api.Bool `json:"isFinished"` // 0 or 1
		} `json:"pagination"`
	} `json:"data"`
}

// ReadResponse implements api.Whole.
func (h *hits) ReadResponse(b []byte) error {
	if err := json.Unmarshal(b, h); err != nil {
		return err
	}
	if h.Data == nil || h.Data.List == nil && h.Data.Items == nil {
		return api.ErrNoEntity
	}
	return nil
}

// page makes the page that was asked for with o. An empty one is the last, whatever the server
// says of it.
func (h *hits) page(o page.Numbered) *page.Page[Hit] {
	list := h.Data.Items
	if h.Data.List != nil {
		list = *h.Data.List
	}
	p := api.NumberedPage(api.Convert(list, (*wireHit).hit), o, 0)
	switch finished := h.Data.Pages.Finished; {
	case len(list) == 0, finished != nil && bool(*finished):
		p.Next = ""
	case finished != nil:
		p.Next = strconv.Itoa(o.Page + 1)
	}
	return p
}

type wireHit struct {
	ID           api.Text        `json:"messageId"` // a number, unlike everywhere else
	ChatType     string          `json:"conversationType"`
	ContentType  string          `json:"contentType"`
	Time         api.Millis      `json:"sentTime"`
	From         api.Text        `json:"senderId"`
	To           api.Text        `json:"receiverId"`
	Content      json.RawMessage `json:"content"`
	Ext          json.RawMessage `json:"ext"`
	Translations api.Many[struct {
		Code api.Text `json:"code"`
		Text api.Text `json:"text"`
	}] `json:"translations"`
	Highlights map[string]api.Many[api.Text] `json:"highlight"`
	Relevance  api.Float                     `json:"relevanceScore"`
}

func (w *wireHit) hit() Hit {
	h := Hit{
		ID: string(w.ID), Time: w.Time.Time(), ChatType: chatType(w.ChatType), From: string(w.From), To: string(w.To),
		Body: searchedBody(w.ContentType, w.Content), Ext: freeData(w.Ext), Relevance: float64(w.Relevance), Raw: w.Content,
	}
	for _, t := range w.Translations {
		h.Translations = append(h.Translations, Translation{string(t.Code), string(t.Text)})
	}
	for field, pieces := range w.Highlights {
		if h.Highlights == nil {
			h.Highlights = make(map[string][]string, len(w.Highlights))
		}
		h.Highlights[field] = api.Texts(pieces)
	}
	return h
}

// wireContent has the fields of all contents, which are named otherwise than those of bodies.
type wireContent struct {
	Message string `json:"message"`

	URL           string    `json:"url"`
	Filename      string    `json:"filename"`
	Secret        string    `json:"secret"`
	Size          api.Int   `json:"size"` // bytes
	Dimensions    looseSize `json:"dimensions"`
	Duration      api.Float `json:"duration"` // seconds
	Thumb         string    `json:"thumb"`
	ThumbSecret   string    `json:"thumb_secret"`
	ThumbFilename string    `json:"thumb_filename"`

	Address     string `json:"address"`
	Coordinates string `json:"coordinates"` // "latitude,longitude"

	SubType string  `json:"subtype"`
	Title   string  `json:"title"`
	Summary string  `json:"summary"`
	Level   api.Int `json:"combine_level"`
	Msg     string  `json:"msg"`
}

// searchedBody reads the content of a message that was found. What it cannot read stays raw.
func searchedBody(contentType string, raw json.RawMessage) Body {
	kind := Type(contentType)
	for t, name := range searchedTypes {
		if name == contentType {
			kind = t
		}
	}
	var w wireContent
	if json.Unmarshal(raw, &w) != nil {
		return RawBody{Kind: kind, JSON: raw}
	}
	file := Attachment{URL: w.URL, Name: w.Filename, Secret: w.Secret, Size: int64(w.Size)}
	switch {
	case kind == TypeCombine || w.SubType == "sub_combine":
		return CombineBody{Title: w.Title, Summary: w.Summary, Text: w.Msg, Level: w.Level.Int(), File: file}
	case kind == TypeText && w.SubType == "":
		return Text(w.Message)
	case kind == TypeImage:
		return Image(file, w.Dimensions.Width.Int(), w.Dimensions.Height.Int())
	case kind == TypeVideo:
		return Video(file, Attachment{URL: w.Thumb, Name: w.ThumbFilename, Secret: w.ThumbSecret}, (&wireBody{Length: w.Duration}).length())
	case kind == TypeFile:
		return Attach(file)
	case kind == TypeLocation:
		if lat, lng, ok := coordinates(w.Coordinates); ok {
			return Location(lat, lng, w.Address)
		}
	}
	return RawBody{Kind: kind, JSON: raw}
}

func coordinates(s string) (lat, lng float64, ok bool) {
	first, second, found := strings.Cut(s, ",")
	lat, latErr := strconv.ParseFloat(strings.TrimSpace(first), 64)
	lng, lngErr := strconv.ParseFloat(strings.TrimSpace(second), 64)
	return lat, lng, found && latErr == nil && lngErr == nil && finite(api.Float(lat)) && finite(api.Float(lng))
}
