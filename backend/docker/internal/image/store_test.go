package image

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestWhileProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := whileProgress(t.Context(), time.Minute, func(ctx context.Context, progress func()) error {
			for range 100 {
				time.Sleep(59 * time.Second)
				progress()
			}
			return ctx.Err()
		})
		if err != nil {
			t.Errorf("what makes progress ends with %v", err)
		}
		began := time.Now()
		err = whileProgress(t.Context(), beginTimeout, func(ctx context.Context, progress func()) error {
			time.Sleep(4 * time.Minute)
			progress()
			<-ctx.Done()
			return ctx.Err()
		})
		if time.Since(began) != 5*time.Minute || !errors.Is(err, errSilent) {
			t.Errorf("what begins after four minutes and rests ends after %s with %v", time.Since(began), err)
		}
	})
}
