// Package push settles how users get push notifications, and sends some: to one
// user, to a list, to all users under a label, to everybody.
//
// What a user wants pushed is set with [Service.SetSettings] and its neighbours;
// how it looks, with nicknames, display styles, languages and templates. Labels
// are sets of users for campaigns:
//
//	taskID, err := client.Push.SendToLabels(ctx, []string{"beta-testers"}, push.Message{
//		Title:   "A new kettle",
//		Content: "It sings. Come and hear it.",
//	})
//
// A notification is never sent twice by this package: a call whose response is lost
// returns [im.ErrOutcomeUnknown] and is not repeated.
//
// A push that is rejected with 403 LimitException ([im.ErrRateLimited]) is not retried,
// unlike every other call that comes too often: it means too many tasks, which end in
// minutes and not in seconds. The error says so.
//
// Calls that send, and those of labels, need the push product to be switched on
// for the app; without it they response [im.ErrNotEnabled].
package push

import "github.com/imrest/im-go/internal/api"

// Service calls the endpoints of push. It is the field Push of the client.
type Service struct{ api api.Caller }

// New is called by package im; a service cannot be made outside this module.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{
	&setNickname, &setNicknameBatch, &setDisplayStyle, &setNoDisturbing,
	&setSettings, &getSettings, &setLanguage, &getLanguage,
	&createTemplate, &getTemplate, &updateTemplate, &deleteTemplate, &setUserTemplate, &getUserTemplate,
	&bindDevice, &getBindings,
	&createLabel, &getLabel, &listLabels, &deleteLabel,
	&addLabelUsers, &getLabelUser, &listLabelUsers, &removeLabelUsers,
	&sendSync, &sendAsync, &sendUsers, &sendLabels, &sendAll, &sendList,
	&createMessage, &getMessage, &sendStored,
	&statistics,
}
