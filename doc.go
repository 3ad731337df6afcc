// Package im is a client for the server-side REST API of Agora Chat (声网即时通讯
// IM) and Easemob (环信 IM): one API, two brands.
//
//	client, err := im.New(im.Config{
//		Host:  "a1.easemob.com",
//		Org:   "acme",
//		App:   "demo",
//		Platform: im.Easemob,
//		Token: im.ClientCredentials{ID: "YXA6...", Secret: "YXA6..."},
//	})
//	sent, err := client.Messages.SendToUsers(ctx, []string{"alice", "bob"}, messages.Message{
//		Body: messages.Text("The kettle is on."),
//	})
//
// # What the client takes care of
//
// Tokens are fetched when first needed, renewed before they expire and after a
// 401, and used until the server refuses them, whatever the clocks say. Calls wait for the documented quotas of their endpoint, in messages where
// the API counts messages, and a message is never sent twice: only calls that
// can do no harm are repeated after a lost response, the others return
// [ErrOutcomeUnknown].
//
// # Errors
//
// Every call that fails returns an [*Error]. What kind of failure it is, tell
// with errors.Is and the variables of this package ([ErrNotFound],
// [ErrAlreadyExists], ...); status, code and text of the API, with
// errors.AsType[*im.Error](err). Wrong arguments are refused before anything is
// sent, as [ErrInvalidArgument].
//
// # Tests
//
// Package [github.com/imrest/im-go/imtest] is an IM server in memory: a test
// needs no account and no network.
package im
