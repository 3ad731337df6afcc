package imtest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// deciding is a client of a server whose receiver decides with a response, with alice and bob online.
func deciding(t *testing.T, response string, change func(*imtest.Rule)) (*client, *receiver) {
	r := newReceiver(t)
	r.always(func(w http.ResponseWriter, _ int) { _, _ = io.WriteString(w, response) })
	rule := imtest.Rule{Name: "before", URL: r.URL, Secret: callbackSecret, Kinds: []string{"pre_send"}, Timeout: time.Minute}
	if change != nil {
		change(&rule)
	}
	c := calling(t, []imtest.Rule{rule})
	for _, user := range []string{"alice", "bob"} {
		c.srv.AddUser(imtest.User{Username: user})
		c.srv.LogIn(user)
	}
	return c, r
}

func (c *client) sendAs(text string) (imtest.Message, error) {
	return c.srv.SendAs("alice", imtest.ClientMessage{To: "bob", Text: text})
}

// The message of a client is asked about as the documents show it; those of calls are not.
func TestPreSendAsks(t *testing.T) {
	c, r := deciding(t, `{"valid":true}`, nil)
	sent, err := c.sendAs("see you at noon")
	require.NoError(t, err)
	c.text("alice", "bob", "by REST")
	c.wait()
	require.Len(t, r.got(), 1)
	got := r.got()[0]
	for _, name := range []string{"callId", "security", "timestamp"} {
		assert.NotEmpty(t, got[name])
		delete(got, name)
	}
	assert.Equal(t, map[string]any{
		"chat_type": "chat", "from": "alice", "to": "bob", "msg_id": sent.ID, "payload": map[string]any{
			"ext": map[string]any{}, "from": "alice", "to": "bob", "bodies": []any{map[string]any{"msg": "see you at noon", "type": "txt"}},
		},
	}, got)
	assert.Equal(t, imtest.DeliveryAccepted, c.srv.Deliveries()[0].State)
	assert.ErrorContains(t, c.srv.Redeliver(1), "not resent")

	require.NoError(t, c.srv.EditAs("alice", sent.ID, imtest.ClientMessage{Text: "at one"}))
	assert.Equal(t, "at one", c.srv.Messages("bob")[0].Text())
	edit := r.got()[1]
	assert.Equal(t, []any{sent.ID, "pre_send.message_edit"}, []any{edit["payload"].(map[string]any)["edit_message_id"], c.srv.Deliveries()[1].Kind})
}

func TestPreSendInTheFlatShape(t *testing.T) {
	c, r := deciding(t, `{"valid":true,"payload":{"msg":"***","type":"txt","ext":{"k":1}}}`, func(r *imtest.Rule) { r.Kinds = []string{"pre_send.message_flat"} })
	c.srv.AddGroup(imtest.Group{ID: "club", Name: "Club", Owner: "alice", Members: []string{"bob"}})
	sent, err := c.srv.SendAs("alice", imtest.ClientMessage{Group: "club", Text: "noon"})
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"msg": "noon", "type": "txt", "ext": map[string]any{}}, r.got()[0]["payload"])
	assert.Equal(t, []any{"groupchat", "club", "club"}, []any{r.got()[0]["chat_type"], r.got()[0]["group_id"], r.got()[0]["to"]})
	assert.Equal(t, []string{"***", `{"k":1}`}, []string{sent.Text(), string(sent.Ext)})
	require.NoError(t, c.srv.EditAs("alice", sent.ID, imtest.ClientMessage{Text: "x"}), "the rule does not cover edits")
	assert.Len(t, r.got(), 1)
}

