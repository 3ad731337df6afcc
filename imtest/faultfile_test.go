package imtest_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

func TestFaultsFromAList(t *testing.T) {
	srv := imtest.NewServer(t, imtest.WithFaults(strings.NewReader(`[
		{"endpoint": "messages.send_users", "every": 2, "do": "server_error"},
		{"endpoints": ["users.get", "users.list"], "nth": 1, "do": "bad_gateway"},
		{"endpoint": "users.get", "first": 1, "do": "unavailable", "time": "2s"},
		{"endpoint": "groups.list", "chance": 1, "seed": 7, "do": "huge_body", "bytes": 1000},
		{"endpoint": "chatrooms.list", "do": "cut_before_processing"}
	]`)))
	c := &client{t: t, srv: srv, prefix: "/acme/demo", header: http.Header{}}
	c.token = c.appToken()
	var codes []int
	for range 4 {
		codes = append(codes, c.send("POST", "/messages/users", `{"to":["bob"],"type":"txt","body":{"msg":"x"}}`).status)
	}
	assert.Equal(t, []int{200, 500, 200, 500}, codes)
	assert.Len(t, srv.Messages("bob"), 2)
	assert.Equal(t, 502, c.send("GET", "/users", "").status)
	unavailable := c.send("GET", "/users/bob", "")
	assert.Equal(t, 503, unavailable.status)
	assert.Equal(t, "2", unavailable.header.Get("Retry-After"))
	assert.Equal(t, 404, c.send("GET", "/users/bob", "").status)
	assert.Greater(t, len(c.send("GET", "/chatgroups", "").text), 1000)
	req, err := http.NewRequest("GET", srv.URL()+"/acme/demo/chatrooms", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+c.token)
	resp, err := srv.HTTPClient().Do(req)
	if err == nil {
		resp.Body.Close()
	}
	assert.Error(t, err)
}

// Every action has a name, and needs what it needs.
func TestEveryFaultHasAName(t *testing.T) {
	for _, item := range []string{
		`"do":"cut_before_processing"`, `"do":"cut_after_processing"`, `"do":"cut_in_response"`, `"do":"cut_connection"`, `"do":"end_connection"`, `"do":"delay","time":"1ms"`, `"time":"1ms","do":"trickle"`,
		`"do":"rate_limited"`, `"do":"messages_limited"`, `"do":"plan_limited"`, `"do":"server_error"`, `"do":"bad_gateway"`,
		`"do":"unavailable"`, `"do":"unavailable","time":"1s"`, `"do":"truncated_json"`, `"do":"wrong_content_type"`,
		`"do":"huge_body","bytes":1`, `"time":"-1h","do":"clock_skew"`, `"do":"expired_token"`, `"do":"clock_skew","time":"-1h"`,
	} {
		srv, err := imtest.Start(imtest.WithFaults(strings.NewReader(`[{` + item + `}]`)))
		if assert.NoError(t, err, item) {
			srv.Close()
		}
	}
}

func TestWrongFaultsAreRefusedWithTheirLine(t *testing.T) {
	for list, want := range map[string]string{
		"":                           "line 1: unexpected end",
		"[\n{\n}\n,]":                "line 4: ",
		"[\n{\"do\": \"delay\"\n":    "line ",
		"{}":                         "line 1: must be a list",
		"[\n1]":                      "line 2: a fault must be an object",
		"[\n{}]":                     `line 2: "do" is missing`,
		"[{\n\"do\":\n\"explode\"}]": `line 2: "do" must be one of bad_gateway, `,
		"[{\n\"do\":7}]":             `line 2: "do" must be one of`,
		"[{\"do\":\"rate_limited\",\n\"when\":1}]":                       `line 2: "when" is none of bytes, callbacks, chance, `,
		"[\n\n{\"do\":\"rate_limited\",\"endpoint\":\"messages.send\"}]": `line 3: "endpoint" names the unknown endpoint "messages.send"`,
		"[{\"endpoint\":\"\"}]":                                          `"endpoint" names the unknown endpoint ""`,
		"[{\"endpoint\":[]}]":                                            `"endpoint" must be the id of an endpoint`,
		"[{\"endpoints\":[]}]":                                           `"endpoints" must be a list`,
		"[{\"every\":0}]":                                                `"every" must be a whole number, at least 1`,
		"[{\"nth\":\"x\"}]":                                              `"nth" must be a whole number, at least 1`,
		"[{\"chance\":2}]":                                               `"chance" must be above 0 and at most 1`,
		"[{\"seed\":-1}]":                                                `"seed" must be a whole number`,
		"[{\"seed\":7,\"every\":2,\"do\":\"rate_limited\"}]":             `"seed" goes with "chance"`,
		"[{\"seed\":null,\"chance\":1,\"do\":\"rate_limited\"}]":         `"seed" must be a whole number`,
		"[{\"time\":5}]":                                                 `"time" must be a length of time`,
		"[{\"time\":\"-1s\",\"do\":\"delay\"}]":                          `"delay" takes no "time" below 0`,
		"[{\"do\":\"delay\",\"time\":\"-1s\"}]":                          `"delay" takes no "time" below 0`,
		"[{\"bytes\":null}]":                                             `"bytes" must be a number of bytes`,
		"[{\"nth\":1,\"nth\":2}]":                                        `"nth" is there twice`,
		"[{\"nth\":1,\"every\":2,\"do\":\"rate_limited\"}]":              `one of "nth", "first", "every" and "chance" is enough`,
		"[{\"do\":\"delay\"}]":                                           `"delay" needs a "time"`,
		"[{\"do\":\"huge_body\"}]":                                       `"huge_body" needs "bytes"`,
		"[{\"do\":\"rate_limited\",\"time\":\"1s\"}]":                    `"rate_limited" takes no "time"`,
		"[{\"do\":\"delay\",\"time\":\"1s\",\"bytes\":1}]":               `"delay" takes no "bytes"`,
	} {
		srv, err := imtest.Start(imtest.WithFaults(strings.NewReader(list)))
		if err == nil {
			srv.Close()
		}
		assert.ErrorContains(t, err, "imtest: faults: line ", list)
		assert.ErrorContains(t, err, want, list)
	}
	_, err := imtest.Start(imtest.WithFaults(iotest.ErrReader(errors.New("disk gone"))))
	assert.ErrorContains(t, err, "disk gone")
}
