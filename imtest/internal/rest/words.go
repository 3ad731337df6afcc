package rest

import (
	"maps"
	"net/http"
	"sync"

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
var allWords = sync.OnceValue(func() words {
	return join(
		words{world.BadCursor: always(wire.ErrInvalidRequest)},
		userWords,
		contactWords,
		tokenWords,
		metadataWords,
		presenceWords,
		favoriteWords, translationWords, moderationWords,
		templateWords, labelWords, pushSendWords,
		circleWords, roomAttributeWords, threadReasons,
		fileWords, messageWords, streamWords, reactionsWords,
	)
})

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

var fileWords = words{
	world.NoFile:      always(wire.ErrFileUnknown),
	world.FileExpired: func(e *world.Error) *wire.Error { return wire.ErrFileExpired(e.Name()) },
	world.FileLocked:  always(wire.ErrFileRestricted),
}

// messageWords are those of calls that recall, and of those that edit.
var messageWords = words{
	world.NoMessage:        recallError(http.StatusForbidden, "not_found msg"),
	world.MessageElsewhere: recallError(http.StatusBadRequest, "can't find msg to"),
	world.RecallTooLate:    recallError(http.StatusForbidden, "exceed recall time limit"),
	world.MessageIDIllegal: always(wire.ErrMessageID),
	world.MessageForeign: editError(http.StatusUnauthorized, "RewriteMessageNotAuthorizedException",
		"You are not authorized to edit this message."),
	world.EditedTooOften: editError(http.StatusForbidden, "EditLimitExceededException",
		"The message has reached its edit limit and cannot be modified further."),
	world.OtherType:       always(errEditType),
	world.MessageTooLarge: always(wire.ErrInvalidBody),
}

func recallError(status int, text string) func(*world.Error) *wire.Error {
	return func(*world.Error) *wire.Error { return wire.ErrRecall(status, text) }
}

func editError(status int, exception, text string) func(*world.Error) *wire.Error {
	return func(*world.Error) *wire.Error { return wire.ErrRewrite(status, exception, text) }
}

var streamWords = words{
	world.NoStream:       streamError("can not find stream message by msgId", 14031),
	world.StreamTooLong:  streamError("stream message total length exceeds limit", 14032),
	world.StreamPaused:   streamError("stream message chunk interval timeout", 14033),
	world.StreamTooLate:  streamError("stream message total timeout", 14034),
	world.StreamFinished: streamError("stream message has already finished", 14035),
	world.StreamNotFrom:  streamError("stream message from user mismatch", 14036),
	world.StreamNotTo:    streamError("stream message to user mismatch", 14037),
	world.StreamBehind:   streamError("stream message chunk seq too small", 14038),
}

func streamError(text string, number int) func(*world.Error) *wire.Error {
	return func(*world.Error) *wire.Error { return wire.ErrSend(text, number) }
}

var reactionsWords = words{
	world.ReactorOutside: always(wire.ErrReactorOutside),
	world.ReactorUnfit:   always(wire.ErrReactor),
	world.ReactedAlready: text(errReaction, "the user is already operation this message"),
	world.ReactionsFull: func(*world.Error) *wire.Error {
		return wire.ErrReaction(http.StatusBadRequest, "count limit exception", "The quantity has exceeded the limit!")
	},
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
	for _, w := range append(own, allWords()) {
		if say := w[err.Kind]; say != nil {
			return say(err)
		}
	}
	panic("imtest: no words for: " + err.Error())
}
