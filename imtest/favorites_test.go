package imtest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

func TestFavorites(t *testing.T) {
	c := newClient(t, imtest.WithClock(imtest.NewClock(time.UnixMilli(1718006402000))))
	c.srv.AddUsers("alice")
	got := c.send("POST", "/users/Alice/collections", `{"id":"fav-0001","data":"{\"text\":\"The kettle is on.\"}","type":1,"ext":"kitchen"}`)
	got.looksLike(t, `{"collection":{"id":"fav-0001","type":1,"data":"{}","ext":"kitchen","createdAt":1718006400123,"updatedAt":1718006400123}}`)
	got = c.send("POST", "/users/alice/collections", `{"data":"x","type":0}`)
	got.looksLike(t, `{"collection":{"id":"fav-0001","type":1,"data":"{}","ext":null,"createdAt":1718006400123,"updatedAt":1718006400123}}`)
	assert.Len(t, got.path("collection", "id"), 36)

	got = c.send("POST", "/collections", `{"username":"alice","collections":[{"id":"fav-0002","type":1,"data":"first","ext":"","createdAt":1718006400123},{"id":"fav/0003","type":2,"data":"second","ext":"blue","createdAt":1718006401123}]}`)
	got.looksLike(t, `{"collections":[{"id":"fav-0002","type":1,"data":"first","ext":"","createdAt":1718006400123,"updatedAt":1718006402000}]}`)

	got = c.send("PUT", "/users/alice/collections/fav%2F0003", `{"ext":""}`)
	assert.Nil(t, got.path("collection", "ext"))
	assert.Equal(t, "second", got.path("collection", "data"))
	assert.Equal(t, true, c.send("DELETE", "/users/alice/collections", `{"collection_ids":["fav-0001"]}`).body["result"])
	assert.Len(t, c.srv.Favorites("ALICE"), 3)
	assert.Equal(t, imtest.Favorite{
		ID: "fav-0002", Type: 1, Data: "first", Created: time.UnixMilli(1718006400123), Updated: c.srv.Favorites("alice")[1].Updated,
	}, c.srv.Favorites("alice")[1])
	c.send("DELETE", "/users/alice", "")
	assert.Empty(t, c.srv.Favorites("alice"))
}

func TestListFavorites(t *testing.T) {
	c := newClient(t, imtest.WithClock(imtest.NewClock(time.UnixMilli(5000))))
	c.srv.AddUsers("alice")
	require.Equal(t, 200, c.send("POST", "/collections", `{"username":"alice","collections":[`+
		`{"id":"c","type":1,"data":"x","ext":"","createdAt":3000},{"id":"a","type":0,"data":"x","ext":"","createdAt":1000},`+
		`{"id":"later","type":1,"data":"x","ext":"","createdAt":9000},{"id":"b","type":1,"data":"x","ext":"","createdAt":2000},`+
		`{"id":"b2","type":1,"data":"x","ext":"","createdAt":2000}]}`).status)
	for query, want := range map[string]string{
		"":                                  "c b2 b a",
		"direction=asc":                     "a b b2 c",
		"type=0":                            "a",
		"limit=2":                           "c b2",
		"limit=2&collection_id=b2":          "b2 b",
		"collection_id=b&direction=asc":     "b b2 c later",
		"collection_id=c&type=0":            "a",
		"begin_time=2000&end_time=2000":     "b2 b",
		"begin_time=8000&end_time=9000":     "later",
		"begin_time=9&end_time=9&type=1":    "",
		"collection_id=a&begin_time=777777": "a",
	} {
		var ids []string
		for _, f := range c.send("GET", "/users/alice/collections?"+query, "").body["collections"].([]any) {
			ids = append(ids, f.(map[string]any)["id"].(string))
		}
		assert.Equal(t, want, strings.Join(ids, " "), query)
	}
	list := func(query string) got { return c.send("GET", "/users/alice/collections?"+query, "") }
	list("limit=201").fails(t, 400, "illegal_argument", "limit should be less than 200")
	list("direction=up").fails(t, 400, "illegal_argument", "direction should be desc or asc")
	assert.Equal(t, "user collection not found", list("collection_id=z").body["error_description"])
	assert.Equal(t, 400, list("begin_time=3&end_time=2").status)
	assert.Equal(t, 400, list("type=x").status)
}

