package imagepull_test

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/host/enginecall"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
)

// slowEngine pulls for ten seconds, and tells how many of these have passed.
type slowEngine struct{ backend.Engine }

func (slowEngine) Pull(_ context.Context, spec backend.PullSpec) error {
	began := time.Now()
	spec.Progress(func() (done, total int64) { return int64(time.Since(began).Seconds()), 10 })
	time.Sleep(10 * time.Second)
	return nil
}

func (slowEngine) Image(context.Context, string, string) (backend.Image, error) {
	return backend.Image{ID: "sha256:1"}, nil
}

func TestPullsThatTakeLongAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := imagepull.Puller{Engine: enginecall.New(slowEngine{}, &enginecall.Tracker{}, slog.New(slog.DiscardHandler))}
		go func() {
			found, err := p.Pull(t.Context(), imagepull.Agent{Task: "one"}, imagepull.Choice{Ref: "app:1"}, backend.PullSpec{})
			if err != nil || !found.Pulled {
				t.Errorf("Pull: %+v, %v", found, err)
			}
		}()
		time.Sleep(2 * time.Second)
		if got := p.LongPulls("one", 2*time.Second); len(got) != 0 {
			t.Errorf("after two seconds there are %v", got)
		}
		time.Sleep(time.Second)
		got := p.LongPulls("one", 2*time.Second)
		if len(got) != 1 || got[0].Image != "app:1" || len(p.LongPulls("", 2*time.Second)) != 1 || len(p.LongPulls("two", 2*time.Second)) != 0 {
			t.Fatalf("after three seconds there are %v", got)
		}
		if done, total := got[0].Bytes(); done != 3 || total != 10 {
			t.Errorf("it has %d of %d", done, total)
		}
		time.Sleep(10 * time.Second)
		if got := p.LongPulls("", 0); len(got) != 0 {
			t.Errorf("after its end there are %v", got)
		}
	})
}
