package im

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/imrest/im-go/internal/api"
)

// rule says of which kind a response is. Empty fields match anything; text is looked
// for in the description without regard to case, since its wording changes
// between editions. Where a text alone decides that a call is retried, it must
// begin the description ("^") or come from the one endpoint that documents it: a
// description may quote what a user has written. The texts of translation may stand
// anywhere, since its calls change nothing.
type rule struct {
	status int
	code   string
	text   string
	kind   error
	only   string // the endpoint, or its domain; empty: any
}

func (r *rule) of(endpoint string) bool {
	domain, _, _ := strings.Cut(endpoint, ".")
	return r.only == "" || r.only == endpoint || r.only == domain
}

func (r *rule) in(description string) bool {
	if beginning, anchored := strings.CutPrefix(r.text, "^"); anchored {
		return strings.HasPrefix(description, beginning)
	}
	return strings.Contains(description, r.text)
}

// rules are applied in order; status rules at the end catch what has no code of
// its own. They cover every row of the catalogue's list of errors.
var rules = []rule{
	// refused for being too frequent, or for a quota of the plan
	{429, "resource_limited", "", ErrPlanLimit, ""},
	{429, "", "", ErrRateLimited, ""},
	{403, "message_send_error", "reach limit", ErrRateLimited, ""},
	{403, "", "^forbidden for url", ErrRateLimited, ""},
	{403, "forbidden_op", "limit exceeded", ErrRateLimited, ""}, // broadcasts of the day
	{403, "LimitException", "", ErrRateLimited, ""},             // pushes
	{400, "", "^too many queries", ErrRateLimited, ""},
	{400, "", "^the request has reached the maximum limit", ErrPlanLimit, ""}, // translation; see there
	{400, "", "the request has reached the maximum limit", ErrPlanLimit, translationDomain},

	// the app, the token and the credentials
	{404, "organization_application_not_found", "", ErrAppNotFound, ""},
	{400, "", "^orgname not found", ErrAppNotFound, ""}, // this one and those below: moderation
	{400, "", "^application not found", ErrAppNotFound, ""},
	{400, "", "^appkey is not exist", ErrAppNotFound, ""},
	{400, "invalid_grant", "not activated", ErrForbidden, ""},
	{400, "invalid_grant", "", ErrUnauthorized, ""},
	{401, "MetadataException", "", ErrNotFound, ""}, // not in this room: no token matter
	{401, "metadata_error", "", ErrForbidden, ""},
	{401, "message_rewrite_error", "", ErrForbidden, ""},
	{401, "", "does not have permission", ErrForbidden, ""},
	{401, "", "not authorized to edit", ErrForbidden, ""},
	{401, "", "no admin user access", ErrForbidden, ""},
	{401, "", "no organization access", ErrForbidden, ""},
	{401, "", "", ErrUnauthorized, ""},

	// features that are switched off
	{400, "service open exception", "", ErrNotEnabled, ""},
	{400, "", "not open", ErrNotEnabled, ""},
	{400, "", "^text rule moderation not", ErrNotEnabled, ""}, // not there, or not active
	{400, "", "^moderation org data is empty", ErrNotEnabled, ""},
	{403, "ServiceNotOpenException", "", ErrNotEnabled, ""}, // pushes
	{403, "", "unopened", ErrNotEnabled, ""},
	{403, "", "not open", ErrNotEnabled, ""},
	{403, "", "service not allow", ErrNotEnabled, ""},
	{403, "", "is disabled", ErrNotEnabled, ""},
	{403, "", "is not enabled", ErrNotEnabled, ""},
	{503, "", "^service not open", ErrNotEnabled, ""}, // translation: no outage
	{503, "", "service not open", ErrNotEnabled, translationDomain},

	// there already
	{400, "duplicate_unique_property_exists", "different password", ErrInvalidArgument, ""},
	{400, "duplicate_unique_property_exists", "", ErrAlreadyExists, ""},
	{400, "", "already exists", ErrAlreadyExists, ""},
	{400, "", "already operation", ErrAlreadyExists, ""},
	{400, "", "already contains", ErrAlreadyExists, ""},
	{403, "", "already in group", ErrAlreadyExists, ""},
	{403, "", "already create", ErrAlreadyExists, ""},

	// too large
	{400, "", "ids size is too large", ErrInvalidArgument, ""}, // too many of them
	{413, "", "", ErrTooLarge, ""},
	{400, "", "too large", ErrTooLarge, ""},
	{400, "", "input text is too long", ErrTooLarge, ""},
	{400, "", "too big", ErrTooLarge, ""},
	{403, "", "for this single user exceeds", ErrTooLarge, ""},
	{403, "", "length exceeds", ErrTooLarge, ""},
	{403, "exceed_limit", "cannot exceed", ErrTooLarge, ""},

	// as many as there may be
	{403, "exceed_limit", "", ErrPlanLimit, ""},
	{403, "exceeded_limit", "", ErrPlanLimit, ""},
	{403, "", "too many", ErrPlanLimit, ""},
	{403, "", "for this app exceeds", ErrPlanLimit, ""},
	{403, "group_error", "limit", ErrPlanLimit, ""},
	{400, "", "quantity has exceeded", ErrPlanLimit, ""},
	{400, "", "count exceeds the maximum number", ErrPlanLimit, ""},
	{400, "", "number of words exceeds the limit", ErrPlanLimit, ""},
	{402, "", "", ErrPlanLimit, ""},

	// not there
	{400, "required_property_not_found", "", ErrNotFound, ""},
	{400, "RequiredPropertyNotFoundException", "", ErrNotFound, ""},
	{400, "EntityNotFoundException", "", ErrNotFound, ""},
	{400, "ResourceNotFoundException", "", ErrNotFound, ""},
	{400, "management", "", ErrNotFound, ""},
	{400, "", "doesn't exist", ErrNotFound, ""},
	{400, "", "resource not exist", ErrNotFound, ""},
	{400, "", "not found", ErrNotFound, ""},
	{400, "", "find msg to", ErrNotFound, ""},
	{400, "", "expired or unstored", ErrNotFound, ""},
	{400, "", "not in the group", ErrNotFound, ""},
	{400, "", "not friends", ErrNotFound, ""},
	{400, "", "textlist data is empty", ErrNotFound, ""},
	{400, "", "request data is empty", ErrNotFound, "moderation.delete_word"}, // no such list
	{400, "", "not members of", ErrNotFound, ""},
	{403, "", "not members of", ErrNotFound, ""},
	{403, "", "doesn't exist in group", ErrNotFound, ""},
	{403, "", "is not admin of", ErrNotFound, ""},
	{403, "", "not_found", ErrNotFound, ""},
	{404, "", "url is invalid", ErrUnsupported, ""},
	{404, "", "", ErrNotFound, ""},

	// not allowed
	{400, "", "operation is illegal", ErrForbidden, ""},
	{400, "user illegal exception", "", ErrForbidden, ""},
	{400, "", "others are not allowed", ErrForbidden, ""},
	{403, "", "", ErrForbidden, ""},
	{409, "", "", ErrConflict, ""},
	{503, "", "please try again", ErrConflict, "reaction.create"}, // two first reactions at once

	// wrong requests under strange statuses
	{500, "no_full_text_index", "", ErrInvalidArgument, ""},
	{500, "unsupported_service_operation", "", ErrUnsupported, ""},
	{500, "web_application", "", ErrUnsupported, ""},
	{405, "", "", ErrUnsupported, ""},
	{415, "", "", ErrUnsupported, ""},
	{501, "", "", ErrUnsupported, ""},

	// the server or the way to it
	{400, "", "^internaltranslatefailedexception", ErrUnavailable, ""},
	{400, "", "internaltranslatefailedexception", ErrUnavailable, translationDomain},
	{400, "InternalTranslateFailedException", "", ErrUnavailable, ""},
	{408, "", "", ErrUnavailable, ""},
	{500, "", "", ErrInternal, ""},
	{502, "", "", ErrUnavailable, ""},
	{503, "", "", ErrUnavailable, ""},
	{504, "", "", ErrUnavailable, ""},
}

