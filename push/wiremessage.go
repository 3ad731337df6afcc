package push

import (
	"bytes"
	"encoding/json"
	"time"
)

// wireMessage is a message as the API writes it: the fields of [Message] under the API's keys.
type wireMessage struct {
	Title     string         `json:"title"`
	Subtitle  string         `json:"subTitle,omitzero"`
	Content   string         `json:"content"`
	Ext       map[string]any `json:"ext,omitempty"`
	Config    *Config        `json:"config,omitempty"`
	Agora     *OwnChannel    `json:"agora,omitempty"`
	Easemob   *OwnChannel    `json:"easemob,omitempty"`
	APNs      *APNs          `json:"apns,omitempty"`
	FCM       *FCM           `json:"fcm,omitempty"`
	FCMV1     *FCMV1         `json:"fcmV1,omitempty"`
	Huawei    *Huawei        `json:"huawei,omitempty"`
	HarmonyOS *HarmonyOS     `json:"harmonyOS,omitempty"`
	Honor     *Honor         `json:"honor,omitempty"`
	Xiaomi    *Xiaomi        `json:"xiaomi,omitempty"`
	Vivo      *Vivo          `json:"vivo,omitempty"`
	Oppo      *Oppo          `json:"oppo,omitempty"`
	Meizu     *Meizu         `json:"meizu,omitempty"`
	// Not of the message: what goes into it, or stands beside it.
	More     map[string]any `json:"-"`
	Strategy *Strategy      `json:"-"`
	Platform Platform       `json:"-"`
	Start    time.Time      `json:"-"`
}

// payload is the message as it is sent, with More in it.
func (m *Message) payload() any {
	if len(m.More) == 0 {
		return wireMessage(*m)
	}
	return merged{wireMessage(*m), m.More}
}

type merged struct {
	typed wireMessage
	More  map[string]any
}

func (m merged) MarshalJSON() ([]byte, error) {
	fields, err := encoded(m.typed)
	if err != nil {
		return nil, err
	}
	more, err := encoded(m.More)
	if err != nil {
		return nil, err
	}
	return json.Marshal(merge(fields, more))
}

// encoded is a value as it stands on the wire, so that maps and structs of all
// types merge.
func encoded(v any) (map[string]any, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var fields map[string]any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // ids above 2^53
	err = decoder.Decode(&fields)
	return fields, err
}

// merge puts one map over another, which it changes.
func merge(under, over map[string]any) map[string]any {
	for key, value := range over {
		below, ok1 := under[key].(map[string]any)
		above, ok2 := value.(map[string]any)
		if ok1 && ok2 {
			value = merge(below, above)
		}
		under[key] = value
	}
	return under
}
