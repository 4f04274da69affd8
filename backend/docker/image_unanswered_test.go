package docker_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/docker"
)

// An engine may never answer a request for an image although it answers others.
func TestALookAtAnImageThatIsNotAnsweredHoldsUpNoLaterOne(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	first := make(chan struct{})
	engine := fakeEngine{"GET /images/app/json": func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == 1 {
			close(first)
			<-r.Context().Done()
			return
		}
		says(http.StatusOK, `{"Id":"sha256:1","Os":"linux","Architecture":"amd64"}`)(w, r)
	}}.open(t, docker.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = engine.Image(ctx, "app", "")
	}()
	<-first
	began := time.Now()
	eventually(t, "a later look", func() bool {
		soon, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		found, err := engine.Image(soon, "app", "")
		return err == nil && found.ID == "sha256:1"
	})
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("it took %s", took)
	}
	cancel()
	<-ended
}
