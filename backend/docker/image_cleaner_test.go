package docker_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

func TestAnImageIsRemovedWithTheNamesOfItsPullAlone(t *testing.T) {
	t.Parallel()
	engine, cli := dockertest.Engine(t), dockertest.Client(t)
	r := dockertest.NewRegistry(t, "", "")
	byTag, _ := r.ImageWith(t, 1000)
	repository, _ := strings.CutSuffix(byTag, ":1")
	pull := func(spec backend.PullSpec) backend.StoredImage {
		t.Helper()
		if err := engine.Pull(t.Context(), spec); err != nil {
			t.Fatal(err)
		}
		pulled, err := engine.Image(t.Context(), spec.Ref, "")
		if err != nil {
			t.Fatal(err)
		}
		images, err := engine.Images(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(images, func(each backend.StoredImage) bool { return each.ID == pulled.ID })
		if i < 0 {
			t.Fatalf("image %s is not among %v", pulled.ID, images)
		}
		return images[i]
	}
	goes := func(image backend.StoredImage, want bool) {
		t.Helper()
		err := engine.RemoveImage(t.Context(), image.ID, image.Names)
		_, missing := cli.ImageInspect(t.Context(), image.ID)
		if (err == nil) != want || (missing != nil) != want {
			t.Errorf("RemoveImage of %v: %v; it is gone: %v, want %v", image.Names, err, missing != nil, want)
		}
	}

	image := pull(backend.PullSpec{Ref: byTag})
	if image.Size < 1000 || image.Used || !slices.Contains(image.Names, byTag) {
		t.Errorf("it is %+v", image)
	}
	digest := image.Names[slices.IndexFunc(image.Names, func(name string) bool { return strings.HasPrefix(name, repository+"@") })]
	mine := repository + ":mine"
	if _, err := cli.ImageTag(t.Context(), client.ImageTagOptions{Source: byTag, Target: mine}); err != nil {
		t.Fatal(err)
	}
	goes(image, false)
	if _, err := cli.ImageRemove(t.Context(), mine, client.ImageRemoveOptions{}); err != nil {
		t.Fatal(err)
	}
	id, err := engine.Create(t.Context(), backend.ContainerSpec{Name: dockertest.Owner(), Image: byTag, Command: []string{"/none"}})
	if err != nil {
		t.Fatal(err)
	}
	if image = pull(backend.PullSpec{Ref: byTag}); !image.Used {
		t.Errorf("with a container it is %+v", image)
	}
	goes(image, false)
	if err := engine.Remove(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	goes(image, true)
	goes(image, true) // gone is success

	byDigest := backend.PullSpec{Ref: digest, Tag: "registry.example/" + strings.ToLower(dockertest.Owner()) + ":1"}
	if image = pull(byDigest); !slices.Contains(image.Names, byDigest.Tag) {
		t.Errorf("by digest it is %+v", image)
	}
	goes(image, true)
}
