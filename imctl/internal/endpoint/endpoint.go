// Package endpoint has a command for every endpoint of the API, made from the catalogue.
package endpoint

import "github.com/imrest/im-go/imctl/internal/app"

// nouns are the domains.
var nouns = []struct{ name, short string }{
	{"users", "Accounts, bans, online state, app-wide mutes"},
	{"messages", "Sending, files, recall, history, conversations, import"},
	{"contacts", "Friends, remarks, block lists"},
	{"metadata", "User attributes"},
	{"groups", "Groups: members, roles, mutes, lists, files"},
	{"chatrooms", "Chat rooms: members, roles, mutes, lists, attributes"},
	{"push", "How users are notified; labels, templates, sending"},
	{"presence", "Presence and subscriptions to it"},
	{"reaction", "Reactions to messages"},
	{"thread", "Threads in groups"},
	{"favorites", "What users have kept"},
	{"translation", "Translation of texts (Easemob)"},
	{"moderation", "Check of texts, keyword lists (Easemob)"},
	{"auth", "Tokens and hosts, as the API has them"},
}

// Add adds the nouns and their commands.
func Add(t *app.Tree) {
	for _, noun := range nouns {
		t.Noun(app.GroupAct, noun.name, noun.short)
	}
}
