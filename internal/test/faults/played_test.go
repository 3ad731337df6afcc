package faults

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/test/catalogue"
)

// answersEnv names files with documented responses, separated by the list separator of the
// system: JSON arrays of played. They belong to the vendors and are not in this repository.
const answersEnv = "IM_DOCUMENTED_RESPONSES"

// played is a documented response, with the names in it that the request would have had.
type played struct {
	ID    string   `json:"ID"`
	File  string   `json:"File"`
	Head  string   `json:"Head"`
	JSON  string   `json:"JSON"`
	Names []string `json:"Names"`

	all []string // texts of it
}

// allTexts stands for all texts of a response at once.
const allTexts = "\x00"

// Each documented response is given to its method. What is in it must be in the result, or
// stand in leftOut; what is no response of its method must stand in notResponses.
func TestPlayDocumentedResponses(t *testing.T) {
	list := os.Getenv(answersEnv)
	if list == "" {
		t.Skip(answersEnv + " names no files")
	}
	var answers []played
	for path := range strings.SplitSeq(list, string(os.PathListSeparator)) {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		var some []played
		require.NoError(t, json.Unmarshal(content, &some))
		answers = append(answers, some...)
	}
	p := newPlayer(t)
	failed := make(map[string][]string)
	lost := make(map[string]int)
	fine := 0
	for _, a := range answers {
		open, err := p.play(t, a)
		if err != nil {
			failed[a.ID] = append(failed[a.ID], fmt.Sprintf("%v\n\t%s, %s\n\t%.300s", err, a.File, a.Head, a.JSON))
			continue
		}
		fine++
		for path := range open {
			lost[a.ID+" "+path]++
		}
	}
	t.Logf("%d documented responses, %d taken", len(answers), fine)
	for _, id := range slices.Sorted(maps.Keys(failed)) {
		if want := notResponses[id]; want.n == len(failed[id]) {
			t.Logf("%s: %d, as known: %s", id, want.n, want.why)
			continue
		}
		t.Errorf("%s: %d rejected, %d known:\n%s", id, len(failed[id]), notResponses[id].n, strings.Join(failed[id], "\n"))
	}
	for _, path := range slices.Sorted(maps.Keys(lost)) {
		t.Errorf("in no result, %d times: %s", lost[path], path)
	}
}

// player has a method for each endpoint, and gives it responses.
type player struct {
	reply   *reply
	methods map[string]method // by endpoint id
}

func newPlayer(t *testing.T) *player {
	p := &player{reply: new(reply), methods: make(map[string]method)}
	client := clientAt(t, "https://a1.easemob.com", im.StaticToken("a-token"), im.WithHTTPClient(&http.Client{Transport: p.reply}),
		im.WithoutQuotas(), im.WithRetries(0))
	named := directives(t)
	for _, m := range methods(client) {
		for _, id := range named[m.name] {
			p.methods[id] = m
		}
	}
	// Tokens for the app are read by the providers, which have no methods; their responses
	// have the form of this one.
	p.methods["auth.user_token_password"] = method{name: "UserTokenByPassword", f: reflect.ValueOf(client.UserTokenByPassword)}
	for _, id := range []string{"auth.app_token", "auth.user_token_inherit", "auth.exchange_agora_token"} {
		p.methods[id] = p.methods["auth.user_token_password"]
	}
	p.methods["auth.dns_config"] = method{name: "LookUpHosts", f: reflect.ValueOf(client.LookUpHosts)}
	return p
}

// directives finds the endpoints of each method: "Users.Get" calls "users.get".
func directives(t *testing.T) map[string][]string {
	t.Helper()
	found := make(map[string][]string)
	paths, err := filepath.Glob("../../../*/*.go")
	require.NoError(t, err)
	for _, path := range paths {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
		require.NoError(t, err)
		for id, fn := range catalogue.Directives(f) {
			domain := f.Name.Name
			name := strings.ToUpper(domain[:1]) + domain[1:] + "." + fn.Name.Name
			found[name] = append(found[name], id)
		}
	}
	return found
}

