package callbacks

// Kind names what the IM server reports and in which of its formats. The kinds of groups and
// rooms come in two formats; [GroupEvent] has one operation for both.
type Kind string

// The kinds.
const (
	KindUnknown Kind = "unknown" // Unknown: what this package does not know

	// Before delivery: Outgoing.
	KindPreSendMessage     Kind = "pre_send.message"
	KindPreSendMessageFlat Kind = "pre_send.message_flat"
	KindPreSendMessageEdit Kind = "pre_send.message_edit"

	// Messages and what happens to them: Message, Recalled, Edited, Receipt.
	KindMessageText            Kind = "message.text"
	KindMessageCommand         Kind = "message.command"
	KindMessageImage           Kind = "message.image"
	KindMessageAudio           Kind = "message.audio"
	KindMessageVideo           Kind = "message.video"
	KindMessageLocation        Kind = "message.location"
	KindMessageFile            Kind = "message.file"
	KindMessageCustom          Kind = "message.custom"
	KindMessageCombine         Kind = "message.combine"
	KindMessageUnknown         Kind = "message.unknown"
	KindMessageOffline         Kind = "message.offline"
	KindMessageRecall          Kind = "message.recall"
	KindMessageEdit            Kind = "message.edit"
	KindMessageReadAck         Kind = "message.read_ack"
	KindMessageGroupReadAck    Kind = "message.group_read_ack"
	KindMessageConversationAck Kind = "message.conversation_ack"
	KindMessageDeliveryAck     Kind = "message.delivery_ack"

	// Contacts: ContactEvent.
	KindRosterAdd           Kind = "roster.add"
	KindRosterRemove        Kind = "roster.remove"
	KindRosterAccept        Kind = "roster.accept"
	KindRosterRemoteAccept  Kind = "roster.remote_accept"
	KindRosterDecline       Kind = "roster.decline"
	KindRosterRemoteDecline Kind = "roster.remote_decline"
	KindRosterBan           Kind = "roster.ban"
	KindRosterAllow         Kind = "roster.allow"

	// Logins: UserStatus.
	KindUserLogin    Kind = "user.login"
	KindUserLogout   Kind = "user.logout"
	KindUserReplaced Kind = "user.replaced"

	// Groups and rooms in the old format: GroupEvent.
	KindMUCCreate                    Kind = "muc.create"
	KindMUCDestroy                   Kind = "muc.destroy"
	KindMUCApply                     Kind = "muc.apply"
	KindMUCApplyAccept               Kind = "muc.apply_accept"
	KindMUCInvite                    Kind = "muc.invite"
	KindMUCInviteAccept              Kind = "muc.invite_accept"
	KindMUCInviteDecline             Kind = "muc.invite_decline"
	KindMUCPresence                  Kind = "muc.presence"
	KindMUCAbsence                   Kind = "muc.absence"
	KindMUCLeave                     Kind = "muc.leave"
	KindMUCDirectJoined              Kind = "muc.direct_joined"
	KindMUCKick                      Kind = "muc.kick"
	KindMUCBan                       Kind = "muc.ban"
	KindMUCAllow                     Kind = "muc.allow"
	KindMUCAddUserWhiteList          Kind = "muc.add_user_white_list"
	KindMUCRemoveUserWhiteList       Kind = "muc.remove_user_white_list"
	KindMUCAddMute                   Kind = "muc.add_mute"
	KindMUCRemoveMute                Kind = "muc.remove_mute"
	KindMUCBlock                     Kind = "muc.block"
	KindMUCUnblock                   Kind = "muc.unblock"
	KindMUCBanGroup                  Kind = "muc.ban_group"
	KindMUCRemoveBanGroup            Kind = "muc.remove_ban_group"
	KindMUCAssingOwner               Kind = "muc.assing_owner"
	KindMUCAddAdmin                  Kind = "muc.add_admin"
	KindMUCRemoveAdmin               Kind = "muc.remove_admin"
	KindMUCUpdate                    Kind = "muc.update"
	KindMUCUpdateAnnouncement        Kind = "muc.update_announcement"
	KindMUCDeleteAnnouncement        Kind = "muc.delete_announcement"
	KindMUCUploadFile                Kind = "muc.upload_file"
	KindMUCDeleteFile                Kind = "muc.delete_file"
	KindMUCSetMetadata               Kind = "muc.set_metadata"
	KindMUCDeleteMetadata            Kind = "muc.delete_metadata"
	KindMUCGroupMemberMetadataUpdate Kind = "muc.group_member_metadata_update"

	// Groups and rooms in the new format: GroupEvent.
	KindGroupOpCreate               Kind = "group_op.CREATE"
	KindGroupOpDelete               Kind = "group_op.DELETE"
	KindGroupOpUpdateInfo           Kind = "group_op.UPDATE.INFO"
	KindGroupOpUpdateOwner          Kind = "group_op.UPDATE.OWNER"
	KindGroupOpUpdateAnnouncement   Kind = "group_op.UPDATE.ANNOUNCEMENT"
	KindGroupOpUpdateMute           Kind = "group_op.UPDATE.MUTE"
	KindGroupOpUpdateDisable        Kind = "group_op.UPDATE.DISABLE"
	KindGroupOpJoinDirect           Kind = "group_op.JOIN.DIRECT"
	KindGroupOpJoinInvite           Kind = "group_op.JOIN.INVITE"
	KindGroupOpJoinApply            Kind = "group_op.JOIN.APPLY"
	KindGroupOpLeaveQuit            Kind = "group_op.LEAVE.QUIT"
	KindGroupOpLeaveKick            Kind = "group_op.LEAVE.KICK"
	KindGroupOpLeaveBlock           Kind = "group_op.LEAVE.BLOCK"
	KindGroupOpLeaveDelete          Kind = "group_op.LEAVE.DELETE"
	KindGroupOpAdminAdd             Kind = "group_op.ADMIN.ADD"
	KindGroupOpAdminRemove          Kind = "group_op.ADMIN.REMOVE"
	KindGroupOpWhiteAdd             Kind = "group_op.WHITE.ADD"    //nolint:gosec // the name of an event
	KindGroupOpWhiteRemove          Kind = "group_op.WHITE.REMOVE" //nolint:gosec // the name of an event
	KindGroupOpBlockAdd             Kind = "group_op.BLOCK.ADD"
	KindGroupOpBlockRemove          Kind = "group_op.BLOCK.REMOVE"
	KindGroupOpMuteAdd              Kind = "group_op.MUTE.ADD"
	KindGroupOpMuteRemove           Kind = "group_op.MUTE.REMOVE"
	KindGroupOpShieldAdd            Kind = "group_op.SHIELD.ADD"
	KindGroupOpShieldRemove         Kind = "group_op.SHIELD.REMOVE"
	KindGroupOpShareFileAdd         Kind = "group_op.SHARE_FILE.ADD"
	KindGroupOpShareFileRemove      Kind = "group_op.SHARE_FILE.REMOVE"
	KindGroupOpRoomSuperAdminAdd    Kind = "group_op.ROOM_SUPER_ADMIN.ADD"
	KindGroupOpRoomSuperAdminRemove Kind = "group_op.ROOM_SUPER_ADMIN.REMOVE"

	// Reactions and threads: Reacted, ThreadUpdated.
	KindNotifyReaction Kind = "notify.reaction"
	KindNotifyThread   Kind = "notify.thread"

	// The keyword filter: KeywordAlert.
	KindKeywordAlert Kind = "keyword_alert"

	// Content moderation: Moderated.
	KindModeration Kind = "moderation"

	// Offline push: Pushed.
	KindPushSuccess Kind = "push.success"
	KindPushFail    Kind = "push.fail"
	KindPushError   Kind = "push.error"
)