// What becomes of a message, by the response and what the rule says.
func TestPreSendDecisions(t *testing.T) {
	reports := func(r *imtest.Rule) { r.Reports = true }
	rejects := func(r *imtest.Rule) { r.Reports, r.Rejects = true, true }
	long := strings.Repeat("x", 1000)
	for name, tt := range map[string]struct {
		response string
		change   func(*imtest.Rule)
		arrived  string // text, "": nothing
		err      string // "": none
		state    imtest.DeliveryState
		reason   string
	}{
		"valid":               {`{"valid":true}`, reports, "hi", "", imtest.DeliveryAccepted, ""},
		"null payload":        {`{"valid":true,"payload":null}`, reports, "hi", "", imtest.DeliveryAccepted, ""},
		"rejected":            {`{"valid":false,"code":"E42: no"}`, reports, "", "rejected before delivery: E42: no", imtest.DeliveryRejected, ""},
		"without a code":      {`{"valid":false}`, reports, "", "custom logic denied", imtest.DeliveryRejected, ""},
		"with an empty code":  {`{"valid":false,"code":""}`, reports, "", "Message blocked by external logic", imtest.DeliveryRejected, ""},
		"rejected silently":   {`{"valid":false}`, nil, "", "", imtest.DeliveryRejected, ""},
		"rewritten":           {`{"valid":true,"payload":{"bodies":[{"type":"txt","msg":"ho"}]}}`, reports, "ho", "", imtest.DeliveryRewritten, ""},
		"no decision":         {``, reports, "hi", "", imtest.DeliveryFailed, "not a decision"},
		"no decision, strict": {``, rejects, "", "custom internal error", imtest.DeliveryFailed, "not a decision"},
		"no valid":            {`{}`, rejects, "", "custom internal error", imtest.DeliveryFailed, `no "valid"`},
		"valid as a text":     {`{"valid":"true"}`, rejects, "", "custom internal error", imtest.DeliveryFailed, "valid"},
		"too long":            {`{"valid":true,"code":"` + long + `"}`, rejects, "", "custom internal error", imtest.DeliveryFailed, "1000 characters"},
		"another type":        {`{"valid":true,"payload":{"bodies":[{"type":"img"}]}}`, rejects, "", "custom internal error", imtest.DeliveryFailed, `type "img"`},
		"a wrong ext":         {`{"valid":true,"payload":{"bodies":[{"type":"txt","msg":"ho"}],"ext":5}}`, rejects, "", "custom internal error", imtest.DeliveryFailed, `"payload.ext" must be an object`},
		"a null ext":          {`{"valid":true,"payload":{"bodies":[{"type":"txt","msg":"ho"}],"ext":null}}`, reports, "ho", "", imtest.DeliveryRewritten, ""},
		"a wrong level":       {`{"valid":true,"chatroom_msg_level":"top"}`, rejects, "", "custom internal error", imtest.DeliveryFailed, `"top"`},
		"must not be changed": {
			`{"valid":true,"payload":{"bodies":[{"type":"txt","msg":"ho"}]}}`,
			func(r *imtest.Rule) { rejects(r); r.Rewrites = []string{"img"} }, "", "custom internal error", imtest.DeliveryFailed, "must not be changed",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := deciding(t, tt.response, tt.change)
			_, err := c.sendAs("hi")
			if tt.err == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorIs(t, err, imtest.ErrRejected)
				assert.ErrorContains(t, err, tt.err)
			}
			text := ""
			if got := c.srv.Messages("bob"); len(got) == 1 {
				text = got[0].Text()
				assert.Nil(t, got[0].Ext)
			}
			assert.Equal(t, tt.arrived, text)
			d := c.srv.Deliveries()[0]
			assert.Equal(t, tt.state, d.State)
			assert.Contains(t, d.Reason, tt.reason)
			assert.Len(t, d.Attempts, 1)
		})
	}
}

// A receiver that is too slow has not decided; nothing is retried, and it does not count for the ban.
func TestPreSendTimeout(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	c, r := deciding(t, "", func(r *imtest.Rule) { r.Timeout = 20 * time.Millisecond })
	r.always(func(http.ResponseWriter, int) { <-release })
	_, err := c.sendAs("hi")
	require.NoError(t, err)
	assert.Len(t, c.srv.Messages("bob"), 1)
	d := c.srv.Deliveries()[0]
	assert.Equal(t, []any{imtest.DeliveryFailed, "no response within 20ms", 1}, []any{d.State, d.Reason, len(d.Attempts)})
}

// Rules are asked one after the other, each about what the one before has left; a rejected message
// causes no callback after delivery.
func TestPreSendRulesInTurn(t *testing.T) {
	c, first := deciding(t, `{"valid":true,"payload":{"bodies":[{"type":"txt","msg":"one"}]}}`, nil)
	second, after := newReceiver(t), newReceiver(t)
	second.always(func(w http.ResponseWriter, n int) { fmt.Fprintf(w, `{"valid":%t}`, n == 1) })
	rules := c.srv.Callbacks()
	rules = append(rules,
		imtest.Rule{Name: "second", URL: second.URL, Secret: "x", Kinds: []string{"pre_send.message"}, Timeout: time.Minute},
		imtest.Rule{Name: "after", URL: after.URL, Secret: "x", Kinds: []string{"message"}, Source: "sdk"})
	require.NoError(t, c.srv.SetCallbacks(rules...))
	for range 2 {
		_, err := c.sendAs("hi")
		require.NoError(t, err)
	}
	c.text("alice", "bob", "by REST")
	c.wait()
	body := second.got()[0]["payload"].(map[string]any)["bodies"].([]any)[0]
	assert.Equal(t, map[string]any{"msg": "one", "type": "txt"}, body)
	assert.Len(t, first.got(), 2)
	require.Len(t, after.got(), 1)
	assert.Equal(t, c.srv.Messages("bob")[0].ID, after.ids()[0])
}

// Rules of the server come before the question: a muted user is not asked about.
func TestPreSendAfterTheRules(t *testing.T) {
	c, r := deciding(t, `{"valid":true}`, nil)
	c.srv.AddBlocked("bob", "alice")
	_, err := c.sendAs("hi")
	assert.ErrorContains(t, err, "blocked")
	assert.Empty(t, r.got())
	assert.Error(t, c.srv.EditAs("alice", "7", imtest.ClientMessage{Text: "x"}))
}
