package image

import (
	"context"
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
	})
}
