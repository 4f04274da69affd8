package app

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// GiveAccessKey gives a user of the account an access key whose id and secret are chosen; see [iam.GiveAccessKey].
func (c *Core) GiveAccessKey(user, id, secret string) (kept string, err error) {
	given := iam.AccessKey{ID: id, Secret: secret, CreatedAt: c.Clock.Now().UTC().Truncate(time.Second)}
	err = c.Store.Update(func(tx *store.Tx) (err error) {
		kept, err = iam.GiveAccessKey(tx, iam.AccountOf(c.Scope), user, given)
		return err
	})
	return kept, err
}
