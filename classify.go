package im

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/imrest/im-go/internal/api"
)

// rule gives the kind of an answer. Empty fields match anything; text is looked
// for in the description without regard to case, since its wording changes
// between editions.
type rule struct {
	status int
	code   string
	text   string
	kind   error
}

// rules are tried in order; status rules at the end catch what has no code of
// its own. They cover every row of the catalogue's list of errors.
var rules = []rule{
	// refused for being too frequent, or for a quota of the plan
	{429, "resource_limited", "", ErrPlanLimit},
	{429, "", "", ErrRateLimited},
	{403, "message_send_error", "reach limit", ErrRateLimited},
	{403, "", "forbidden for url", ErrRateLimited},
	{403, "forbidden_op", "limit exceeded", ErrRateLimited}, // broadcasts of the day
	{403, "LimitException", "", ErrRateLimited},             // pushes
	{400, "", "too many queries", ErrRateLimited},

	// the app, the token and the credentials
	{404, "organization_application_not_found", "", ErrAppNotFound},
	{400, "invalid_grant", "not activated", ErrForbidden},
	{400, "invalid_grant", "", ErrUnauthorized},
	{401, "MetadataException", "", ErrNotFound}, // not in this room: no token matter
	{401, "metadata_error", "", ErrForbidden},
	{401, "message_rewrite_error", "", ErrForbidden},
	{401, "", "does not have permission", ErrForbidden},
	{401, "", "not authorized to edit", ErrForbidden},
	{401, "", "no admin user access", ErrForbidden},
	{401, "", "no organization access", ErrForbidden},
	{401, "", "", ErrUnauthorized},

	// features that are switched off
	{400, "service open exception", "", ErrNotEnabled},
	{400, "", "not open", ErrNotEnabled},
	{403, "ServiceNotOpenException", "", ErrNotEnabled}, // pushes
	{403, "", "unopened", ErrNotEnabled},
	{403, "", "not open", ErrNotEnabled},
	{403, "", "service not allow", ErrNotEnabled},
	{403, "", "is disabled", ErrNotEnabled},
	{403, "", "is not enabled", ErrNotEnabled},

	// there already
	{400, "duplicate_unique_property_exists", "different password", ErrInvalidArgument},
	{400, "duplicate_unique_property_exists", "", ErrAlreadyExists},
	{400, "", "already exists", ErrAlreadyExists},
	{400, "", "already operation", ErrAlreadyExists},
	{403, "", "already in group", ErrAlreadyExists},
	{403, "", "already create", ErrAlreadyExists},

	// too large
	{400, "", "ids size is too large", ErrInvalidArgument}, // too many of them
	{413, "", "", ErrTooLarge},
	{400, "", "too large", ErrTooLarge},
	{400, "", "too big", ErrTooLarge},
	{403, "", "for this single user exceeds", ErrTooLarge},
	{403, "", "length exceeds", ErrTooLarge},
	{403, "exceed_limit", "cannot exceed", ErrTooLarge},

	// as many as there may be
	{403, "exceed_limit", "", ErrPlanLimit},
	{403, "exceeded_limit", "", ErrPlanLimit},
	{403, "", "too many", ErrPlanLimit},
	{403, "", "for this app exceeds", ErrPlanLimit},
	{403, "group_error", "limit", ErrPlanLimit},
	{400, "", "quantity has exceeded", ErrPlanLimit},
	{402, "", "", ErrPlanLimit},

	// not there
	{400, "required_property_not_found", "", ErrNotFound},
	{400, "RequiredPropertyNotFoundException", "", ErrNotFound},
	{400, "EntityNotFoundException", "", ErrNotFound},
	{400, "ResourceNotFoundException", "", ErrNotFound},
	{400, "management", "", ErrNotFound},
	{400, "", "doesn't exist", ErrNotFound},
	{400, "", "resource not exist", ErrNotFound},
	{400, "", "not found", ErrNotFound},
	{400, "", "find msg to", ErrNotFound},
	{400, "", "expired or unstored", ErrNotFound},
	{400, "", "not in the group", ErrNotFound},
	{400, "", "not friends", ErrNotFound},
	{400, "", "not members of", ErrNotFound},
	{403, "", "not members of", ErrNotFound},
	{403, "", "doesn't exist in group", ErrNotFound},
	{403, "", "is not admin of", ErrNotFound},
	{403, "", "not_found", ErrNotFound},
	{404, "", "url is invalid", ErrUnsupported},
	{404, "", "", ErrNotFound},

	// not allowed
	{400, "", "operation is illegal", ErrForbidden},
	{400, "user illegal exception", "", ErrForbidden},
	{400, "", "others are not allowed", ErrForbidden},
	{403, "", "", ErrForbidden},
	{409, "", "", ErrConflict},
	{503, "", "please try again", ErrConflict}, // two first reactions at once

	// wrong requests under strange statuses
	{500, "no_full_text_index", "", ErrInvalidArgument},
	{500, "unsupported_service_operation", "", ErrUnsupported},
	{500, "web_application", "", ErrUnsupported},
	{405, "", "", ErrUnsupported},
	{415, "", "", ErrUnsupported},
	{501, "", "", ErrUnsupported},

	// the server or the way to it
	{408, "", "", ErrUnavailable},
	{500, "", "", ErrInternal},
	{502, "", "", ErrUnavailable},
	{503, "", "", ErrUnavailable},
	{504, "", "", ErrUnavailable},
}

