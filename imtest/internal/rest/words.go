package rest

import (
	"maps"

	"github.com/imrest/im-go/imtest/internal/wire"
	"github.com/imrest/im-go/imtest/internal/world"
)

// words are the documented errors for kinds of errors of the world.
type words map[world.Kind]func(*world.Error) *wire.Error

// always are words that name nobody.
func always(say func() *wire.Error) func(*world.Error) *wire.Error {
	return func(*world.Error) *wire.Error { return say() }
}

// text are words that differ from others by their text only.
func text(say func(string) *wire.Error, text string) func(*world.Error) *wire.Error {
	return func(*world.Error) *wire.Error { return say(text) }
}

// allWords are the words of all domains, for endpoints without words of their own.
var allWords = join(
	words{world.BadCursor: always(wire.ErrInvalidRequest)},
	userWords,
	contactWords,
	tokenWords,
	metadataWords,
	presenceWords,
	favoriteWords, translationWords, moderationWords,
	templateWords, labelWords, pushSendWords,
	circleWords, roomAttributeWords, threadReasons,
)

var userWords = words{
	world.NoUser:          always(wire.ErrNoSuchUser),
	world.NameMissing:     always(wire.ErrUsernameRequired),
	world.NameTooLong:     text(wire.ErrIllegalArgument, "USERNAME_TOO_LONG"),
	world.NameIllegal:     func(e *world.Error) *wire.Error { return wire.ErrUsernameIllegal(e.Name()) },
	world.PasswordEmpty:   text(wire.ErrIllegalArgument, "password or pin must provided"),
	world.PasswordsDiffer: func(e *world.Error) *wire.Error { return wire.ErrPasswordsDiffer(e.Name(), e.Names[1:]) },
	world.NicknameTooLong: text(wire.ErrIllegalArgument, "NICKNAME_TOO_LONG"),
}

var contactWords = words{
	world.OwnFriend:     always(wire.ErrInvalidRequest),
	world.NotFriends:    text(wire.ErrIllegalArgument, "updateRemark they are not friends, please add as a friend first."),
	world.FriendsFull:   text(wire.ErrContactLimit, "user contact number exceed limit"),
	world.BlocklistFull: text(wire.ErrContactLimit, "user blacklist number exceed limit"),
}

func join(lists ...words) words {
	all := words{}
	for _, w := range lists {
		maps.Copy(all, w)
	}
	return all
}

// told says in the documented words why a rule refused; an endpoint may have words
// of its own, which count first. There are words for every error that a rule
// can return to an endpoint: an error without is a fault of this package.
func told(err *world.Error, own ...words) *wire.Error {
	for _, w := range append(own, allWords) {
		if say := w[err.Kind]; say != nil {
			return say(err)
		}
	}
	panic("imtest: no words for: " + err.Error())
}
