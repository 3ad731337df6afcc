package catalogue

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEndpoints(t *testing.T) {
	all := All()
	require.Len(t, all, 236)
	withOrigin, last := 0, ""
	for _, e := range all {
		assert.Less(t, last, e.ID, "ids should be unique and sorted")
		last = e.ID
		if len(e.Origin) > 0 {
			withOrigin++
		}
		assert.Contains(t, []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete}, e.Method, e.ID)
		assert.True(t, strings.HasPrefix(e.Path, "/") || e.ID == "auth.dns_config", "%s: path %s", e.ID, e.Path)
		assert.NotEmpty(t, e.Title, e.ID)
		assert.NotEmpty(t, e.Pool, e.ID)
		assert.GreaterOrEqual(t, e.BatchMax, 0, e.ID)
		for _, x := range e.Errors {
			assert.True(t, x.Status == 0 || x.Status >= 400 && x.Status < 600, "%s: %+v", e.ID, x)
			assert.NotEmpty(t, x.When, e.ID)
		}

		found, ok := ByID(e.ID)
		assert.True(t, ok)
		assert.Equal(t, e, found)
	}
	assert.Equal(t, 156, withOrigin)

	_, ok := ByID("users.nothing")
	assert.False(t, ok)
}

func TestQuotas(t *testing.T) {
	pools := map[string]Endpoint{}
	for _, e := range All() {
		if e.ID != "auth.dns_config" { // a host of its own
			assert.NotEmpty(t, e.Quotas, e.ID)
		}
		for _, list := range [][]Quota{e.Quotas, e.EasemobQuotas} {
			for _, q := range list {
				assert.Positive(t, q.N, e.ID)
				assert.Positive(t, q.Per, e.ID)
			}
		}
		if len(e.EasemobQuotas) > 0 {
			assert.NotEqual(t, e.Quotas, e.EasemobQuotas, "%s: not worth a list of its own", e.ID)
		}
		if first, ok := pools[e.Pool]; ok {
			assert.Equal(t, first.Quotas, e.Quotas, "%s and %s share pool %s", first.ID, e.ID, e.Pool)
			assert.Equal(t, first.EasemobQuotas, e.EasemobQuotas, "%s and %s share pool %s", first.ID, e.ID, e.Pool)
		}
		pools[e.Pool] = e
	}
}

