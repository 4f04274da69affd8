package ecr

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// pullsTogether is how long one recorded time stands for further pulls, as tasks make that start together. AWS
// refreshes it once in 24 hours at least. Source: ECR API reference, ImageDetail.
const pullsTogether = time.Minute

// RecordPulls records that images are pulled. A store that takes no change says so by itself, and keeps no image from anyone.
func RecordPulls(s *store.Store, now time.Time, pulled ...*Image) {
	var news []*Image
	for _, i := range pulled {
		if now.Sub(i.PulledAt) >= pullsTogether {
			news = append(news, i)
		}
	}
	if len(news) == 0 {
		return
	}
	_ = s.Update(func(tx *store.Tx) error {
		for _, i := range news {
			if found := Images.Get(tx, i.key()); found != nil { // else it has gone meanwhile
				changed := *found
				changed.PulledAt = now
				Images.Put(tx, &changed)
			}
		}
		return nil
	})
}
