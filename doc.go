// Package im is a client for the server-side REST API of Agora Chat (声网即时通讯
// IM) and Easemob (环信 IM): one API, two brands.
//
//	client, err := im.New(im.Config{
//		Host:     "a1.easemob.com",
//		Org:      "acme",
//		App:      "demo",
//		Platform: im.Easemob,
//		Token:    im.ClientCredentials{ID: "YXA6...", Secret: "YXA6..."},
//	})
//	sent, err := client.Messages.SendToUsers(ctx, []string{"alice", "bob"}, messages.Message{
//		Body: messages.Text("The kettle is on."),
//	})
//
// # To do X, call Y
//
// The domains are the fields of [Client]: Users, Messages, Groups and so on. Beside them:
//
//   - make a client: [New] with a [Config], which [ConfigFromEnv] reads from the environment
//   - check host, app and credentials at the start: [Client.Check]
//   - let a user log in: [Client.UserToken]
//   - call an endpoint that has no method here: [Raw]
//   - see the quotas, and who waits for them: [Client.Quotas]; change them: [WithQuota]
//   - share quotas and the token in a fleet: [WithQuotaStore], [SharedToken]
//   - let a batch job give way to users: [WithLane]
//   - have the raw response as well: [WithResponse]
//   - measure and trace: [WithObserver] for each attempt, [WithHook] for each call
//
// # Defaults
//
// Unless a method says otherwise, its quota is 100 calls a second, and it is retried if
// the response is lost. A call waits for its quota, but not beyond the deadline of its
// context. An attempt may take 30 seconds; a call is retried up to 3 times, with waits of
// at most 30 seconds.
//
// Tokens are fetched when they are first needed, renewed before they expire and after a
// 401, and used until the server refuses them, whatever the clocks say.
//
// A message is never sent twice: only calls that do no harm when they are carried out
// twice are retried after a lost response. The others fail with [ErrOutcomeUnknown].
//
// # Errors
//
// Every call that fails returns an [*Error]. Its kind is one of the variables of this
// package ([ErrNotFound], [ErrAlreadyExists], ...), for errors.Is. Status, code and text of
// the API are in its fields, for errors.AsType or errors.As. Wrong arguments are rejected
// before anything is sent, with [ErrInvalidArgument]. A call on several items of which some
// failed returns the results and a [*batch.Error], which is an [ErrPartial].
//
// # Tests
//
// Package [github.com/imrest/im-go/imtest] is an IM server in memory: a test needs no
// account and no network.
package im
