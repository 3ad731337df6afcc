package world

import "time"

// What happens to groups, rooms and threads. The app does it, except where an
// event names somebody else.
type (
	// CircleCreated says that there is a new group, room or thread, with those who
	// are in it from the start, the owner among them.
	CircleCreated struct {
		Circle  Circle
		Members []string
	}
	// CircleDeleted says that a group, room or thread is gone. The threads of a group
	// go with it.
	CircleDeleted struct {
		Circle  Circle
		Members []string // those who were in it
	}
	// CircleUpdated says what the settings are now.
	CircleUpdated struct{ Circle Circle }
	// GroupDisabled says that a group is silent, and its threads.
	GroupDisabled struct{ In CircleID }
	// GroupEnabled says that a group is not disabled any more.
	GroupEnabled struct{ In CircleID }
	// AnnouncementSet says what is announced; an empty text ends an announcement.
	AnnouncementSet struct {
		In   CircleID
		Text string
	}
	// OwnerChanged says that a member is the owner, and the old one a plain member.
	OwnerChanged struct {
		In       CircleID
		Old, New string
	}
	// AdminAdded says that a member is an admin, and so on the allow list.
	AdminAdded struct {
		In   CircleID
		User string
	}
	// AdminRemoved says that an admin is a plain member.
	AdminRemoved struct {
		In   CircleID
		User string
	}

	// MembersJoined says that users were put in. Who was on the block list of a group
	// is not any more.
	MembersJoined struct {
		In    CircleID
		Users []string
		Count int // members now
	}
	// MembersLeft says that users are not members any more, nor in the threads of the
	// group.
	MembersLeft struct {
		In    CircleID
		Users []string
		Count int // members now
		Why   Leaving
	}
	// MembersBlocked says that members were put on the block list, which took them
	// out as well.
	MembersBlocked struct {
		In    CircleID
		Users []string
		Count int // members now
	}
	// MembersUnblocked says that users were taken off the block list.
	MembersUnblocked struct {
		In    CircleID
		Users []string
	}
	// MembersAllowed says that members were put on the allow list.
	MembersAllowed struct {
		In    CircleID
		Users []string
	}
	// MembersDisallowed says that members were taken off the allow list.
	MembersDisallowed struct {
		In    CircleID
		Users []string
	}
	// MembersMuted says that members are muted.
	MembersMuted struct {
		In    CircleID
		Users []string
		Until time.Time
	}
	// MembersUnmuted says that mutes were lifted; one that ends by time says nothing.
	MembersUnmuted struct {
		In    CircleID
		Users []string
	}
	// AllMuted says that all members are muted.
	AllMuted struct{ In CircleID }
	// AllUnmuted says that the mute of all members was lifted.
	AllUnmuted struct{ In CircleID }
)

// Leaving is why a member left.
type Leaving string

// Why members leave. Those who are blocked have an event of their own.
const (
	LeftRemoved Leaving = "removed"
	LeftOffline Leaving = "offline" // for too long, in a room
	LeftDeleted Leaving = "deleted" // their account is gone
)

func (CircleCreated) what()     {}
func (CircleDeleted) what()     {}
func (CircleUpdated) what()     {}
func (GroupDisabled) what()     {}
func (GroupEnabled) what()      {}
func (AnnouncementSet) what()   {}
func (OwnerChanged) what()      {}
func (AdminAdded) what()        {}
func (AdminRemoved) what()      {}
func (MembersJoined) what()     {}
func (MembersLeft) what()       {}
func (MembersBlocked) what()    {}
func (MembersUnblocked) what()  {}
func (MembersAllowed) what()    {}
func (MembersDisallowed) what() {}
func (MembersMuted) what()      {}
func (MembersUnmuted) what()    {}
func (AllMuted) what()          {}
func (AllUnmuted) what()        {}
