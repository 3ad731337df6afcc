package world

import (
	"github.com/imrest/im-go/imtest/event"
)

// NoSharedFile is why a group does not hand out a file.
const NoSharedFile Kind = "the group does not share this file"

// SharedFile is a file that a group keeps: it does not expire, and is fetched with
// a token instead of a secret. What a user uploads is theirs, and what the app
// uploads is the owner's, since no source says whose.
type SharedFile struct {
	*File // which does not change
	Owner string
}

// checkMember refuses a user who is not a member; "" is the app.
func (g *circle) checkMember(user string) *Error {
	if user != "" && !g.members.Has(user) {
		return refuse(NotMembers, user)
	}
	return nil
}

// ShareFile keeps a file for a group. It comes from a member, or from the app.
func (w *World) ShareFile(group, user string, f File) (SharedFile, *Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	user = Fold(user)
	g, err := w.managed(CircleID{Kind: GroupKind, ID: group})
	if err == nil {
		err = g.checkMember(user)
	}
	if err != nil {
		return SharedFile{}, err
	}
	owner := user
	if owner == "" {
		owner = g.Owner
	}
	f.Created = w.Now()
	f.UUID = w.NewUUID(f.Created)
	shared := &SharedFile{&f, owner}
	g.files.Put(f.UUID, shared)
	w.emit(event.FileShared{In: g.CircleID, By: user, ID: f.UUID, Name: f.Name, Owner: owner, Size: len(f.Data), Created: f.Created})
	return *shared, nil
}

// ListSharedFiles returns a part of the files of a group, the newest first, to a
// member or the app.
func (w *World) ListSharedFiles(group, user string, skip, limit int) ([]SharedFile, *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	g, err := w.circle(CircleID{Kind: GroupKind, ID: group})
	if err == nil {
		err = g.checkMember(Fold(user))
	}
	if err != nil {
		return nil, err
	}
	return Convert(part(g.files.Newest(), skip, limit), func(f *SharedFile) SharedFile { return *f }), nil
}

// SharedFile returns a file of a group: a restricted one to members and the app only,
// the others to any user.
func (w *World) SharedFile(group, user, id string) (SharedFile, *Error) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	g, err := w.circle(CircleID{Kind: GroupKind, ID: group})
	if err != nil {
		return SharedFile{}, err
	}
	f := g.files.Get(id)
	switch {
	case f == nil:
		return SharedFile{}, refuse(NoSharedFile, id)
	case f.Restricted:
		err = g.checkMember(Fold(user))
	}
	if err != nil {
		return SharedFile{}, err
	}
	return *f, nil
}

// DeleteSharedFile takes a file from a group.
func (w *World) DeleteSharedFile(group, id string) *Error {
	w.mu.Lock()
	defer w.mu.Unlock()
	g, err := w.managed(CircleID{Kind: GroupKind, ID: group})
	switch {
	case err != nil:
		return err
	case !g.files.Has(id):
		return refuse(NoSharedFile, id)
	}
	g.files.Remove(id)
	w.emit(event.SharedFileDeleted{In: g.CircleID, ID: id})
	return nil
}

// sharedFile returns a file of any group, nil if there is none. The caller holds mu.
func (w *World) sharedFile(id string) *File {
	for g := range w.circles.groups.byID.All {
		if f := g.files.Get(id); f != nil {
			return f.File
		}
	}
	return nil
}
