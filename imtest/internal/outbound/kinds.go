package outbound

import (
	"fmt"
	"slices"
	"strings"
)

// Kinds are all kinds of callbacks that are documented, push.error only as a status. Those of groups
// and rooms come in two formats, muc and group_op.
var Kinds = []string{
	"pre_send.message", "pre_send.message_flat", "pre_send.message_edit",
	"message.text", "message.command", "message.image", "message.audio", "message.video", "message.location", "message.file",
	"message.custom", "message.combine", "message.unknown", "message.offline", "message.recall", "message.edit", "message.read_ack",
	"message.group_read_ack", "message.conversation_ack", "message.delivery_ack",
	"roster.add", "roster.remove", "roster.accept", "roster.remote_accept", "roster.decline", "roster.remote_decline", "roster.ban",
	"roster.allow",
	"user.login", "user.logout", "user.replaced",
	"muc.create", "muc.destroy", "muc.apply", "muc.apply_accept", "muc.invite", "muc.invite_accept", "muc.invite_decline",
	"muc.presence", "muc.absence", "muc.leave", "muc.direct_joined", "muc.kick", "muc.ban", "muc.allow", "muc.add_user_white_list",
	"muc.remove_user_white_list", "muc.add_mute", "muc.remove_mute", "muc.block", "muc.unblock", "muc.ban_group",
	"muc.remove_ban_group", "muc.assing_owner", "muc.add_admin", "muc.remove_admin", "muc.update", "muc.update_announcement",
	"muc.delete_announcement", "muc.upload_file", "muc.delete_file", "muc.set_metadata", "muc.delete_metadata",
	"muc.group_member_metadata_update",
	"group_op.CREATE", "group_op.DELETE", "group_op.UPDATE.INFO", "group_op.UPDATE.OWNER", "group_op.UPDATE.ANNOUNCEMENT",
	"group_op.UPDATE.MUTE", "group_op.UPDATE.DISABLE", "group_op.JOIN.DIRECT", "group_op.JOIN.INVITE", "group_op.JOIN.APPLY",
	"group_op.LEAVE.QUIT", "group_op.LEAVE.KICK", "group_op.LEAVE.BLOCK", "group_op.LEAVE.DELETE", "group_op.ADMIN.ADD",
	"group_op.ADMIN.REMOVE", "group_op.WHITE.ADD", "group_op.WHITE.REMOVE", "group_op.BLOCK.ADD", "group_op.BLOCK.REMOVE",
	"group_op.MUTE.ADD", "group_op.MUTE.REMOVE", "group_op.SHIELD.ADD", "group_op.SHIELD.REMOVE", "group_op.SHARE_FILE.ADD",
	"group_op.SHARE_FILE.REMOVE", "group_op.ROOM_SUPER_ADMIN.ADD", "group_op.ROOM_SUPER_ADMIN.REMOVE",
	"notify.reaction", "notify.thread",
	"keyword_alert",
	"moderation",
	"push.success", "push.fail", "push.error",
}

// Family is the part of a kind before the first dot.
func Family(kind string) string {
	family, _, _ := strings.Cut(kind, ".")
	return family
}

// CheckKind rejects what is neither a kind nor a family of kinds.
func CheckKind(name string) error {
	for _, kind := range Kinds {
		if name == kind || name == Family(kind) {
			return nil
		}
	}
	return fmt.Errorf("is %q, which is neither a kind of callback, such as \"message.text\", nor a family of them, such as \"message\"", name)
}

// Covers holds if a list of kinds and families has a kind.
func Covers(list []string, kind string) bool {
	return slices.Contains(list, kind) || slices.Contains(list, Family(kind))
}
