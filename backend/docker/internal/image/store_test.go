package image

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/moby/moby/api/types/jsonstream"
)

func TestWhileProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := whileProgress(t.Context(), time.Minute, func(ctx context.Context, progress func(time.Duration)) error {
			for range 100 {
				time.Sleep(59 * time.Second)
				progress(time.Hour)
			}
			return ctx.Err()
		})
		if err != nil {
			t.Errorf("what makes progress ends with %v", err)
		}
		began := time.Now()
		err = whileProgress(t.Context(), beginTimeout, func(ctx context.Context, progress func(time.Duration)) error {
			time.Sleep(4 * time.Minute)
			progress(inactivityTimeout)
			<-ctx.Done()
			return ctx.Err()
		})
		if time.Since(began) != 5*time.Minute || !errors.Is(err, errSilent) {
			t.Errorf("what begins after four minutes and rests ends after %s with %v", time.Since(began), err)
		}
	})
}

// An engine may say nothing for minutes while it unpacks, or while layers wait for other pulls.
func TestForHowLongAPullMaySayNothing(t *testing.T) {
	of := &progress{}
	for _, step := range []struct {
		status        string
		current, size int64
		want          time.Duration
	}{
		{"Waiting", 0, 0, beginTimeout},
		{"Downloading", 10, 100, inactivityTimeout},
		{"Downloading", 100, 100, beginTimeout},
		{"Downloading", 0, 200, inactivityTimeout},
		{"Download complete", 0, 0, beginTimeout},
		{"Extracting", 1, 500, beginTimeout},
	} {
		of.note(jsonstream.Message{ID: "layer", Status: step.status, Progress: &jsonstream.Progress{Current: step.current, Total: step.size}})
		if got := of.limit(); got != step.want {
			t.Errorf("after %q with %d of %d: %s, want %s", step.status, step.current, step.size, got, step.want)
		}
	}
}
