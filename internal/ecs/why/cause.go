package why

// Cause is a kind of cause, for programs.
type Cause string

// Causes of tasks, and of what needs their containers.
const (
	ImageNotFound          Cause = "image-not-found"
	ImagePlatform          Cause = "image-platform"
	RegistryUnreachable    Cause = "registry-unreachable"
	SecretMissing          Cause = "secret-missing"
	EnvironmentFileMissing Cause = "environment-file-missing"
	LogGroupMissing        Cause = "log-group-missing"
	RoleRefused            Cause = "role-refused"
	StartFailed            Cause = "start-failed"
	VolumeFailed           Cause = "volume-failed"
	DependencyFailed       Cause = "dependency-failed"
	ExitCode               Cause = "exit-code"
	OutOfMemory            Cause = "out-of-memory"
	ContainerUnhealthy     Cause = "container-unhealthy"
	TargetUnhealthy        Cause = "target-unhealthy"
	TargetUnused           Cause = "target-unused"
	SecurityGroup          Cause = "security-group"
)

// Causes of tasks that have no place.
const (
	NoInstances         Cause = "no-instances"
	NoCapacity          Cause = "no-capacity"
	PlacementConstraint Cause = "placement-constraint"
	PortTaken           Cause = "port-taken"
	ProviderAtMaximum   Cause = "provider-at-maximum"
	InstanceLaunching   Cause = "instance-launching"
	// LaunchFailed is an instance that a group could not launch, LaunchRefused a task that ECS launches nowhere, and Quota a
	// bound of the account.
	LaunchFailed  Cause = "launch-failed"
	LaunchRefused Cause = "launch-refused"
	Quota         Cause = "quota"
)

// Causes of services and their deployments.
const (
	BreakerRollback   Cause = "breaker-rollback"
	AlarmRollback     Cause = "alarm-rollback"
	HookWaits         Cause = "hook-waits"
	HookFailed        Cause = "hook-failed"
	BakeTime          Cause = "bake-time"
	DeploymentPercent Cause = "deployment-percent"
	BackingOff        Cause = "backing-off"
	Protected         Cause = "protected"
	// InProgress is a deployment that goes on, or tasks that are on their way to STOPPED.
	InProgress Cause = "in-progress"
)

// Causes of the end of a task that did nothing wrong.
const (
	Draining         Cause = "draining"
	SpotInterruption Cause = "spot-interruption"
	InstanceLost     Cause = "instance-lost"
	UserStopped      Cause = "user-stopped"
	ScaledIn         Cause = "scaled-in"
	Replaced         Cause = "replaced"
	Rebalanced       Cause = "rebalanced"
	ServiceDeleted   Cause = "service-deleted"
	// Removed is what another program has done to a container or sandbox on the engine.
	Removed Cause = "removed"
)

// Causes of container instances and stacks.
const (
	AgentDisconnected Cause = "agent-disconnected"
	DaemonNotStarted  Cause = "daemon-not-started"
	// StandaloneTask is one that keeps an instance which the deployment of a daemon replaces.
	StandaloneTask Cause = "standalone-task"
	ResourceFailed Cause = "resource-failed"
	ResourceWaits  Cause = "resource-waits"
)

// Causes that the emulator makes or suffers, and the lack of one.
const (
	Fault      Cause = "fault"
	EngineAway Cause = "engine-away"
	// Starting is a step on the way to RUNNING that takes its time.
	Starting Cause = "starting"
	// Unknown comes with the reason that ECS shows.
	Unknown Cause = "unknown"
)
