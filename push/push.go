// Package push is about notifications on the users' devices: what each user gets and how it
// looks, and notifications that the server sends for the app.
//
//   - To choose what a user gets, call [Service.UpdateSettings].
//   - To choose how it looks, call [Service.SetNickname], [Service.SetDisplayStyle],
//     [Service.SetLanguage] or [Service.CreateTemplate] and [Service.SetUserTemplate].
//   - To let a device get notifications, call [Service.BindDevice].
//   - To keep sets of users for campaigns, call [Service.CreateLabel] and
//     [Service.AddLabelUsers].
//   - To push to one user, call [Service.SendToUser]; to several, [Service.SendToUsers]; to
//     labels, [Service.SendToLabels]; to everybody, [Service.SendToAll]. To reach the
//     devices of one system only, set Platform in the [Message].
//   - To count what arrived, call [Service.GetStatistics].
//
// A campaign is one call:
//
//	taskID, err := client.Push.SendToLabels(ctx, []string{"beta-testers"}, push.Message{
//		Title:   "A new kettle",
//		Content: "It sings. Come and hear it.",
//	})
//
// Unless a method says otherwise, its quota is 100 calls a second, it is retried if the
// response is lost, and a user, label or template that does not exist is im.ErrNotFound.
//
// A notification is never sent twice: a method that sends is not retried if the response is
// lost, and returns im.ErrOutcomeUnknown. A push that is rejected with 403 LimitException
// (im.ErrRateLimited) is not retried either: it means too many tasks, which take minutes to
// end, not seconds. The error says so.
//
// Methods that send, and those for labels, need the push product switched on for the app;
// without it they return im.ErrNotEnabled.
//
// In JSON, the types in a [Message], such as [APNs] and [Config], keep the keys of the
// API, so that settings in a vendor's form can be decoded into them. All other types have
// keys in snake_case.
package push

import "github.com/imrest/im-go/internal/api"

// Service calls the endpoints of push. It is the field Push of im.Client.
type Service struct{ api api.Caller }

// New is for package im alone.
func New(c api.Caller) *Service {
	api.Declare(c, endpoints...)
	return &Service{c}
}

var endpoints = []*api.Endpoint{
	&setNickname, &setNicknames, &setDisplayStyle, &setNoDisturbing,
	&updateSettings, &getSettings, &setLanguage, &getLanguage,
	&createTemplate, &getTemplate, &updateTemplate, &deleteTemplate, &setUserTemplate, &getUserTemplate,
	&bindDevice, &getBindings,
	&createLabel, &getLabel, &listLabels, &deleteLabel,
	&addLabelUsers, &getLabelUser, &listLabelUsers, &removeLabelUsers,
	&sendSync, &sendAsync, &sendUsers, &sendLabels, &sendAll, &sendList,
	&createMessage, &getMessage, &sendStored,
	&getStatistics,
}
