package world

import "github.com/imrest/im-go/imtest/event"

// Become makes the world hold what another one holds, which must not be used any
// more. Configuration, tokens, events, ids and the app's UUID stay. Those tokens
// are good for nobody who is not there any more.
func (w *World) Become(other *World) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.users, w.byUUID, w.mutes, w.inboxes = other.users, other.byUUID, other.mutes, other.inboxes
	w.posts, w.groups, w.rooms, w.files = other.posts, other.groups, other.rooms, other.files
	w.circles, w.favorites, w.moderation = other.circles, other.favorites, other.moderation
	w.contacts, w.metadata, w.presence, w.reactions = other.contacts, other.metadata, other.presence, other.reactions
	w.push, w.messages, w.callbacks = other.push, other.messages, other.callbacks
	w.Groups.Store(max(w.Groups.Load(), other.Groups.Load())) // no id is given twice
	w.emit(event.Reset{})
}
