package im

import (
	"context"

	"github.com/imrest/im-go/chatrooms"
	"github.com/imrest/im-go/contacts"
	"github.com/imrest/im-go/favorites"
	"github.com/imrest/im-go/groups"
	"github.com/imrest/im-go/internal/api"
	"github.com/imrest/im-go/internal/transport"
	"github.com/imrest/im-go/messages"
	"github.com/imrest/im-go/metadata"
	"github.com/imrest/im-go/moderation"
	"github.com/imrest/im-go/presence"
	"github.com/imrest/im-go/push"
	"github.com/imrest/im-go/reaction"
	"github.com/imrest/im-go/thread"
	"github.com/imrest/im-go/translation"
	"github.com/imrest/im-go/users"
)

// Client calls the API for one app, with one token and one set of quotas. It is
// made by [New], never changed afterwards, and safe for many goroutines.
type Client struct {
	Users     *users.Service     // accounts, bans, online state, app-wide mutes
	Messages  *messages.Service  // sending, files, recall, editing, history, conversations, import
	Contacts  *contacts.Service  // friends, remarks, block lists
	Metadata  *metadata.Service  // user attributes
	Groups    *groups.Service    // groups: members, roles, mute, block and allow lists, files
	Chatrooms *chatrooms.Service // chat rooms: members, roles, mute, block and allow lists, attributes
	Push      *push.Service      // how users are notified; labels, templates, sending
	Presence  *presence.Service  // presence and subscriptions to it
	Reaction  *reaction.Service  // reactions to messages
	Thread    *thread.Service    // threads in groups

	Favorites   *favorites.Service   // what users have kept
	Translation *translation.Service // of texts, on Easemob
	Moderation  *moderation.Service  // of texts, and its keyword lists, on Easemob

	core *core
}

// New makes a client. It does no I/O, starts no goroutine and reads no environment.
// It rejects what cannot work with a [*ConfigError], or several, joined.
//
// Make one client per app and process, and share it: two clients count their quotas
// separately, as two processes would, and fetch two tokens.
func New(c Config, options ...Option) (*Client, error) {
	s := newSettings(options)
	s.plainHTTP = s.plainHTTP || c.PlainHTTP
	c.PlainHTTP = s.plainHTTP
	wrong := s.wrong
	to, platform := c.check(&wrong, s.hostLookup)
	if err := wrong.err(); err != nil {
		return nil, err
	}
	core := &core{settings: s, to: to, platform: platform, sender: transport.New(s.httpClient), lookup: newLookup()}
	core.tokens = &tokenCache{
		provider: c.Token, observer: s.observer, timeout: s.timeout,
		need: tokenNeed{
			app: to.key(), post: core.postAppToken,
			storeFails: func(ctx context.Context, err error) { core.storeFails(ctx, TokenStoreEvent, err) },
		},
	}

	client := &Client{core: core}
	core.Declare(&getAppToken, &exchangeAgoraToken, &getInheritToken, &getPasswordToken, &lookUpHosts)
	client.Users = users.New(core)
	client.Messages = messages.New(core)
	client.Contacts = contacts.New(core)
	client.Metadata = metadata.New(core)
	client.Groups = groups.New(core)
	client.Chatrooms = chatrooms.New(core)
	client.Push = push.New(core)
	client.Presence = presence.New(core)
	client.Reaction = reaction.New(core)
	client.Thread = thread.New(core)
	client.Favorites = favorites.New(core)
	client.Translation = translation.New(core)
	client.Moderation = moderation.New(core)

	var err error
	if core.quotas, err = newQuotas(core, platform); err != nil {
		return nil, err
	}
	return client, nil
}

// Close closes idle connections. A client that is never closed leaks nothing.
func (c *Client) Close() { c.core.sender.CloseIdle() }

// String returns the URL of the app, and no secret.
func (c *Client) String() string { return "im.Client(" + c.core.to.String() + ")" }

// Declare notes the endpoints of a domain; see [api.Declare].
func (c *core) Declare(endpoints ...*api.Endpoint) {
	c.endpoints = append(c.endpoints, endpoints...)
}