// The endpoints for which sources differ, or which have a rule of their own.
func TestSettledQuotas(t *testing.T) {
	const day = 24 * time.Hour
	for id, want := range map[string]struct {
		pool          string
		base, easemob []Quota
	}{
		"auth.dns_config":             {"auth.dns_config", []Quota{}, nil},
		"users.register":              {"user_write", []Quota{{N: 100, Per: time.Second}}, nil},
		"users.register_batch":        {"user_write", []Quota{{N: 100, Per: time.Second}}, nil},
		"push.set_nickname":           {"user_write", []Quota{{N: 100, Per: time.Second}}, nil},
		"push.set_display_style":      {"user_write", []Quota{{N: 100, Per: time.Second}}, nil},
		"push.set_no_disturbing":      {"user_write", []Quota{{N: 100, Per: time.Second}}, nil},
		"presence.set":                {"presence.set", []Quota{{N: 50, Per: time.Second}}, nil},
		"contacts.block_add":          {"contacts.block_add", []Quota{{N: 50, Per: time.Second}}, nil},
		"groups.list_joined":          {"groups.list_joined", []Quota{{N: 50, Per: time.Second}}, nil},
		"messages.history_url":        {"chatmessages", []Quota{{N: 10, Per: time.Minute}}, nil},
		"push.create_label":           {"push.create_label", []Quota{{N: 100, Per: time.Second}}, []Quota{{N: 10, Per: time.Second}}},
		"push.add_label_users":        {"push.add_label_users", []Quota{{N: 100, Per: time.Second}}, []Quota{{N: 30, Per: time.Second}}},
		"push.send_async":             {"push.send_async", []Quota{{N: 100, Per: time.Second}}, []Quota{{N: 200, Per: time.Second}}},
		"push.send_single":            {"push.send_single", []Quota{{N: 1200, Per: time.Minute}}, []Quota{{N: 10, Per: time.Second}}},
		"push.send_label":             {"push.send_label", []Quota{{N: 1200, Per: time.Minute}}, []Quota{{N: 10, Per: time.Second}}},
		"messages.send_users":         {"messages_users", []Quota{{N: 100, Per: time.Second}, {N: 6000, Per: time.Minute, Items: true}}, nil},
		"messages.send_groups":        {"messages_groups", []Quota{{N: 20, Per: time.Second, Items: true}, {N: 20, Per: time.Second}}, nil},
		"messages.send_rooms":         {"messages_rooms", []Quota{{N: 100, Per: time.Second, Items: true}, {N: 100, Per: time.Second}}, nil},
		"messages.list_conversations": {"user_channels_list", []Quota{{N: 100, Per: time.Second}, {N: 5, Per: time.Minute, User: true}}, nil},
		"messages.delete_conversation": {
			"user_channel_delete", []Quota{{N: 100, Per: time.Second}, {N: 5, Per: time.Minute, User: true}}, nil,
		},
		"messages.broadcast_rooms": {
			"broadcast_rooms",
			[]Quota{{N: 10, Per: time.Minute}, {N: 100, Per: day}},
			[]Quota{{N: 1, Per: time.Second}, {N: 10, Per: time.Minute}, {N: 100, Per: day}},
		},
		"messages.broadcast_online_users": {"broadcast_online", []Quota{{N: 1, Per: time.Minute}, {N: 50, Per: day}}, nil},
		"messages.broadcast_all_users":    {"broadcast_all", []Quota{{N: 1, Per: 30 * time.Minute}, {N: 3, Per: day}}, nil},
		"push.send_task": {
			"push.send_task",
			[]Quota{{N: 5, Per: time.Minute}, {N: 100, Per: day}},
			[]Quota{{N: 1, Per: time.Second}, {N: 100, Per: day}},
		},
	} {
		e, ok := ByID(id)
		require.True(t, ok, id)
		assert.Equal(t, want.pool, e.Pool, id)
		assert.Equal(t, want.base, e.Quotas, id)
		assert.Equal(t, want.easemob, e.EasemobQuotas, id)
	}
}

// Easemob's documents of 2026 name 20 calls that share one budget, each within its own
// quotas.
func TestEasemobBudget(t *testing.T) {
	members := 0
	for _, e := range All() {
		if e.EasemobBudget == nil {
			continue
		}
		members++
		assert.Equal(t, &Budget{"user_management", []Quota{{N: 100, Per: time.Second}}}, e.EasemobBudget, e.ID)
	}
	assert.Equal(t, 20, members)
	for id, own := range map[string]int{"users.delete_batch": 30, "users.status_batch": 50, "push.bind_device": 100} {
		e, _ := ByID(id)
		assert.NotNil(t, e.EasemobBudget, id)
		assert.Equal(t, []Quota{{N: own, Per: time.Second}}, e.Quotas, id)
	}
	for _, id := range []string{"push.set_no_disturbing", "auth.app_token"} {
		e, _ := ByID(id)
		assert.Nil(t, e.EasemobBudget, id)
	}
}

// A wrong yes here sends a message twice or deletes more than was asked for.
func TestIdempotent(t *testing.T) {
	for id, want := range map[string]bool{
		"messages.send_users":           false,
		"messages.upload_file":          false,
		"messages.clear_roaming_all":    false,
		"messages.modify":               false,
		"users.delete":                  false,
		"users.delete_batch":            false,
		"groups.create":                 false,
		"messages.recall":               true,
		"messages.recall_batch":         true,
		"messages.recall_batch_legacy":  true,
		"users.get":                     true,
		"users.disconnect":              true,
		"groups.get_members_attributes": true,
	} {
		e, ok := ByID(id)
		require.True(t, ok, id)
		assert.Equal(t, want, e.Idempotent, id)
	}
	for _, e := range All() {
		if e.Method == http.MethodGet {
			assert.True(t, e.Idempotent, "%s is a GET", e.ID)
		}
	}
}

func TestErrors(t *testing.T) {
	all := Errors()
	require.Len(t, all, 264)
	for _, e := range all {
		assert.NotEmpty(t, e.Area)
		assert.True(t, e.Status >= 400 && e.Status < 600, "%+v", e)
		assert.Contains(t, []string{"never", "after_backoff", "after_token_refresh"}, e.Retry)
	}
}
