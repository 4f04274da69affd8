package backendtest

import (
	"errors"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

var imageCases = []testCase{
	{"AnImageIsLocalOrNotFound", testImage},
	{"AnImageIsForItsPlatform", testPlatform},
	{"PullTellsWhyItFails", testPullError},
}

func testImage(s *env) {
	image, err := s.Engine.Image(s.Ctx, s.Image, "")
	if err != nil || image.ID == "" || image.Architecture == "" || image.OS == "" {
		s.Errorf("Image of a local one: %+v, %v", image, err)
	}
	for _, platform := range []string{image.OS + "/" + image.Architecture, otherPlatform(image)} {
		same, err := s.Engine.Image(s.Ctx, s.Image, platform)
		if err != nil || same.ID != image.ID || same.Architecture != image.Architecture {
			s.Errorf("Image for %s of one for %s: %+v, %v", platform, image.Architecture, same, err)
		}
	}
	for range 2 { // the first may not pull it
		_, err = s.Engine.Image(s.Ctx, s.MissingImage, "")
		s.ExpectError("Image of an absent one", err, backend.ErrNotFound)
	}
}

// otherPlatform is one that an image is not for.
func otherPlatform(image backend.Image) string {
	return image.OS + "/" + map[bool]string{true: "amd64", false: "arm64"}[image.Architecture == "arm64"]
}

// testPlatform asks for a container of an image that is for other machines.
func testPlatform(s *env) {
	image, err := s.Engine.Image(s.Ctx, s.Image, "")
	if err != nil {
		s.Fatal(err)
	}
	spec := s.Spec(s.SharedSandbox(), "exit", "0")
	spec.Platform = image.OS + "/" + image.Architecture
	s.Start(s.CreateFrom(spec))
	spec = s.Spec(s.SharedSandbox(), "exit", "0")
	spec.Platform = otherPlatform(image)
	id, err := s.Engine.Create(s.Ctx, spec)
	if err == nil || !strings.Contains(err.Error(), spec.Platform) {
		s.Errorf("Create for %s of an image for %s makes %q: %v", spec.Platform, image.Architecture, id, err)
	}
	s.ExpectMissing("Create for "+spec.Platform, err, backend.KindImage)
}

func testPullError(s *env) {
	err := s.Engine.Pull(s.Ctx, backend.PullSpec{Ref: s.MissingImage})
	if err == nil || err.Error() == "" || errors.Is(err, backend.ErrUnavailable) {
		s.Errorf("Pull of an image that there isn't: %v, want the engine's text", err)
	}
}

func testPull(s *env) {
	_, err := s.Engine.Image(s.Ctx, s.PullableImage, "")
	s.ExpectError("Image before the pull", err, backend.ErrNotFound)
	for range 2 {
		if err := s.Engine.Pull(s.Ctx, backend.PullSpec{Ref: s.PullableImage}); err != nil {
			s.Fatalf("Pull: %v", err)
		}
		image, err := s.Engine.Image(s.Ctx, s.PullableImage, "")
		if err != nil || len(image.Digests) == 0 || !strings.Contains(image.Digests[0], "@sha256:") {
			s.Errorf("Image after the pull: %+v, %v; want a digest", image, err)
		}
	}
}
