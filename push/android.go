package push

import (
	"fmt"
	"strings"

	"github.com/imrest/im-go/internal/api"
)

// What Huawei and Honor have in common.

// ClickTarget is what a tap on a Huawei or Honor notification does.
type ClickTarget struct {
	Type   ClickType `json:"type"`            // required
	Intent string    `json:"intent,omitzero"` // a page of the app; ClickTypePage requires it or Action
	URL    string    `json:"url,omitzero"`    // https; for ClickTypeURL
	Action string    `json:"action,omitzero"` // the action of a page of the app
}

// ClickType says what a tap does.
type ClickType int

// The click types.
const (
	ClickTypePage ClickType = 1 // a page of the app
	ClickTypeURL  ClickType = 2
	ClickTypeApp  ClickType = 3 // the app
)

// UnmarshalJSON reads 3 and "3".
func (t *ClickType) UnmarshalJSON(b []byte) error { return lenientInt(t, b) }

// Button is a button below a Huawei or Honor notification.
type Button struct {
	Name       string     `json:"name"`                 // up to 40 characters
	Action     ButtonType `json:"actionType"`           // 0 to 4 on Huawei, 0 to 2 on Honor, as they define it
	IntentType *int       `json:"intentType,omitempty"` // what Intent is: 0 or 1, as they define it
	Intent     string     `json:"intent,omitzero"`      // what to open: a page of the app or a link, by IntentType
	Data       string     `json:"data,omitzero"`        // up to 1,024 characters
}

// ButtonType says what a button does, in the vendor's numbers.
type ButtonType int

// UnmarshalJSON reads 1 and "1".
func (t *ButtonType) UnmarshalJSON(b []byte) error { return lenientInt(t, b) }

// VendorBadge is the number on the app's icon on Huawei and Honor phones.
type VendorBadge struct {
	Add   int    `json:"addNum,omitzero"`     // 1 to 99, added to the number
	Set   *int   `json:"setNum,omitempty"`    // 0 to 99, the new number; overrides Add
	Class string `json:"badgeClass,omitzero"` // entry class of the app; Honor needs it
}

// Importance says how prominent a Huawei or Honor notification is.
type Importance string

// The degrees of importance.
const (
	ImportanceLow    Importance = "LOW"
	ImportanceNormal Importance = "NORMAL"
)

func (i Importance) check(field string) error {
	return api.OneOf(field, i, ImportanceLow, ImportanceNormal)
}

func (c *ClickTarget) check(field string) error {
	if c == nil {
		return nil
	}
	err := api.Range(field+".Type", int(c.Type), int(ClickTypePage), int(ClickTypeApp))
	if err == nil && c.Type == ClickTypePage && c.Action == "" {
		err = api.Required(field+".Intent", c.Intent)
	}
	if err == nil && c.Type == ClickTypeURL {
		err = checkHTTPS(field+".URL", c.URL)
	}
	return err
}

// checkHTTPS rejects any other URL, if there is one.
func checkHTTPS(field, url string) error {
	if url != "" && !strings.HasPrefix(strings.ToLower(url), "https://") {
		return api.Invalid(field, "is %s, must be an https URL", api.Quoted(url))
	}
	return nil
}

const maxButtons = 3

func checkButtons(field string, buttons []Button, most ButtonType) error {
	if err := api.MaxItems(field, len(buttons), maxButtons); err != nil {
		return err
	}
	for i, b := range buttons {
		in := fmt.Sprintf("%s[%d].", field, i)
		intent := 0
		if b.IntentType != nil {
			intent = *b.IntentType
		}
		err := api.First(
			api.Required(in+"Name", b.Name), api.MaxLength(in+"Name", b.Name, 40), api.MaxLength(in+"Data", b.Data, 1024),
			api.Range(in+"Action", int(b.Action), 0, int(most)), api.Range(in+"IntentType", intent, 0, 1),
		)
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *VendorBadge) check(field string) error {
	if b == nil {
		return nil
	}
	if b.Set != nil {
		if err := api.Range(field+".Set", *b.Set, 0, 99); err != nil {
			return err
		}
	}
	return api.Range(field+".Add", b.Add, 0, 99)
}
