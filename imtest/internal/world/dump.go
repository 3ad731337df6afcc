package world

// A Dump is a world at one moment, in values that the world does not change: what
// a server saves. Each domain adds a field, a dump method and a Restore rule.
type Dump struct {
	Users    []User
	Mutes    []Mute
	Contacts []ContactLists

	Attributes []UserAttributes

	Presence      []Presence
	Subscriptions []SubscriptionList
}

// Dump copies the world. also copies, under the same lock, what has not moved to
// this package yet.
func (w *World) Dump(also func()) *Dump {
	w.Mu.RLock()
	defer w.Mu.RUnlock()
	d := &Dump{Users: w.dumpUsers(), Mutes: w.dumpMutes(), Contacts: w.dumpContacts()}
	d.Attributes = w.dumpAttributes()
	d.Presence, d.Subscriptions = w.dumpPresence(), w.dumpSubscriptions()
	also()
	return d
}