// play calls the method of a response. What the request was is not known, and some methods
// compare: so it is tried with all texts of the response, until one leaves nothing open.
func (p *player) play(t *testing.T, a played) (lost map[string]bool, err error) {
	m, ok := p.methods[a.ID]
	if !ok {
		return nil, fmt.Errorf("no method calls %s", a.ID)
	}
	texts := append([]string{""}, textsOf(a.JSON)...)
	a.Names = slices.DeleteFunc(a.Names, func(name string) bool { return name == "" })
	if len(a.Names) == 0 {
		a.all = texts[1:min(len(texts), 20)]
		texts = append(texts, allTexts)
	}
	if m.f.Type().NumIn() > 2 && m.f.Type().In(1) == reflect.TypeFor[string]() && m.f.Type().In(2) == reflect.TypeFor[string]() {
		for _, first := range textsOf(a.JSON) {
			for _, rest := range textsOf(a.JSON) {
				texts = append(texts, first+allTexts+rest)
			}
		}
	}
	for _, m.fill = range fillings {
		for _, text := range texts {
			probe := &probe{method: m, dir: t.TempDir()}
			results, failure := p.call(t, probe, a, text)
			if failure != nil {
				if err == nil {
					err = failure
				}
				continue
			}
			open := missing(a.JSON, results)
			maps.DeleteFunc(open, func(path string, _ bool) bool { return isLeftOut(a.ID, path) })
			if lost == nil || len(open) < len(lost) {
				lost = open
			}
			if len(lost) == 0 {
				return lost, nil
			}
		}
	}
	if lost != nil {
		return lost, nil
	}
	return nil, err
}

// call calls a method with a text of the response, and the names in it.
func (p *player) call(t *testing.T, m *probe, a played, text string) (results []reflect.Value, err error) {
	*p.reply = reply{status: 200, body: []byte(a.JSON), left: 1}
	var response im.Response
	args := m.arguments(im.WithResponse(t.Context(), &response), -1, "")
	first, rest, isPair := strings.Cut(text, allTexts)
	for _, arg := range args {
		switch {
		case !isPair || rest == "":
			a.put(arg, text)
		case arg.Type() == reflect.TypeFor[string]() && first != "":
			a.put(arg, first)
			first = ""
		default:
			a.put(arg, rest)
		}
	}
	for _, out := range m.f.Call(args) {
		if e, ok := reflect.TypeAssert[error](out); ok && out.Type().Implements(reflect.TypeFor[error]()) {
			err = e
		} else if out.Type() != reflect.TypeFor[error]() {
			results = append(results, out)
		}
	}
	if _, ofItems := errors.AsType[*batch.Error](err); ofItems {
		return append(results, reflect.ValueOf(err.Error())), nil
	}
	return results, err
}

// put puts a text of the response, and the names in it, into an argument. What a request may
// leave to the server, such as the id of what it makes, is left to it.
func (a *played) put(arg reflect.Value, text string) {
	switch {
	case arg.Kind() == reflect.Struct:
		for i := range arg.NumField() {
			if arg.Type().Field(i).IsExported() {
				field := arg.Field(i)
				if arg.Type().Field(i).Name == "To" && field.Type() == reflect.TypeFor[[]string]() && len(a.Names) > 0 {
					field.Set(reflect.ValueOf(a.Names))
				}
				a.put(field, text)
			}
		}
		if id := arg.FieldByName("ID"); id.IsValid() && id.Kind() == reflect.String {
			id.SetString("")
		}
	case arg.Kind() == reflect.Slice && arg.Len() == 0: // left out
	case len(a.Names) > 0 && arg.Type() == reflect.TypeFor[[]string]():
		arg.Set(reflect.ValueOf(a.Names))
	case text == allTexts && arg.Type() == reflect.TypeFor[[]string]():
		arg.Set(reflect.ValueOf(a.all))
	case text == "" || text == allTexts:
	case arg.Type() == reflect.TypeFor[[]string]():
		arg.Set(reflect.ValueOf([]string{text}))
	case arg.Type() == reflect.TypeFor[string]() && arg.String() != "":
		arg.SetString(text)
	}
}