// Codes that decide by themselves.
const (
	reachLimit     = "reach_limit"    // under any status: nothing was done
	limitException = "LimitException" // of pushes
)

// translationDomain is where the documents print texts of errors without the body: they may
// stand among other words, in any of its fields.
const translationDomain = "translation"

// kindText is the text that says of which kind a response is.
func (e *Error) kindText() string {
	if strings.HasPrefix(e.Endpoint, translationDomain+".") {
		return strings.Join([]string{e.Description, e.Code, e.Exception}, "\n")
	}
	return e.Description
}

// kindOf returns the kind of an error response.
func kindOf(endpoint string, status int, code, description string) error {
	if code == reachLimit {
		return ErrRateLimited
	}
	text := strings.ToLower(cmp.Or(description, code)) // some responses have their text in the place of the code
	if status == http.StatusBadRequest && code == "forbidden_op" {
		status = http.StatusForbidden // the editions of the documents differ in it
	}
	for _, r := range rules {
		if r.status == status && (r.code == "" || r.code == code) && r.of(endpoint) && r.in(text) {
			return r.kind
		}
	}
	switch {
	case status >= 500:
		return ErrUnavailable
	case status >= 400:
		return ErrInvalidArgument
	default:
		return ErrBadResponse
	}
}

// numbers are the kinds of the numbers that search and moderation have in place of codes,
// where the status does not say the same.
var numbers = map[int]error{
	4000404: ErrNotEnabled, // moderation: the service or its rule
	4030204: ErrNotEnabled,
	4040302: ErrAppNotFound,
}

