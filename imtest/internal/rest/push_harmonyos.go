package rest

import (
	"slices"
	"strings"

	"github.com/imrest/im-go/imtest/internal/wire"
)

const maxHarmonyOSLines = 3

// harmonyOSNumbers are the fields that hold one of a few numbers, 0 by default.
var harmonyOSNumbers = map[string][]int64{
	"pushType": {0, 1, 2, 6, 7, 10}, "style": {0, 1, 3}, "actionType": {0, 1},
}

// checkHarmonyOS checks the settings for HarmonyOS, which the documents describe field by
// field. A value of a wrong type makes the message malformed, and one that is not allowed is
// a wrong parameter.
func checkHarmonyOS(o *wire.Object) *wire.Error {
	if o == nil {
		return nil
	}
	for _, name := range []string{"receiptId", "category", "title", "body", "bigTitle", "bigBody", "action", "uri"} {
		o.Text(name)
	}
	for _, name := range []string{"notifyId", "addNum", "setNum"} {
		o.Integer(name)
	}
	o.Boolean("isTestMessage")
	for _, name := range []string{"data", "payload"} {
		o.Inner(name)
	}
	wrong := wrongHarmonyOS(o)
	switch {
	case o.Bad != "":
		return wire.ErrPushMessage()
	case wrong != "":
		return wire.ErrPushParameter(wrong)
	}
	return nil
}

// wrongHarmonyOS names the field whose value is not allowed, beside the others.
func wrongHarmonyOS(o *wire.Object) string {
	lines, image := o.Texts("inboxContent"), o.Text("image")
	for _, name := range []string{"pushType", "style", "actionType"} {
		if !slices.Contains(harmonyOSNumbers[name], o.Integer(name)) {
			return name
		}
	}
	switch style := o.Integer("style"); {
	case style == 1 && o.Text("bigTitle") == "":
		return "bigTitle"
	case style == 1 && o.Text("bigBody") == "":
		return "bigBody"
	case style == 3 && len(lines) == 0, len(lines) > maxHarmonyOSLines:
		return "inboxContent"
	case image != "" && !strings.HasPrefix(strings.ToLower(image), "https://"):
		return "image"
	case o.Has("payload") && o.Integer("pushType") == 0:
		return "payload"
	}
	return ""
}