// textsOf lists the texts and the keys of a response, without the envelope.
func textsOf(text string) []string {
	var tree map[string]any
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	_ = dec.Decode(&tree)
	for key := range tree {
		if leftOut["."+key] != "" {
			delete(tree, key)
		}
	}
	found := make(map[string]bool)
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, e := range v {
				found[k] = true
				walk(e)
			}
		case []any:
			for _, e := range v {
				walk(e)
			}
		case string:
			found[v] = v != ""
		}
	}
	walk(tree)
	return slices.Sorted(maps.Keys(found))
}

// missing lists the places of values that are not in the results.
func missing(text string, results []reflect.Value) map[string]bool {
	have := make(map[string]bool)
	for _, r := range results {
		gather(r, have, 0)
	}
	var tree any
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	_ = dec.Decode(&tree)
	lost := make(map[string]bool)
	var walk func(v any, path string)
	walk = func(v any, path string) {
		switch v := v.(type) {
		case map[string]any:
			for k, e := range v {
				walk(e, path+"."+k)
			}
		case []any:
			for _, e := range v {
				walk(e, path+"[]")
			}
		case string:
			if v != "" && !have[strings.ToLower(v)] {
				lost[path] = true
			}
		case json.Number:
			if v != "0" && !have[v.String()] {
				lost[path] = true
			}
		}
	}
	walk(tree, "")
	return lost
}

// gather collects the values of a result, in the forms that they may have had.
func gather(v reflect.Value, have map[string]bool, depth int) {
	if !v.IsValid() || depth > 12 {
		return
	}
	switch x := v.Interface().(type) {
	case time.Time:
		have[strconv.FormatInt(x.UnixMilli(), 10)], have[strconv.FormatInt(x.Unix(), 10)] = true, true
		have[strings.ToLower(x.UTC().Format(time.RFC3339Nano))] = true
		return
	case time.Duration:
		for _, unit := range []time.Duration{time.Millisecond, time.Second, time.Minute, time.Hour} {
			have[strconv.FormatInt(int64(x/unit), 10)] = true
		}
		return
	case json.RawMessage:
		var inside any
		dec := json.NewDecoder(strings.NewReader(string(x)))
		dec.UseNumber()
		if dec.Decode(&inside) == nil {
			gather(reflect.ValueOf(inside), have, depth+1)
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		have[strings.ToLower(v.String())] = true
	case reflect.Int, reflect.Int64, reflect.Int32:
		have[strconv.FormatInt(v.Int(), 10)] = true
	case reflect.Float64:
		have[strconv.FormatFloat(v.Float(), 'f', -1, 64)] = true
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			gather(v.Elem(), have, depth+1)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			gather(v.Index(i), have, depth+1)
		}
	case reflect.Map:
		for entry := v.MapRange(); entry.Next(); {
			gather(entry.Key(), have, depth+1)
			gather(entry.Value(), have, depth+1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				gather(v.Field(i), have, depth+1)
			}
		}
	}
}

// isLeftOut reports whether a value is left out of results on purpose.
func isLeftOut(id, path string) bool {
	if leftOut[path] != "" || leftOut[id+" "+path] != "" {
		return true
	}
	for prefix := range leftOut {
		if strings.HasSuffix(prefix, "*") && (strings.HasPrefix(path, strings.TrimSuffix(prefix, "*")) || strings.HasPrefix(id+" "+path, strings.TrimSuffix(prefix, "*"))) {
			return true
		}
	}
	return false
}