// errorBody is an error response in all its documented forms. What is not of the
// form meant counts as absent: it must not hide the rest.
type errorBody struct {
	Error       word `json:"error"`
	Description word `json:"error_description"`
	Exception   word `json:"exception"`
	ErrorCode   word `json:"error_code"`
	Result      word `json:"result"` // presence puts its text here
	// other names of the description and the code, in responses of reactions
	Desc       word `json:"error_desc"`
	Message    word `json:"message"`
	StatusCode word `json:"requestStatusCode"`
	// of search
	Number word     `json:"code"`
	Meta   waitHint `json:"meta"`
}

// waitHint is how many seconds a response asks to wait.
type waitHint time.Duration

// UnmarshalJSON implements json.Unmarshaler.
func (w *waitHint) UnmarshalJSON(b []byte) error {
	var meta struct {
		RetryAfter word `json:"retryAfter"`
	}
	if json.Unmarshal(b, &meta) == nil {
		*w = waitHint(lengthOf(string(meta.RetryAfter)))
	}
	return nil
}

// word is a text or a number, clipped; anything else is an empty one.
type word string

// UnmarshalJSON implements json.Unmarshaler.
func (w *word) UnmarshalJSON(b []byte) error {
	var text api.Text
	if text.UnmarshalJSON(b) == nil {
		*w = word(api.Clip(strings.TrimSpace(string(text)), maxText))
	}
	return nil
}

// responseError makes the error of a response with this status and body.
func responseError(endpoint string, status int, body []byte) *Error {
	e := &Error{Endpoint: endpoint, Status: status}
	var parsed errorBody
	if json.Unmarshal(body, &parsed) != nil {
		e.Body = clipBody(body)
		e.kind = kindOf(endpoint, status, "", "")
		if status < 500 && status != http.StatusRequestEntityTooLarge && status != http.StatusTooManyRequests && status != http.StatusRequestTimeout {
			e.kind = ErrBadResponse // a gateway speaks, not the API: its 404 says nothing about a user
		}
		return e
	}
	e.Code = api.Clip(string(cmp.Or(parsed.Error, parsed.StatusCode)), maxCode)
	e.Description = string(cmp.Or(parsed.Description, parsed.Desc, parsed.Message, parsed.Result))
	e.Exception = api.Clip(string(parsed.Exception), maxCode)
	if n, err := strconv.Atoi(string(cmp.Or(parsed.ErrorCode, parsed.Number))); err == nil {
		e.ErrorCode = n
	}
	e.RetryAfter = time.Duration(parsed.Meta)
	if e.Code == "" && e.Description == "" {
		e.Body = clipBody(body)
	}
	e.kind = kindOf(endpoint, status, e.Code, e.kindText())
	switch {
	case strings.HasSuffix(e.Exception, "ReachLimitException"):
		e.kind = ErrRateLimited
	case errors.Is(e.kind, kindOf(endpoint, status, "", "")): // push responses put the name into exception
		e.kind = cmp.Or(numbers[e.ErrorCode], kindOf(endpoint, status, className(e.Exception), e.kindText()))
	}
	return e
}

// className is the name of a Java class without its package.
func className(s string) string { return s[strings.LastIndexByte(s, '.')+1:] }

func clipBody(body []byte) string {
	return strings.ToValidUTF8(string(body[:min(len(body), maxClip)]), "\uFFFD")
}

// codes are the documented codes, each with the status that it usually comes with. They
// are the API's own words: no secret is looked for in them.
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
