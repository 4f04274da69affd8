package emulator

// PullBehavior says when images are pulled, in the words of the container agent's
// ECS_IMAGE_PULL_BEHAVIOR.
type PullBehavior string

// Values of Options.PullBehavior.
const (
	PullPreferCached PullBehavior = "prefer-cached" // pull what is absent
	PullAlways       PullBehavior = "always"        // pull; a failure is final
	PullDefault      PullBehavior = "default"       // pull; fall back to a local image
	PullOnce         PullBehavior = "once"          // pull each image once in this run
)
