package imotel

import (
	"errors"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	im "github.com/imrest/im-go"
)

// The attributes that are not of the semantic conventions.
const (
	appKey            = attribute.Key("im.app")             // Options.App
	endpointKey       = attribute.Key("im.endpoint")        // catalogue id
	laneKey           = attribute.Key("im.lane")            // foreground or background
	poolKey           = attribute.Key("im.pool")            // of quotas
	itemsKey          = attribute.Key("im.items")           // what a call counts for in quotas by item
	attemptsKey       = attribute.Key("im.attempts")        // of a call
	waitedKey         = attribute.Key("im.quota.wait")      // seconds
	pauseKey          = attribute.Key("im.quota.pause")     // seconds that a pool pauses after a refusal
	windowKey         = attribute.Key("im.quota.window")    // length of a quota's period, such as 1s or 24h0m0s
	unitKey           = attribute.Key("im.quota.unit")      // calls or items
	perUserKey        = attribute.Key("im.quota.per_user")  // the quota is of each user
	outcomeUnknownKey = attribute.Key("im.outcome_unknown") // the call may have been carried out
	tokenAgeKey       = attribute.Key("im.token.age")       // seconds, of the token that was replaced
	storeKey          = attribute.Key("im.store")           // quota_store or token_store
	callbackKey       = attribute.Key("im.callback.kind")   // such as chat or notify.reaction
	verdictKey        = attribute.Key("im.verdict")         // deliver, reject or rewrite
	fellBackKey       = attribute.Key("im.fell_back")       // the verdict is that of the fallback
	resultKey         = attribute.Key("im.callback.result") // see received
	jobKey            = attribute.Key("im.job")             // the name given to Job
	stateKey          = attribute.Key("im.row.state")       // of an item of a job
)

// raw stands for all calls of im.Raw that name no endpoint.
const raw = "raw"

// endpointOf is the id of an endpoint or pool, unless a caller of im.Raw has written it.
func endpointOf(id string) string {
	if strings.ContainsAny(id, " /") {
		return raw
	}
	return id
}

// kinds are the values of error.type for the kinds of failure.
var kinds = map[error]string{
	im.ErrInvalidArgument: "invalid_argument", im.ErrUnauthorized: "unauthorized", im.ErrForbidden: "forbidden", im.ErrNotFound: "not_found",
	im.ErrAppNotFound: "app_not_found", im.ErrAlreadyExists: "already_exists", im.ErrConflict: "conflict", im.ErrTooLarge: "too_large",
	im.ErrRateLimited: "rate_limited", im.ErrPlanLimit: "plan_limit", im.ErrNotEnabled: "not_enabled", im.ErrUnsupported: "unsupported",
	im.ErrInternal: "internal", im.ErrUnavailable: "unavailable", im.ErrBadResponse: "bad_response", im.ErrCanceled: "canceled",
}

// errorType is the error.type of a failed call; empty: it has not failed.
func errorType(err error) string {
	if err == nil {
		return ""
	}
	if failure, ok := errors.AsType[*im.Error](err); ok {
		if name := kinds[failure.Kind()]; name != "" {
			return name
		}
	}
	for kind, name := range kinds {
		if errors.Is(err, kind) {
			return name
		}
	}
	return semconv.ErrorTypeOther.Value.AsString()
}

// attemptErrorType is the error.type of a failed attempt: by the conventions, the status
// where it is an error.
func attemptErrorType(e im.Event) string {
	if e.Status >= 400 {
		return strconv.Itoa(e.Status)
	}
	return errorType(e.Err)
}

// method is the value of http.request.method: the conventions know these, and im.Raw takes
// any.
func method(m string) attribute.KeyValue {
	switch m {
	case "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY":
		return semconv.HTTPRequestMethodKey.String(m)
	}
	return semconv.HTTPRequestMethodOther
}

// server is the address and the port that an attempt was sent to.
func server(hostPort string) (attribute.KeyValue, attribute.KeyValue) {
	host, port := hostPort, 0
	if i := strings.LastIndexByte(hostPort, ':'); i >= 0 {
		host = strings.Trim(hostPort[:i], "[]")
		port, _ = strconv.Atoi(hostPort[i+1:]) // the client has checked it
	}
	return semconv.ServerAddress(host), semconv.ServerPort(port)
}

func laneOf(l im.Lane) string {
	if l == im.Background {
		return "background"
	}
	return "foreground"
}
