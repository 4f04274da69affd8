package emulator

// OnExit says what happens to running tasks when the emulator ends.
type OnExit string

// Values of OnExit.
const (
	Remove OnExit = "remove"
	Keep   OnExit = "keep"
)

// PullBehavior says when images are pulled, in the words of the container agent's
// ECS_IMAGE_PULL_BEHAVIOR.
type PullBehavior string

// Values of Options.PullBehavior.
const (
	PullPreferCached PullBehavior = "prefer-cached" // pull what is absent
	PullAlways       PullBehavior = "always"        // pull; a failure is final, on container instances for the whole task
	PullDefault      PullBehavior = "default"       // pull; fall back to a local image
	PullOnce         PullBehavior = "once"          // as always, but once in this run: on Fargate, and on each container instance
)

// AccessMode says whether policies decide what callers may do.
type AccessMode string

// Values of Options.IAM.
const (
	AccessOff     AccessMode = "off"     // every caller may do everything
	AccessLog     AccessMode = "log"     // everything is decided and let through; the log has what would be refused
	AccessEnforce AccessMode = "enforce" // what policies do not allow is refused, and so are keys that were not issued here
)

// SecurityGroups says whether the rules of security groups filter.
type SecurityGroups string

// Values of Options.SecurityGroups.
const (
	// SecurityGroupsOn filters, but lets in this host and containers that are not tasks.
	SecurityGroupsOn SecurityGroups = "on"
	// SecurityGroupsStrict applies the rules to these too.
	SecurityGroupsStrict SecurityGroups = "strict"
	// SecurityGroupsOff filters nothing.
	SecurityGroupsOff SecurityGroups = "off"
)
