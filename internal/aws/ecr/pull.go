package ecr

import (
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// pullsTogether is how long one recorded time stands for further pulls, as tasks make that start together. AWS
// refreshes it once in 24 hours at least. Source: ECR API reference, ImageDetail. It is a time of the emulator's clock: at
// speed 1000 nearly each pull is recorded anew.
const pullsTogether = time.Minute

// RecordPulls records that images are pulled, and returns when readers see it. A store that takes no change says so by
// itself, and keeps no image from anyone.
func RecordPulls(s *store.Store, now time.Time, pulled ...*Image) {
	isNews := func(i *Image) bool { return now.Sub(i.PulledAt) >= pullsTogether }
	if !slices.ContainsFunc(pulled, isNews) {
		return
	}
	_ = s.Update(func(tx *store.Tx) error {
		for _, i := range pulled {
			// It may have gone meanwhile, or another pull has recorded it.
			if found := Images.Get(tx, i.key()); found != nil && isNews(found) {
				changed := *found
				changed.PulledAt = now
				Images.Put(tx, &changed)
			}
		}
		return nil
	})
}
