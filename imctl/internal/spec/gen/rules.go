package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/imrest/im-go/imctl/internal/spec"
)

// ownNames are the commands of endpoints that have no method of a domain, and of those whose
// name belongs to a command made by hand.
var ownNames = map[string]string{ //nolint:gosec // names, no credentials
	"auth.app_token":            "auth get-app-token",
	"auth.dns_config":           "auth look-up-hosts",
	"auth.exchange_agora_token": "auth exchange-agora-token",
	"auth.user_token_inherit":   "auth get-user-token",
	"auth.user_token_password":  "auth get-user-token-by-password",
	"groups.add_members":        "groups members add-batch",
	"mutes.set":                 "users set-mute",
	"messages.recall":           "messages recall-one",
}

// constants are the values that select a form of a call: no flag, always sent.
var constants = map[string]any{
	"auth.app_token grant_type": "client_credentials", "auth.user_token_password grant_type": "password",
	"auth.user_token_inherit grant_type": "inherit", "auth.exchange_agora_token grant_type": "agora",
	"chatrooms.list_members_cursor version": "v3", "groups.list_members_cursor version": "v3",
	"messages.download_thumbnail thumbnail": "true", "moderation.download_export_file type": "record",
}

// headerTypes are the types of headers that are no text.
var headerTypes = map[string]string{"restrict-access": "bool", "thumbnail-width": "int", "thumbnail-height": "int"}

// destructive are calls that take something away, beside those with DELETE.
var destructive = []string{
	"users.deactivate", "users.disconnect", "groups.disable", "messages.clear_roaming_all", "messages.recall", "messages.recall_batch",
	"messages.recall_batch_legacy", "messages.broadcast_all_users", "messages.broadcast_online_users", "messages.broadcast_rooms",
	"push.send_task", "push.send_broadcast_task", "chatrooms.transfer_owner", "groups.transfer", "users.set_password",
}

// reads are calls with POST that change nothing.
var reads = []string{
	"chatrooms.get_attributes", "contacts.block_check", "contacts.check", "groups.get_members_attributes", "messages.search",
	"messages.export_moderation_records", "metadata.batch_get", "moderation.check_text", "moderation.search_lists", "moderation.search_words",
	"presence.get", "translation.translate", "translation.detect", "users.status_batch",
}

// itemsOf names the field that holds the items of a batch, where it is not the first array.
var itemsOf = map[string]string{
	"messages.send_group_targeted": "users", "messages.send_room_targeted": "users", "users.delete_batch": "limit",
}

// globals are the flags that every command has; no field may take one of their names.
var globals = []string{"output", "jq", "profile", "lane", "yes", "dry-run", "quiet", "debug", "help", "all", "body", "file", "to-file"}

// complete adds what follows from the fields: names of flags, kinds, the items of a batch.
func complete(c *spec.Command, batchMax int) error {
	c.Destructive = c.Method == "DELETE" || slices.Contains(destructive, c.ID)
	c.Read = c.ID != "users.disconnect" && c.Method == "GET" || slices.Contains(reads, c.ID)
	for i := range c.Params {
		c.Params[i].Required = true
		if batchMax > 1 && strings.HasSuffix(c.Params[i].Name, "s") {
			c.Params[i].Type, c.Items = "list", c.Params[i].Name
		}
	}
	c.Query = slices.DeleteFunc(c.Query, func(f spec.Field) bool { // as a header it is in no log of URLs
		return slices.ContainsFunc(c.Headers, func(h spec.Field) bool { return h.Name == f.Name })
	})
	used := map[string]bool{}
	for _, part := range []*[]spec.Field{&c.Query, &c.Headers, &c.Fields} {
		kept := (*part)[:0]
		for _, f := range *part {
			if isPart(f.Name) {
				continue // of an element of an array, which one flag takes as JSON
			}
			f.Const = constants[c.ID+" "+f.Name]
			if f.Const == nil {
				f.Flag = flagOf(c, f.Name)
				if used[f.Flag] || slices.Contains(globals, f.Flag) && !whole(f.Name) && f.Name != "body" && f.Name != "file" {
					return fmt.Errorf("the flag --%s of %s is taken", f.Flag, f.Name)
				}
				used[f.Flag] = true
				if secret(f.Name) {
					f.Type = "secret"
				}
				if own := headerTypes[f.Name]; own != "" {
					f.Type = own
				}
			}
			kept = append(kept, f)
		}
		*part = kept
	}
	for i, f := range c.Fields {
		if slices.ContainsFunc(c.Fields, func(below spec.Field) bool { return strings.HasPrefix(below.Name, f.Name+".") }) {
			c.Fields[i].Required = false // its parts may say it all
		}
		if f.Name == anyKey {
			c.Fields[i].Type, c.Fields[i].Required = "map", false
		}
	}
	if flag := bearers[c.ID]; flag != "" {
		c.Headers = append(c.Headers, spec.Field{Name: spec.Bearer, Flag: flag, Type: "secret", Required: true, Note: "sent instead of the app token"})
	}
	if c.Body == "json-array" && len(c.Fields) == 0 {
		c.Fields = []spec.Field{{Name: "(root)", Flag: "body", Type: "objects", Required: true, Note: elements[c.ID]}}
	}
	setItems(c, batchMax)
	return nil
}

// anyKey is the field of a body with free keys.
const anyKey = "<any key>"

// bearers are the flags of calls that carry another token than that of the app.
var bearers = map[string]string{"push.set_user_template": "user-token", "auth.exchange_agora_token": "agora-token"}

// elements say what the arrays hold that are whole bodies.
var elements = map[string]string{
	"users.register_batch":          "each {username, password, nickname}",
	"push.set_nicknames_batch":      "each {username, push_nickname}",
	"groups.set_members_attributes": "each {username, metadata}",
}

// setItems names the field whose length counts for quotas and the batch maximum.
func setItems(c *spec.Command, batchMax int) {
	if own, ok := itemsOf[c.ID]; ok {
		c.Items = own
		return
	}
	for _, f := range c.Fields {
		if c.Items == "" && batchMax > 1 && (f.Type == "strings" || f.Type == "objects" || f.Type == "map") {
			c.Items = f.Name
		}
	}
}

// isPart says that a field belongs to the elements of an array.
func isPart(name string) bool { return strings.Contains(name, "[]") }

// whole says that a field is the whole body.
func whole(name string) bool { return strings.HasPrefix(name, "(") || strings.HasPrefix(name, "<") }

// flagOf is the flag of a field. The parts of an object carry its name, unless it is all that the
// body has.
func flagOf(c *spec.Command, name string) string {
	switch {
	case name == anyKey:
		return "set"
	case c.ID == "presence.unsubscribe" && whole(name):
		return "usernames"
	case whole(name):
		return "body"
	}
	first, rest, nested := strings.Cut(name, ".")
	if nested && first == "data" {
		return hyphens(rest)
	}
	return hyphens(name)
}

func secret(name string) bool {
	return slices.Contains([]string{"client_secret", "password", "newpassword", "share-secret", "device_token"}, name)
}
