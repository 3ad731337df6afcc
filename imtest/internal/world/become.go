package world

// Reset says that the world holds something else from now on.
type Reset struct{}

func (Reset) what() {}

// Become makes the world hold what another one holds, which must not be used any
// more. Configuration, tokens, events, ids and the app's UUID stay. Those tokens
// are good for nobody who is not there any more.
func (w *World) Become(other *World) {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	w.users, w.byUUID, w.mutes, w.contacts = other.users, other.byUUID, other.mutes, other.contacts
	w.Inboxes, w.Posts, w.Groups, w.Rooms, w.Files = other.Inboxes, other.Posts, other.Groups, other.Rooms, other.Files
	w.Chatgroups, w.Chatrooms, w.Threads = other.Chatgroups, other.Chatrooms, other.Threads
	w.Metadata, w.Presence, w.Reactions, w.Push = other.Metadata, other.Presence, other.Reactions, other.Push
	w.Messages, w.Callbacks = other.Messages, other.Callbacks
	w.Ids.Groups.Store(max(w.Ids.Groups.Load(), other.Ids.Groups.Load())) // no id is given twice
	w.emit(Reset{})
}
