package im

// codes are the documented codes, each with the status that it comes under as a
// rule. They are the API's own words: no secret is looked for in them.
var codes = map[string]int{
	"illegal_argument": 400, "invalid_grant": 400, "metadata_error": 400, "json_parse": 400, "invalid_request_body": 400,
	"param_illegal": 400, "duplicate_unique_property_exists": 400, "required_property_not_found": 400, "management": 400, "BAD_REQUEST": 400,
	"service open exception": 400, "message_send_error": 400, "message_recall_error": 400, "Bad Request": 400, "Bad request": 400,
	"param exception": 400, "InvalidMessageIdException": 400, "invalid_parameter": 400, "IllegalArgumentException": 400, "group_error": 400,
	"RequiredPropertyNotFoundException": 400, "EntityNotFoundException": 400, "MODERATION_002": 400, "UnsupportedMessageTypeException": 400,
	"ResourceNotFoundException": 400, "MessageException": 400, "user illegal exception": 400,
	"unauthorized": 401, "auth_bad_access_token": 401, "group_authorization": 401, "MetadataException": 401,
	"RewriteMessageNotAuthorizedException": 401,
	"FORBIDDEN":                            403, "exceed_limit": 403, "forbidden_op": 403, "message_rewrite_error": 403, "group_name_violation": 403,
	"group_announce_violation": 403, "exceeded_limit": 403, "forbidden_service_operation": 403, "EditLimitExceededException": 403,
	"EditFeatureNotEnabledException": 403, "ServiceNotOpenException": 403, "LimitException": 403,
	"organization_application_not_found": 404, "service_resource_not_found": 404, "请求路径不存在": 404, "entity_not_found": 404,
	"storage_object_not_found": 404, "file_expired": 404, "MessageUnavailableException": 404, "resource_not_found": 404,
	"RestGroupFeignException":    404,
	"concurrent_operation_error": 409, "CONFLICT": 409,
	"Request Entity Too Large": 413, "file exceeding maximum limit": 413,
	"web_application": 415, "UNSUPPORTED_MEDIA_TYPE": 415,
	"resource_limited": 429, "reach_limit": 429,
	"no_full_text_index": 500, "unsupported_service_operation": 500, "INTERNAL_SERVER_ERROR": 500,
	"RewriteMessageInternalErrorException": 500,
}
