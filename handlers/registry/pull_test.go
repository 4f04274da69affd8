package registry_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
)

// A client pulls an image when it gets the manifest, by tag or by digest, and not when it only looks whether it is there.
func TestPullsAreRecorded(t *testing.T) {
	w := start(t, 0, "web")
	digest := w.push("web", "v1", "config")
	pulled := func() time.Time {
		return ecr.Images.Find(w.store.Read(), &ecr.Repository{Scope: home, Name: "web"}, digest).PulledAt
	}
	w.ask(http.MethodHead, "/v2/web/manifests/v1", "").is(http.StatusOK)
	if at := pulled(); !at.IsZero() {
		t.Errorf("a look at the image is a pull at %s", at)
	}
	first := w.clock()
	w.ask(http.MethodGet, "/v2/web/manifests/v1", "").is(http.StatusOK)
	if at := pulled(); !at.Equal(first) {
		t.Errorf("it was pulled at %s, want %s", at, first)
	}
	for _, c := range []struct {
		later, want time.Duration
	}{{59 * time.Second, 0}, {time.Minute, time.Minute}, {time.Hour, time.Hour}} {
		w.set(func() { w.now = first.Add(c.later) })
		w.ask(http.MethodGet, "/v2/web/manifests/"+digest, "").is(http.StatusOK)
		if at := pulled(); !at.Equal(first.Add(c.want)) {
			t.Errorf("%s later it was pulled at %s", c.later, at)
		}
	}
}