// leftOut are the places whose values no result has, and why.
var leftOut = map[string]string{
	".action": "the envelope", ".application": "the envelope", ".applicationName": "the envelope", ".organization": "the envelope",
	".uri": "the envelope", ".path": "the envelope", ".timestamp": "the envelope: im.WithResponse", ".duration": "the envelope: im.WithResponse",
	".count": "the length of the list", ".params*": "the envelope: the request", ".properties*": "the envelope", ".status": "the envelope",
	".requestStatusCode": "the envelope", ".statusCode": "the envelope",
	".entities[].type": "the word user", ".user.type": "the word user",
	".data.action": "the name of the call", ".data[].action": "the name of the call",
	".data.result": "that it was done: checked", ".result": "that it was done: checked",
	".data.id": "of the request", ".data.user": "of the request", ".data.groupid": "of the request", ".data[].groupid": "of the request",
	".data.group_id": "of the request", ".data.file_id": "of the request", ".data.chatroomid": "of the request", ".data[].chatroomid": "of the request",
	".data.newadmin": "of the request", ".data.oldadmin": "of the request", ".data.newSuperAdmin": "of the request",
	"auth.app_token .expires_in": "becomes a point of time",

	// that it was done, in other words
	"callbacks.storage_retry .data": "checked", "messages.modify .data": "checked", "push.delete_label .data": "checked",
	"messages.set_attachment_lifetime .data*": "checked, by file", "thread.add_members .data.status": "checked", "thread.delete .data.status": "checked",
	"thread.modify .data.name": "of the request", "mutes.get .data.userid": "of the request",
	"chatrooms.set_attributes .data.*": "the outcome of each key", "chatrooms.force_set_attributes .data.*": "the outcome of each key",
	"groups.set_members_attributes .data.*": "the outcome of each member",
	"messages.recall .data.*":               "of the request, and that it was done", "messages.recall_batch .data[]*": "the outcome of each message",
	"push.set_nicknames_batch .entities[]*": "of the request",
	"reaction.delete .data*":                "a reaction that is gone", "reaction.detail .data.reaction*": "of the request", "reaction.detail .data.cursor": "not on the last page",

	"messages.send_legacy .data.*": "the word success, in place of an id", "groups.set_member_attributes .data.*": "of the request", "push.set_language .data.language": "of the request",
	"push.set_settings .data.*": "of the request", "push.delete_template .data.*": "a template that is gone",
	"contacts.add .entities[]*": "the account: users.Get returns it", "contacts.remove .entities[]*": "the account: users.Get returns it",
	"contacts.block_remove .entities[]*": "the account: users.Get returns it", "users.deactivate .entities[]*": "the account: users.Get returns it",
	"users.delete .entities[]*":      "the account that is gone",
	"push.set_nickname .entities[]*": "the account: users.Get returns it",

	// in another form
	"groups.get .data[].permission": "the word owner, by a document of 2023 alone",
	"groups.list .data[].owner":     "without the app key", "groups.list .data[].type": "the word group",
	"chatrooms.list_joined .data[].disabled": "false, as text",
	"push.get_settings .data.ignoreInterval": "hours of the day",

	// of other methods, whose responses the documents print here
	"chatrooms.get .data[]*":               "of several rooms: the method reads one",
	"chatrooms.revoke_super_admin .data[]": "the list of super admins",
	"groups.download_file .data.*":         "the fields of a file: what is downloaded has any form",
	"messages.download_file .*":            "an error: what is downloaded has any form",
	"metadata.set .data.*":                 "the attributes of several users",
	"presence.subscribe .result[]*":        "one user without a name",
	"push.set_user_template .data.*":       "a message that was sent",
	"users.register .entities[]*":          "of RegisterBatch, which shares the path",
	"users.register .data[]*":              "of RegisterBatch, which shares the path",
}

// notResponses are the endpoints some of whose documented responses their method rejects, and
// why.
var notResponses = map[string]struct {
	n   int
	why string
}{
	"chatrooms.remove_member": {5, "of the call for several users, which shares the path"},
	"chatrooms.unblock_user":  {4, "of the call for several users, which shares the path"},
	"groups.remove_member":    {3, "of the call for several users, which shares the path"},
	"groups.unblock_member":   {6, "of the call for several users, which shares the path"},
	"groups.add_admin":        {1, "the list of admins"},
	"messages.history_url":    {7, "records of the file, not its address"},
	"messages.recall":         {2, "one of the older call for several messages, and an error"},
	"metadata.set":            {2, "of the capacity, and of the deletion"},
	"push.send_sync":          {2, "pushes that failed: errors"},
	"users.disconnect_device": {1, "an error"},
	"users.status":            {2, "of the call for several users"},
}
