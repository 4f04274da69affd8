package state

import "time"

// Trouble is why a task could not start, or one of its containers, as the agent knew it when it wrote ECS's reason, which is
// for people. Rows of before have none.
type Trouble struct {
	Kind      TroubleKind
	Container string // empty: the task as a whole
	// Subject is what it is about: an image, the ARN or name of a secret, a log group, an object of S3, a volume, a container
	// that is depended on, a subnet.
	Subject string
	// Wanted and Has are, of an image, the platform of the task and its own; of a dependency, the condition and how it is.
	Wanted, Has string
	Code        string // of AWS's refusal
	Text        string // in the words of the engine, the registry or the API; no value of a secret
	At          time.Time
}

// TroubleKind is one of the constants below.
type TroubleKind string

const (
	TroubleImageMissing  TroubleKind = "image-not-found"
	TroubleImagePlatform TroubleKind = "image-platform"
	TroublePull          TroubleKind = "registry-unreachable" // a registry's refusal, too
	TroubleSecret        TroubleKind = "secret-missing"
	TroubleFile          TroubleKind = "environment-file-missing"
	TroubleLog           TroubleKind = "log-group-missing"
	TroubleRole          TroubleKind = "role-refused"
	TroubleStart         TroubleKind = "start-failed"
	TroubleVolume        TroubleKind = "volume-failed"
	TroubleDependency    TroubleKind = "dependency-failed"
	TroubleInterface     TroubleKind = "interface-failed"
	TroubleSandbox       TroubleKind = "sandbox-ended"
)

// RefusedCode reports whether an API refuses its caller with a code, and not what is asked for.
// Source: IAM user guide, access denied; the S3 API reference for its own.
func RefusedCode(code string) bool {
	return code == "AccessDeniedException" || code == "AccessDenied" || code == "UnauthorizedOperation"
}

// Ending is what the agent saw of the end of a container beside exit code and reason. It is never changed, only replaced.
type Ending struct {
	OutOfMemory bool
	// StopAt is when the agent asked the engine to stop the container, which then has Grace until SIGKILL; zero: it did not.
	StopAt time.Time
	Grace  time.Duration
	// Killed: it took all of the grace, and ended by SIGKILL.
	Killed bool
}

// FailedCheck is what a health check had to say when its container became UNHEALTHY.
type FailedCheck struct {
	At       time.Time
	ExitCode int
	Output   string
}

// StopCause is what a task is stopped for, where its code and its reason say the same of several.
type StopCause string

const (
	StopScaledIn       StopCause = "scaled-in"
	StopReplaced       StopCause = "replaced"
	StopDraining       StopCause = "draining"
	StopUnhealthy      StopCause = "unhealthy"
	StopRebalanced     StopCause = "rebalanced"
	StopStray          StopCause = "stray" // its container instance shall have none of the service
	StopServiceDeleted StopCause = "service-deleted"
	StopNoInstanceType StopCause = "no-instance-type" // no instance type that its capacity provider may launch holds it
)
