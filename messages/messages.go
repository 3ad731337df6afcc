// Package messages sends messages of all types to users, groups and chat rooms, stores
// and fetches the files that they refer to, and does everything else that the API offers
// for messages.
//
//	sent, err := client.Messages.SendToUsers(ctx, []string{"bob", "carol"}, messages.Message{
//		From: "alice",
//		Body: messages.Text("The kettle is on."),
//	})
//
// To send, call [Service.SendToUsers], [Service.SendToGroups] or [Service.SendToRooms]; to
// some members of a group or chat room, [Service.SendToGroupMembers] or
// [Service.SendToRoomMembers]; to everybody, [Service.BroadcastToRooms],
// [Service.BroadcastToOnlineUsers] or [Service.BroadcastToAllUsers]; piece by piece,
// [Service.StreamToUser]. To send a picture or another file, call
// [Service.UploadFile] first. [Message.Push] says how the notification looks on a phone.
//
// To change what was sent, call [Service.Update] or [Service.Recall]. To read what was sent,
// hour by hour, call [Service.ReadHistory]; what it yields can be sent on ([Record.Message]),
// and its files downloaded ([Service.DownloadAttachment]). To bring in messages from
// another system, call [Service.ImportToUser] or [Service.ImportToGroup].
//
// Unless a method says otherwise, its quota is 100 calls a second and it is retried if the
// response is lost. Calls that send a message are not: if the response is lost, the error
// is im.ErrOutcomeUnknown.
//
// A [Message], [Record] and the like can be stored as JSON and come back whole, with numbers
// in free data as json.Number.
package messages

import "github.com/imrest/im-go/internal/api"

// Service calls the endpoints of messages. It is the field Messages of im.Client.
type Service struct{ api api.Caller }

// New is for package im alone.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{
	&sendUsers, &sendGroups, &sendRooms, &sendLegacy, &sendGroupTargeted, &sendRoomTargeted,
	&broadcastRooms, &broadcastOnline, &broadcastAll, &streamUser, &streamGroup,
	&uploadFile, &downloadFile, &downloadThumbnail, &setLifetime,
	&historyURL, &recall, &recallBatch, &recallBatchLegacy, &modify,
	&listConversations, &deleteConversation, &importUser, &importGroup,
	&deleteRoamingChat, &deleteRoamingGroup, &clearRoamingAll, &clearRoamingChat, &clearRoamingGroup,
	&exportModeration, &storedCallbacks, &resendCallbacks, &search,
}