func TestFavoritesThatDoNotFit(t *testing.T) {
	c := newClient(t)
	c.srv.AddUsers("alice")
	const entry = `{"id":"a","type":1,"data":"x","ext":"","createdAt":1}`
	for _, call := range []struct{ method, path, body string }{
		{"POST", "/users/alice/collections", `{"data":"x"}`},
		{"POST", "/users/alice/collections", `{"type":1}`},
		{"POST", "/users/alice/collections", `{"type":1,"data":"` + strings.Repeat("名", 20481) + `"}`},
		{"POST", "/users/alice/collections", `{"type":1,"data":"x","ext":"` + strings.Repeat("名", 1025) + `"}`},
		{"POST", "/collections", `{"username":"alice","collections":[]}`},
		{"POST", "/collections", `{"username":"alice","collections":[` + strings.Repeat(entry+",", 20) + entry + `]}`},
		{"POST", "/collections", `{"username":"alice","collections":[` + entry + `,{"type":1,"data":"x","ext":"","createdAt":1}]}`},
		{"POST", "/collections", `{"username":"alice","collections":[` + entry + `,{"id":"b","type":1,"data":"x","createdAt":1}]}`},
		{"POST", "/collections", `{"username":"alice","collections":[` + entry + `,{"id":"b","type":1,"data":"x","ext":""}]}`},
		{"DELETE", "/users/alice/collections", `{"collection_ids":[]}`},
		{"PUT", "/users/alice/collections/a", `{}`},
	} {
		c.send(call.method, call.path, call.body).fails(t, 400, "illegal_argument", "this is an invalid request.")
	}
	assert.Empty(t, c.srv.Favorites("alice"), "all or none")
	for user, text := range map[string]string{"a b": "username a b is not legal", strings.Repeat("x", 65): "username " + strings.Repeat("x", 65) + " is not legal"} {
		c.send("POST", "/collections", `{"username":"`+user+`","collections":[`+entry+`]}`).fails(t, 400, "illegal_argument", text)
	}
	c.send("GET", "/users/bob/collections", "").fails(t, 404, "service_resource_not_found", "Service resource not found")

	c.send("POST", "/users/alice/collections", entry)
	for _, got := range []got{
		c.send("DELETE", "/users/alice/collections", `{"collection_ids":["a","b"]}`), c.send("PUT", "/users/alice/collections/b", `{"ext":"x"}`),
	} {
		assert.Equal(t, 400, got.status)
		assert.Equal(t, "user collection not found", got.body["error_description"])
		assert.NotContains(t, got.body, "error")
	}
	assert.Len(t, c.srv.Favorites("alice"), 1)
}

func TestTranslation(t *testing.T) {
	c := newClient(t)
	got := c.send("POST", "/translate", `{"from":"en","text":"The kettle is on.","to":["de","zh-Hant"]}`)
	assert.JSONEq(t, `[{"translations":[{"text":"[de] The kettle is on.","to":"de"},{"text":"[zh-Hant] The kettle is on.","to":"zh-Hant"}]}]`, got.text)
	got = c.send("POST", "/translate", `{"text":"[de] The kettle is on.","to":["fr"]}`)
	assert.JSONEq(t, `[{"translations":[{"text":"[fr] The kettle is on.","to":"fr"}]}]`, got.text)
	for body, text := range map[string]string{
		`{"to":["de"]}`:                                "An input text is missing or invalid",
		`{"text":"","to":["de"]}`:                      "An input text is missing or invalid",
		`{"text":1,"to":["de"]}`:                       "An input text is missing or invalid",
		`{"text":"x"}`:                                 "The target language is missing or invalid",
		`{"text":"x","to":"de"}`:                       "The target language is missing or invalid",
		`{"text":"x","to":["de","xx"]}`:                "The target language is missing or invalid",
		`{"text":"` + many5001 + `","to":["de","fr"]}`: "The input text is too long",
	} {
		got := c.send("POST", "/translate", body)
		assert.Equal(t, 400, got.status)
		assert.Equal(t, text, got.body["error_description"])
	}
	assert.Equal(t, 200, c.send("POST", "/translate", `{"text":"`+many5001+`","to":["de"]}`).status)

	for text, want := range map[string]string{"Der Kessel": "en", "[de] Der Kessel": "de", "水壺開著": "zh-Hans", "お湯が沸いた": "ja", "Чайник": "ru"} {
		got := c.send("POST", "/translate/detect", `{"text":"`+text+`"}`)
		got.looksLike(t, `{"language":"de","score":0.98,"isTranslationSupported":true}`)
		assert.Equal(t, want, got.body["language"], text)
	}
	assert.Equal(t, 400, c.send("POST", "/translate/detect", `{"text":"`+many5001+many5001+`"}`).status)
	for _, method := range []string{"GET", "POST"} {
		assert.Contains(t, c.send(method, "/translate/support/language", "").text, `{"code":"el","name":"Greek","nativeName":"Ελληνικά"}`)
	}
}

var many5001 = strings.Repeat("名", 5001)
