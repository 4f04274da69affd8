package taskcause

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/distribution/reference"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// image is of one that cannot be had.
func (q *question) image(t state.Trouble, seen []why.Evidence) {
	of := fmt.Sprintf("image %s of container %s", t.Subject, t.Container)
	build := fmt.Sprintf("Build it, or correct the image in %s.", q.revision())
	switch {
	case t.Kind == state.TroubleImagePlatform:
		q.platform(t, of, seen)
	case t.Kind == state.TroubleImageMissing && t.Code == "denied":
		q.say(why.ImageNotFound, fmt.Sprintf("%s is not on the container engine, and registry %s denies the pull: it does not exist there, or a login is missing",
			of, registryOf(t.Subject)), fmt.Sprintf("Build it, correct the image in %s, or log in to the registry.", q.revision()), seen...)
	case t.Kind == state.TroubleImageMissing:
		q.say(why.ImageNotFound, of+" does not exist", build, seen...)
	case t.Code == "unreachable":
		q.say(why.RegistryUnreachable, fmt.Sprintf("%s is not on the container engine, and registry %s cannot be reached: %s", of, registryOf(t.Subject), oneLine(t.Text)),
			fmt.Sprintf("Build it, correct the image in %s, or see to the network of the container engine.", q.revision()), seen...)
	case t.Code == "broken":
		q.say(why.RegistryUnreachable, fmt.Sprintf("the pull of %s from registry %s has broken off: %s", of, registryOf(t.Subject), oneLine(t.Text)),
			"See to the network of the container engine.", seen...)
	default:
		q.say(why.RegistryUnreachable, fmt.Sprintf("%s cannot be pulled from registry %s: %s", of, registryOf(t.Subject), oneLine(t.Text)), build, seen...)
	}
}

func (q *question) platform(t state.Trouble, of string, seen []why.Evidence) {
	wanted := cmp.Or(t.Wanted, "linux/"+strings.ReplaceAll(q.t.Spec.Architecture, "x86_64", "amd64"))
	next := fmt.Sprintf("Build it for %s, or set runtimePlatform in %s.", wanted, q.revision())
	if t.Has == "" {
		q.say(why.ImagePlatform, fmt.Sprintf("%s is for other platforms alone, and the task is for %s", of, wanted), next, seen...)
		return
	}
	seen = append(seen, noted(t.At, "%s: image is for %s, task for %s", t.Container, t.Has, wanted))
	q.say(why.ImagePlatform, fmt.Sprintf("%s is for %s, the task for %s", of, t.Has, wanted), next, seen...)
}

// registryOf is the host from which an image would come.
func registryOf(image string) string {
	named, err := reference.ParseNormalizedNamed(strings.TrimSpace(image))
	if err != nil {
		return image
	}
	return reference.Domain(named)
}