// kindOf gives the kind of an error answer.
func kindOf(status int, code, description string) error {
	text := strings.ToLower(description)
	if status == http.StatusBadRequest && code == "forbidden_op" {
		status = http.StatusForbidden // the editions of the documents differ in it
	}
	for _, r := range rules {
		if r.status == status && (r.code == "" || r.code == code) && strings.Contains(text, r.text) {
			return r.kind
		}
	}
	switch {
	case status >= 500:
		return ErrUnavailable
	case status >= 400:
		return ErrInvalidArgument
	default:
		return ErrBadAnswer
	}
}

// errorBody is an error answer in all its documented forms.
type errorBody struct {
	Error       api.Text `json:"error"`
	Description api.Text `json:"error_description"`
	Exception   api.Text `json:"exception"`
	ErrorCode   api.Int  `json:"error_code"`
	Result      any      `json:"result"` // presence puts its text here
	// other names of the description and the code, in answers of reactions
	Desc       api.Text `json:"error_desc"`
	Message    api.Text `json:"message"`
	StatusCode api.Text `json:"requestStatusCode"`
}

// maxClip bounds what an error keeps of an answer.
const maxClip = 2 << 10

// answerError makes the error of an answer with this status and body.
func answerError(endpoint string, status int, body []byte) *Error {
	e := &Error{Endpoint: endpoint, Status: status}
	var parsed errorBody
	if json.Unmarshal(body, &parsed) != nil {
		e.Body = clip(body)
		e.kind = kindOf(status, "", "")
		if status < 500 && status != http.StatusRequestEntityTooLarge && status != http.StatusTooManyRequests && status != http.StatusRequestTimeout {
			e.kind = ErrBadAnswer // a gateway speaks, not the API: its 404 says nothing about a user
		}
		return e
	}
	e.Code = strings.TrimSpace(string(cmp.Or(parsed.Error, parsed.StatusCode)))
	e.Description = strings.TrimSpace(string(cmp.Or(parsed.Description, parsed.Desc, parsed.Message)))
	if text, ok := parsed.Result.(string); ok && e.Description == "" {
		e.Description = text
	}
	e.Exception, e.ErrorCode = string(parsed.Exception), parsed.ErrorCode.Int()
	if e.Code == "" && e.Description == "" {
		e.Body = clip(body)
	}
	e.kind = kindOf(status, e.Code, e.Description)
	if errors.Is(e.kind, kindOf(status, "", "")) { // push answers put the name into exception
		e.kind = kindOf(status, e.Exception, e.Description)
	}
	return e
}

// refused says that the answer means "not now": nothing was carried out, so any
// call may be sent again. What is used up for the day, or waits for a task to end,
// is no matter of seconds.
func (e *Error) refused() bool {
	return errors.Is(e.kind, ErrRateLimited) && (e.Status != http.StatusForbidden || e.Code != "forbidden_op" && e.Code != "LimitException")
}

// tokenRejected says that a new token may help.
func (e *Error) tokenRejected() bool {
	return e.Status == http.StatusUnauthorized && errors.Is(e.kind, ErrUnauthorized)
}

// passwords is the one documented text that quotes secrets.
var passwords = regexp.MustCompile(`(?i)(passwords? (?:are|is)\b).*`)

// scrub removes secrets that the server may have quoted, in whatever place.
func (e *Error) scrub(secrets ...string) {
	clean := func(s string) string {
		for _, secret := range secrets {
			s = mask(s, secret)
		}
		return passwords.ReplaceAllString(s, "$1 ***")
	}
	e.Code, e.Description, e.Body, e.Exception = clean(e.Code), clean(e.Description), clean(e.Body), clean(e.Exception)
	if e.cause == nil || errors.Is(e.kind, ErrCanceled) { // whose cause is the caller's own
		return
	}
	if text := e.cause.Error(); clean(text) != text {
		e.cause = &scrubbed{clean(text), e.cause} // net/http and encoding/json quote what they cannot read
	}
}

// scrubbed is an error whose text held a secret. What it is can be asked for; its
// own text is not handed out.
type scrubbed struct {
	text string
	err  error
}

func (s *scrubbed) Error() string { return s.text }

// Is finds what the error is.
func (s *scrubbed) Is(target error) bool { return errors.Is(s.err, target) }

// As finds what the error is, by type.
func (s *scrubbed) As(target any) bool { return errors.As(s.err, target) }

// Format hides the error below.
func (s *scrubbed) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.text) }

// maskFrom is how much of a secret counts as the secret: what quotes it may have
// clipped it.
const maskFrom = 12

// mask hides a secret in a text, and what is left of it where the text was clipped.
func mask(s, secret string) string {
	if secret == "" {
		return s
	}
	head := secret[:min(len(secret), maskFrom)]
	for from := 0; ; {
		at := strings.Index(s[from:], head)
		if at < 0 {
			return s
		}
		at += from
		n := len(head)
		for n < len(secret) && at+n < len(s) && s[at+n] == secret[n] {
			n++
		}
		s = s[:at] + "***" + s[at+n:]
		from = at + len("***")
	}
}

func clip(body []byte) string {
	if len(body) > maxClip {
		body = body[:maxClip]
	}
	return strings.ToValidUTF8(string(body), "�")
}
