package callbacks

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/imrest/im-go/internal/api"
)

// subject says who is concerned by an operation of the old format.
type subject int

const (
	nobody   subject = iota
	sender           // who did it
	receiver         // to whom it was done
)

// mucOperations are those of the old format.
var mucOperations = map[string]struct {
	operation GroupOperation
	concerned subject
}{
	"create":                       {GroupOperationCreated, nobody},
	"destroy":                      {GroupOperationDeleted, nobody},
	"apply":                        {GroupOperationMemberApplied, sender},
	"apply_accept":                 {GroupOperationMemberApproved, receiver},
	"invite":                       {GroupOperationMemberInvited, receiver},
	"invite_accept":                {GroupOperationMemberAccepted, sender},
	"invite_decline":               {GroupOperationMemberDeclined, sender},
	"presence":                     {GroupOperationMemberJoined, sender},
	"absence":                      {GroupOperationMemberGone, sender},
	"leave":                        {GroupOperationMemberLeft, sender},
	"direct_joined":                {GroupOperationMemberAdded, receiver},
	"kick":                         {GroupOperationMemberRemoved, receiver},
	"ban":                          {GroupOperationMemberBlocked, receiver},
	"allow":                        {GroupOperationMemberUnblocked, receiver},
	"add_user_white_list":          {GroupOperationMemberAllowed, receiver},
	"remove_user_white_list":       {GroupOperationMemberDisallowed, receiver},
	"add_mute":                     {GroupOperationMemberMuted, receiver},
	"remove_mute":                  {GroupOperationMemberUnmuted, receiver},
	"block":                        {GroupOperationMemberShielded, sender},
	"unblock":                      {GroupOperationMemberUnshielded, sender},
	"ban_group":                    {GroupOperationMuted, nobody},
	"remove_ban_group":             {GroupOperationUnmuted, nobody},
	"assing_owner":                 {GroupOperationOwnerChanged, receiver}, // spelt so
	"add_admin":                    {GroupOperationAdminAdded, receiver},
	"remove_admin":                 {GroupOperationAdminRemoved, receiver},
	"update":                       {GroupOperationUpdated, nobody},
	"update_announcement":          {GroupOperationAnnouncementSet, nobody},
	"delete_announcement":          {GroupOperationAnnouncementDeleted, nobody},
	"upload_file":                  {GroupOperationFileAdded, nobody},
	"delete_file":                  {GroupOperationFileRemoved, nobody},
	"set_metadata":                 {GroupOperationAttributesSet, nobody},
	"delete_metadata":              {GroupOperationAttributesDeleted, nobody},
	"group_member_metadata_update": {GroupOperationMemberAttributesChanged, receiver},
}

type wireStatus struct {
	Description string   `json:"description"`
	ErrorCode   api.Text `json:"error_code"`
}

type wireMUC struct {
	ID        api.Text        `json:"muc_id"`
	Room      api.Bool        `json:"is_chatroom"`
	Operation string          `json:"operation"`
	Reason    json.RawMessage `json:"reason"` // a text; for a file an object, or the text of one
	Status    wireStatus      `json:"status"`
	Event     struct {
		Type string          `json:"type"`
		Ext  json.RawMessage `json:"ext"` // the text of an object
	} `json:"event_info"`
}

func readMUC(w *wire, head Info) (Event, error) {
	var p wireMUC
	if err := json.Unmarshal(w.Payload, &p); err != nil {
		return nil, err
	}
	known, ok := mucOperations[p.Operation]
	if !ok {
		return nil, errUnknown
	}
	head.Type = Kind("muc." + p.Operation)
	e := &GroupEvent{
		Info: head, Operation: known.operation, GroupID: string(w.GroupID), Room: bool(p.Room),
		ErrorCode: string(p.Status.ErrorCode), Description: p.Status.Description,
	}
	if e.GroupID == "" {
		e.GroupID, _ = plainName(string(p.ID), head.AppKey)
	}
	if head.From != e.GroupID {
		e.setOperator(head.From)
	}
	switch {
	case known.concerned == sender && head.From != "":
		e.Users = []string{head.From}
	case known.concerned == receiver && head.To != "" && head.To != e.GroupID:
		e.Users = []string{head.To}
	}
	if e.Operation == GroupOperationOwnerChanged {
		e.Owner = head.To
	}
	if err := e.readReason(p.Reason); err != nil {
		return nil, err
	}
	return e, e.readAttributes(p.Event.Type, p.Event.Ext)
}

