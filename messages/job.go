package messages

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// SendToUsersJob is the job of [batch.Run] that sends one message to users of any number,
// with as many calls of [Service.SendToUsers] as that takes. Users to whom the message is
// of unknown outcome are not sent it again. The quota counts users, so that a
// million take hours: [batch.Plan] says how many.
func (s *Service) SendToUsersJob(m Message) batch.Job[string] {
	return sendJob(&sendUsers, s.SendToUsers, m)
}

// SendToGroupsJob is [Service.SendToUsersJob] for groups and [Service.SendToGroups].
func (s *Service) SendToGroupsJob(m Message) batch.Job[string] {
	return sendJob(&sendGroups, s.SendToGroups, m)
}

// sendJob is a job of sending. It never looks up what became of a message: the API has
// no call for that.
func sendJob(e *api.Endpoint, send func(context.Context, []string, Message) (batch.Results[string], error), m Message) batch.Job[string] {
	return batch.Job[string]{
		Name: e.ID + digest(m),
		Max:  e.MaxItems,
		Key:  func(to string) string { return to },
		Call: func(ctx context.Context, chunk []string) (batch.Result, error) {
			return batch.WithoutValues(send(ctx, chunk, m))
		},
	}
}

// digest keeps the journal of one message from being taken for that of another.
func digest(m Message) string {
	text, err := json.Marshal(m)
	if err != nil {
		return "" // the calls will say what is wrong
	}
	sum := sha256.Sum256(text)
	return " " + hex.EncodeToString(sum[:4])
}

// ImportItem is a message of the past and the user whom it was sent to.
type ImportItem struct {
	To      string `json:"to"`      // username
	Message Import `json:"message"` // with the time when it was sent
}

// LogValue hides the secret of a file.
func (m ImportItem) LogValue() slog.Value { return api.LogMasked(m) }

// ImportToUsersJob is the job of [batch.Run] that imports messages of any number with
// [Service.ImportToUser], one in a call. Messages of unknown outcome are not imported
// again. Calls under way may pass each other: where messages of a chat must arrive in
// their order, set Workers to 1. The key of a message is its receiver and SentAt, unless
// the caller sets a better one.
func (s *Service) ImportToUsersJob() batch.Job[ImportItem] {
	return batch.Job[ImportItem]{
		Name: importUser.ID,
		Max:  1,
		Key:  func(m ImportItem) string { return m.To + " " + m.Message.SentAt.UTC().Format(time.RFC3339Nano) },
		Call: func(ctx context.Context, one []ImportItem) (batch.Result, error) {
			_, err := s.ImportToUser(ctx, one[0].To, one[0].Message)
			return nil, err
		},
	}
}
