package users

import "github.com/imrest/im-go/batch"

func plain(rs Registrations, err error) (batch.Result, error) {
	if err != nil {
		return nil, err
	}
	r := make(batch.Result, len(rs))
	for i := range rs {
		r[i] = batch.Item[batch.None]{ID: rs[i].Username, Err: rs[i].Err}
	}
	return r, r.Err()
}
