package docker_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// With containerd's image store a name stands for several platforms, with Docker's own for the
// one that was pulled last.
func TestANameStandsForSeveralPlatforms(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	info, err := dockertest.Client(t).Info(t.Context(), client.InfoOptions{})
	if err != nil {
		t.Fatal(err)
	}
	several := slices.Contains(info.Info.DriverStatus, [2]string{"driver-type", "io.containerd.snapshotter.v1"})
	ref := dockertest.NewIndexRegistry(t, "amd64", "arm64").Image(t)
	for _, pulled := range []string{"amd64", "arm64", "amd64"} {
		if err := engine.Pull(t.Context(), backend.PullSpec{Ref: ref, Platform: "linux/" + pulled}); err != nil {
			t.Fatal(err)
		}
		found, err := engine.Image(t.Context(), ref, "linux/"+pulled)
		if err != nil || found.Architecture != pulled || found.OS != "linux" {
			t.Errorf("after a pull for %s: %+v, %v", pulled, found, err)
		}
		id, err := engine.Create(t.Context(), backend.ContainerSpec{Name: dockertest.Owner(), Image: found.ID, Command: []string{"/none"}, Platform: "linux/" + pulled})
		if err != nil {
			t.Errorf("a container for %s: %v", pulled, err)
		} else if err := engine.Remove(t.Context(), id); err != nil {
			t.Error(err)
		}
	}
	for _, asked := range []string{"amd64", "arm64", "s390x"} {
		want := "amd64" // pulled last
		if several && asked == "arm64" {
			want = asked
		}
		if found, err := engine.Image(t.Context(), ref, "linux/"+asked); err != nil || asked != "s390x" && found.Architecture != want {
			t.Errorf("for %s: %+v, %v; want %s", asked, found, err, want)
		}
	}
}

func TestAnIndexLacksAPlatform(t *testing.T) {
	t.Parallel()
	engine := dockertest.Engine(t)
	ref := dockertest.NewIndexRegistry(t, "s390x").Image(t)
	for _, platform := range []string{"", "linux/amd64", "linux/arm64"} {
		err := engine.Pull(t.Context(), backend.PullSpec{Ref: ref, Platform: platform})
		if !errors.Is(err, backend.ErrNoPlatform) {
			t.Errorf("Pull for %q of an index that lacks it: %v", platform, err)
		}
	}
	if err := engine.Pull(t.Context(), backend.PullSpec{Ref: ref, Platform: "linux/s390x"}); err != nil {
		t.Error(err)
	}
	missing := dockertest.NewRegistry(t, "", "").Host + "/none@sha256:" + "0000000000000000000000000000000000000000000000000000000000000000"
	if err := engine.Pull(t.Context(), backend.PullSpec{Ref: missing}); err == nil || errors.Is(err, backend.ErrNoPlatform) {
		t.Errorf("Pull of an image that is missing: %v", err)
	}
}
