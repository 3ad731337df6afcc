package users

import (
	"context"
	"errors"

	"github.com/imrest/im-go/batch"
	"github.com/imrest/im-go/internal/api"
)

// RegisterJob is the job of [batch.Run] that registers users of any number, 60 in a call.
// Set Journal, so that it can go on after it was stopped:
//
//	job := client.Users.RegisterJob()
//	job.Journal = "users.journal"
//	summary, err := batch.Run(ctx, newUsers, job)
//
// A user whom [ValidName] or the limits of [NewUser] rule out is refused before anything is
// sent; without Job.Check the server decides. A name that is taken is refused, with
// im.ErrAlreadyExists. So is one that this job has registered itself in a call that was
// retried, since its response was lost: who must know asks [Service.Get]. Users whom a killed
// process left unknown are looked up with Get, and registered if they are not there.
func (s *Service) RegisterJob() batch.Job[NewUser] {
	return batch.Job[NewUser]{
		Name: registerBatch.ID,
		Max:  MaxRegisterBatch,
		Key:  func(u NewUser) string { return u.Username },
		Check: func(u NewUser) error {
			return api.First(validName("Username", u.Username), u.check(""))
		},
		Call: func(ctx context.Context, chunk []NewUser) (batch.Result, error) {
			return batch.WithoutValues(s.RegisterBatch(ctx, chunk))
		},
		OnUnknown: batch.VerifyUnknown,
		Verify: func(ctx context.Context, u NewUser) (bool, error) {
			_, err := s.Get(ctx, u.Username)
			if errors.Is(err, api.ErrNotFound) {
				return false, nil
			}
			return err == nil, err
		},
	}
}
