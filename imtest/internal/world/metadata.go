package world

import (
	"maps"
	"slices"

	"github.com/imrest/im-go/imtest/event"
)

const maxAttributes = 2 << 10 // bytes of keys and values, of one user

// UserAttributesFull is why a rule about attributes refuses.
const UserAttributesFull Kind = "the attributes of a user are too large" // Limit: bytes

// metadataState holds the attributes of users. They need no account.
type metadataState struct {
	of    map[string]map[string]string // by user; a map in it is replaced, never changed
	total int64                        // bytes of all
}

func sizeOf(attributes map[string]string) int64 {
	var n int64
	for k, v := range attributes {
		n += int64(len(k) + len(v))
	}
	return n
}

// replace sets all attributes of a user; none is nil.
func (m *metadataState) replace(name string, attributes map[string]string) {
	m.total += sizeOf(attributes) - sizeOf(m.of[name])
	if attributes == nil {
		delete(m.of, name)
		return
	}
	if m.of == nil {
		m.of = map[string]map[string]string{}
	}
	m.of[name] = attributes
}

// SetAttributes adds to the attributes of a user. No source says whether the call
// replaces them; the catalogue's verdict is that it does not.
func (w *World) SetAttributes(name string, pairs map[string]string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	name = Fold(name)
	merged := map[string]string{}
	maps.Copy(merged, w.metadata.of[name])
	maps.Copy(merged, pairs)
	if sizeOf(merged) > maxAttributes {
		return &Error{Kind: UserAttributesFull, Names: []string{name}, Limit: maxAttributes}
	}
	changed := !maps.Equal(merged, w.metadata.of[name])
	w.metadata.replace(name, merged)
	if changed {
		w.emit(event.AttributesSet{User: name, Attributes: maps.Clone(pairs)})
	}
	return nil
}

// ReplaceAttributes gives a user other attributes, whatever their size, or none if they
// are nil.
func (w *World) ReplaceAttributes(name string, attributes map[string]string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.replaceAttributes(Fold(name), maps.Clone(attributes))
}

// DeleteAttributes leaves a user without attributes.
func (w *World) DeleteAttributes(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.replaceAttributes(Fold(name), nil)
}

// replaceAttributes emits what replacing changes. The caller holds mu.
func (w *World) replaceAttributes(name string, attributes map[string]string) {
	old := w.metadata.of[name]
	w.metadata.replace(name, attributes)
	if maps.Equal(old, attributes) {
		return
	}
	for k := range old {
		if _, kept := attributes[k]; !kept {
			w.emit(event.AttributesDeleted{User: name})
			break
		}
	}
	if len(attributes) > 0 {
		w.emit(event.AttributesSet{User: name, Attributes: maps.Clone(attributes)})
	}
}

// Attributes returns the attributes of a user, nil if they have none.
func (w *World) Attributes(name string) map[string]string {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return maps.Clone(w.metadata.of[Fold(name)])
}

// PickAttributes returns some attributes of some users, as far as they have them.
func (w *World) PickAttributes(names, keys []string) map[string]map[string]string {
	w.mu.RLock()
	defer w.mu.RUnlock()
	list := map[string]map[string]string{}
	for _, name := range foldAll(names) {
		list[name] = map[string]string{}
		for _, key := range keys {
			if v, ok := w.metadata.of[name][key]; ok {
				list[name][key] = v
			}
		}
	}
	return list
}

// AttributesSize returns the bytes of the attributes of all users.
func (w *World) AttributesSize() int64 {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.metadata.total
}

// UserAttributes are the attributes of a user, as Dump copies them.
type UserAttributes struct {
	User       string
	Attributes map[string]string
}

// dumpAttributes copies all attributes for Dump. The caller holds mu.
func (w *World) dumpAttributes() []UserAttributes {
	return Convert(slices.Sorted(maps.Keys(w.metadata.of)), func(name string) UserAttributes {
		return UserAttributes{name, w.metadata.of[name]}
	})
}

// RestoreAttributes takes in attributes that Dump has copied.
func (w *World) RestoreAttributes(v UserAttributes) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.metadata.replace(v.User, v.Attributes)
}
