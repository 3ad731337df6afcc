package api

// WireGroup is a group as the API returns it, and a chat room, which is a group for the
// API and leaves some fields out. The decoder ignores the case of a key, so that groupid
// stands for groupId as well.
type WireGroup struct {
	ID           Text              `json:"id"`
	GroupID      Text              `json:"groupid"` // in place of ID in some responses
	Name         string            `json:"name"`
	Description  string            `json:"description"`
	Avatar       string            `json:"avatar"`
	Custom       string            `json:"custom"`
	Named        Text              `json:"owner"`
	Public       Bool              `json:"public"`
	Created      Millis            `json:"created"`
	AllowInvites Bool              `json:"allowinvites"`
	NeedConfirm  Bool              `json:"invite_need_confirm"`
	MembersOnly  Bool              `json:"membersonly"`
	Scale        string            `json:"scale"`
	MaxUsers     Int               `json:"maxusers"`
	Count        Int               `json:"affiliations_count"`
	Members      Many[Affiliation] `json:"affiliations"`
	Mute         Bool              `json:"mute"`
	Disabled     Bool              `json:"disabled"`
}

// Owner is the owner by name; some servers name the owner only among the members.
func (w *WireGroup) Owner() string {
	for _, m := range w.Members {
		if w.Named == "" && m.Role == "owner" {
			return m.Username
		}
	}
	return string(w.Named)
}

// MembersOf are the members of a group or chat room; nil if the response names none.
func MembersOf[T any](w *WireGroup, member func(*Affiliation) T) []T {
	if len(w.Members) == 0 {
		return nil
	}
	return Convert(w.Members, member)
}
