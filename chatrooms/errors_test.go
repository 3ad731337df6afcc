package chatrooms_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/internal/test/wiretest"
)

// The documents of chat rooms name their errors by text more than by code. What
// the doc comments of this package promise must hold for each of them.
func TestErrorTexts(t *testing.T) {
	for _, c := range []struct {
		status     int
		code, text string
		want       error
	}{
		{404, "resource_not_found", "grpID 1 does not exist!", im.ErrNotFound},
		{404, "service_resource_not_found", "do not find this group:1", im.ErrNotFound},
		{404, "resource_not_found", "username carol doesn't exist!", im.ErrNotFound},
		{404, "resource_not_found", "group tag not found", im.ErrNotFound},
		{403, "forbidden_op", "users [carol] are not members of this group!", im.ErrNotFound},
		{400, "forbidden_op", "users [carol] are not members of this group!", im.ErrNotFound},
		{403, "forbidden_op", "user: carol doesn't exist in group: 1", im.ErrNotFound},
		{401, "MetadataException", "user is not in chatroom", im.ErrNotFound},
		{403, "forbidden_op", "forbidden operation on group owner!", im.ErrForbidden},
		{400, "forbidden_op", "forbidden operation on group owner!", im.ErrForbidden}, // editions differ in the status
		{400, "forbidden_op", "can not join this group, reason:user: carol already in group: 1", im.ErrAlreadyExists},
		{400, "forbidden_op", "can not join this group, reason:user carol has joined too many chatrooms!", im.ErrPlanLimit},
		{403, "forbidden_op", "new owner and old owner are the same", im.ErrForbidden},
		{400, "", "others are not allowed to be set", im.ErrForbidden},
		{403, "forbidden_op", "can not join this group, reason:user: carol already in group: 1", im.ErrAlreadyExists},
		{400, "illegal_argument", "group ID lobby2 already exists!", im.ErrAlreadyExists},
		{403, "exceeded_limit", "", im.ErrPlanLimit}, // the other spelling of exceed_limit
		{403, "exceeded_limit", "can not join this group, reason:user carol has joined too many chatrooms!", im.ErrPlanLimit},
		{403, "forbidden_op", "can not join this group, reason:user carol has joined too many chatrooms!", im.ErrPlanLimit},
		{403, "forbidden_op", "this appKey has create too many groups/chatrooms!", im.ErrPlanLimit},
		{403, "exceed_limit", "user group tag count exceed limit", im.ErrPlanLimit},
		{403, "exceed_limit", "tag length exceeds limit!", im.ErrTooLarge},
		{403, "forbidden_op", "announce info length exceeds limit!", im.ErrTooLarge},
		{403, "forbidden_op", "Group tag mute is disabled", im.ErrNotEnabled},
		{400, "invalid_parameter", "userNames is more than max limit : 60", im.ErrInvalidArgument},
		{400, "", "exceed allowed batch size 10", im.ErrInvalidArgument},
	} {
		body, err := json.Marshal(map[string]string{"error": c.code, "error_description": c.text})
		require.NoError(t, err)
		client, sent := wiretest.Client(t, wiretest.JSON(c.status, string(body)))
		err = client.Chatrooms.MuteAll(t.Context(), room)
		assert.ErrorIs(t, err, c.want, "%d %s: %s", c.status, c.code, c.text)
		assert.Len(t, *sent, 1)
	}
}