// admin stands for the administrator of the app.
const admin = "@ppAdmin"

func (e *GroupEvent) setOperator(name string) {
	if e.ByAdmin = name == admin; !e.ByAdmin {
		e.Operator = name
	}
}

// readReason reads what stands in the reason, by operation.
func (e *GroupEvent) readReason(raw json.RawMessage) error {
	text, err := jsonText(raw)
	if err != nil {
		return err
	}
	switch e.Operation {
	case GroupOperationFileAdded:
		return e.readFile(text)
	case GroupOperationFileRemoved:
		e.Files = []GroupFile{{ID: text}}
	case GroupOperationAnnouncementSet:
		e.Announcement = text
	default:
		e.Reason = text
	}
	return nil
}

// jsonText is a text, or the text of an object where one stands in its place.
func jsonText(raw json.RawMessage) (text string, err error) {
	if bytes.HasPrefix(raw, []byte{'{'}) {
		return string(raw), nil
	}
	if len(raw) > 0 {
		err = json.Unmarshal(raw, &text)
	}
	return text, err
}

func (e *GroupEvent) readFile(text string) error {
	var reason struct {
		Data struct {
			ID      api.Text   `json:"file_id"`
			Name    string     `json:"file_name"`
			Owner   string     `json:"file_owner"`
			Size    api.Int    `json:"file_size"`
			Created api.Millis `json:"created"`
		} `json:"data"`
	}
	if json.Unmarshal([]byte(text), &reason) != nil || reason.Data.ID == "" {
		e.Reason = text
		return nil //nolint:nilerr // then it is a text
	}
	f := GroupFile{
		ID: string(reason.Data.ID), Name: reason.Data.Name, Size: int64(reason.Data.Size),
		Created: moment(reason.Data.Created), ByAdmin: reason.Data.Owner == admin,
	}
	if !f.ByAdmin {
		f.Owner = reason.Data.Owner
	}
	e.Files = []GroupFile{f}
	return nil
}

// readAttributes reads the ext of a change of attributes. One of its keys has a blank at the
// end in the documents.
func (e *GroupEvent) readAttributes(event string, raw json.RawMessage) error {
	text, err := jsonText(raw)
	if err != nil || text == "" {
		return err
	}
	var ext struct {
		Result struct {
			Succeeded []string            `json:"successKeys"`
			Failed    map[string]api.Text `json:"errorKeys"`
		} `json:"result"`
		Identify     api.Text            `json:"identify"`
		Forced       api.Bool            `json:"is_forced"`
		Name         string              `json:"muc_name"`
		Notify       api.Bool            `json:"need_notify"`
		Properties   map[string]api.Text `json:"properties"`
		Operator     string              `json:"operator"`
		OperatorLong string              `json:"operator "`
	}
	if err := json.Unmarshal([]byte(text), &ext); err != nil {
		return err
	}
	e.setOperator(strings.TrimSpace(ext.Operator + ext.OperatorLong))
	e.Attributes = &AttributesChange{
		Changed: ext.Result.Succeeded, Failed: plainTexts(ext.Result.Failed), Values: plainTexts(ext.Properties),
		GroupName: ext.Name, Identifier: string(ext.Identify), Event: event, Forced: bool(ext.Forced), Notify: bool(ext.Notify),
	}
	return nil
}

func plainTexts(wire map[string]api.Text) map[string]string {
	if len(wire) == 0 {
		return nil
	}
	texts := make(map[string]string, len(wire))
	for key, text := range wire {
		texts[key] = string(text)
	}
	return texts
}
