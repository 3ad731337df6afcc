package jobs

import (
	"context"

	im "github.com/imrest/im-go"
	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/messages"
)

func send(ctx context.Context, client *im.Client, names []string, m messages.Message) (batch.Result, error) {
	rs, err := client.Messages.SendToUsers(ctx, names, m)
	if err != nil {
		return nil, err
	}
	r := make(batch.Result, len(rs))
	for i := range rs {
		r[i] = batch.Item[batch.None]{ID: rs[i].To, Err: rs[i].Err}
	}
	return r, r.Err()
}
