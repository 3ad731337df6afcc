// Package catalogue is this repository's own list of the endpoints of the REST
// API and of the errors that its documents name.
//
// Only tests and the generator of the documentation import it. The client must
// not: each method has its figures beside it, and a program that uses the
// client should not carry 200 KB of JSON that it never reads.
//
// The JSON files are written by tools/cataloguegen, which also holds the rules
// by which contradictions between the sources were settled. Do not edit them
// by hand.
package catalogue

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

//go:embed catalogue.json
var catalogueJSON []byte

//go:embed errors.json
var errorsJSON []byte

// Endpoint is one call of the API.
type Endpoint struct {
	// ID is "<domain>.<operation>" and unique.
	ID string `json:"id"`
	// Method and Path are the request; Path stands below the prefix of the
	// app. Two endpoints can share both and differ in query or body.
	Method string `json:"method"`
	Path   string `json:"path"`
	// Title says in a line what the call does.
	Title string `json:"title"`
	// Origin names the documents that oblige this module to have the
	// endpoint; empty for one that was found elsewhere.
	Origin []string `json:"origin"`
	// Pool names the budget. Endpoints of one pool share it, and all have the
	// same Quotas; most endpoints are alone in theirs.
	Pool string `json:"pool"`
	// Quotas are the limits of the pool, all of them in force at once. Empty
	// means no limit.
	Quotas []Quota `json:"quotas"`
	// EasemobQuotas replace Quotas on Easemob's clusters, where its newest
	// documents state other figures; else empty.
	EasemobQuotas []Quota `json:"easemob_quotas"`
	// EasemobBudget is what the call takes from on Easemob's clusters beside its own
	// quotas: a budget that many endpoints share. Mostly nil.
	EasemobBudget *Budget `json:"easemob_budget"`
	// BatchMax is the most items that one call takes; 0 where no list is
	// sent or no maximum is documented.
	BatchMax int `json:"batch_max"`
	// Idempotent says that a call may be retried if its response is lost.
	Idempotent bool `json:"idempotent"`
	// Errors are the errors that the endpoint's own documents list.
	Errors []Error `json:"errors"`
}

// Budget is a pool of endpoints that have quotas of their own beside it.
type Budget struct {
	Pool   string  `json:"pool"`
	Quotas []Quota `json:"quotas"`
}

// Quota is one window of a limit: N calls in any Per.
type Quota struct {
	N   int
	Per time.Duration
	// Items says that targets of messages are counted and not calls.
	Items bool
	// User says that every user has a budget of his own.
	User bool
}

// UnmarshalJSON reads the length of the window in Go's notation ("1m0s").
func (q *Quota) UnmarshalJSON(data []byte) error {
	var raw struct {
		N     int    `json:"n"`
		Per   string `json:"per"`
		Items bool   `json:"items"`
		User  bool   `json:"user"`
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	per, err := time.ParseDuration(raw.Per)
	*q = Quota{N: raw.N, Per: per, Items: raw.Items, User: raw.User}
	return err
}

// Error is a documented error of one endpoint.
type Error struct {
	// Status is the HTTP status; 0 where it is not documented.
	Status int `json:"status"`
	// Code is the number that the newest calls add, or have in place of a word; else 0.
	Code int `json:"code"`
	// Error is the word in the field of that name. Some documents give none,
	// or a remark in its place.
	Error string `json:"error"`
	// Message is the description, with {x} for values; can be empty.
	Message string `json:"message"`
	// When says what brings the error about.
	When string `json:"when"`
}

// DocumentedError is a row of the list of errors of the whole API.
type DocumentedError struct {
	// Area is the part of the API, such as "token" or "groups_rooms".
	Area string `json:"area"`
	// Status is the HTTP status.
	Status int `json:"status"`
	// Code is the number that some calls have in place of a word; else 0.
	Code int `json:"code"`
	// Error is the word in the field of that name; can be empty.
	Error string `json:"error"`
	// Message is the description, with {x} for values; can be empty.
	Message string `json:"message"`
	// Meaning explains it.
	Meaning string `json:"meaning"`
	// Retry is one of "never", "after_backoff" and "after_token_refresh".
	Retry string `json:"retry"`
}

var (
	endpoints  = sync.OnceValue(func() []Endpoint { return mustRead[Endpoint]("catalogue.json", catalogueJSON) })
	documented = sync.OnceValue(func() []DocumentedError { return mustRead[DocumentedError]("errors.json", errorsJSON) })
)

// All returns the endpoints, sorted by id. What they hold is shared: do not
// change it.
func All() []Endpoint { return slices.Clone(endpoints()) }

// ByID returns one endpoint.
func ByID(id string) (Endpoint, bool) {
	i, ok := slices.BinarySearchFunc(endpoints(), id, func(e Endpoint, id string) int {
		return strings.Compare(e.ID, id)
	})
	if !ok {
		return Endpoint{}, false
	}
	return endpoints()[i], true
}

// Errors returns the documented errors of the API, in the order of subjects.
func Errors() []DocumentedError { return slices.Clone(documented()) }

// mustRead panics because the data is part of the program.
func mustRead[T any](name string, data []byte) []T {
	var items []T
	if err := json.Unmarshal(data, &items); err != nil {
		panic(fmt.Sprintf("catalogue: %s: %v", name, err))
	}
	return items
}
