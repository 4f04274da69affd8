package faults

import "slices"

// Kinds of faults. What each does stands in the table.
const (
	Pull                Kind = "pull"
	Start               Kind = "start"
	Crash               Kind = "crash"
	EngineAway          Kind = "engine-away"
	EngineDown          Kind = "engine-down"
	TerminateInstance   Kind = "terminate-instance"
	DisconnectAgent     Kind = "disconnect-agent"
	CutOffInstance      Kind = "cut-off-instance"
	StopExecAgent       Kind = "stop-exec-agent"
	DisconnectExecAgent Kind = "disconnect-exec-agent"
	APIThrottle         Kind = "api-throttle"
	APIError            Kind = "api-error"
	APIDelay            Kind = "api-delay"
	FargateCapacity     Kind = "fargate-capacity"
	SubnetFull          Kind = "subnet-full"
	ZoneDown            Kind = "zone-down"
	SpotInterruption    Kind = "spot-interruption"
	Load                Kind = "load"
)

// kind is a row of the table.
type kind struct {
	Kind
	help  string   // what happens, for the guide
	takes []string // names of members, in the guide's order
	needs []string // those of them that must be set
	begin func(*Kit, *held) error
	end   func(*Kit, *held)
	acts  func(*Kit, *held) // what it does once it has begun, if that is all at once
}

// kinds is the table: all there is to know of a kind of fault is here.
var kinds = []kind{
	{
		Kind: Pull, help: "an image cannot be pulled (`--error`), or only slowly (`--delay`); images are pulled even if they are local, which then run only where the pull behaviour is `default`",
		takes: []string{"image", "error", "delay", "rate", "seed", "times", "at", "for"},
		begin: (*Kit).beginRule, end: (*Kit).endRule,
	},
	{
		Kind: Start, help: "a container cannot be started, or only slowly",
		takes: []string{"task", "cluster", "zone", "family", "container", "image", "error", "delay", "rate", "seed", "times", "at", "for"},
		begin: (*Kit).beginRule, end: (*Kit).endRule,
	},
	{
		Kind: Crash, help: "a container ends with exit code 137, after `--delay` if it is given",
		takes: []string{"task", "cluster", "zone", "family", "container", "image", "delay", "rate", "seed", "times", "at", "for"},
		begin: (*Kit).beginRule, end: (*Kit).endRule,
	},
	{
		Kind: EngineAway, help: "the container engine does not answer; containers live on; one of several engines with `--engine`, or all",
		takes: []string{"engine", "error", "at", "for"},
		begin: (*Kit).leaveEngines, end: (*Kit).returnEngines, acts: (*Kit).hitEngine,
	},
	{
		Kind: EngineDown, help: "the machine of a container engine loses its power: all that runs there ends at once, and the engine does not answer until the fault ends",
		takes: []string{"engine", "at", "for"},
		begin: (*Kit).leaveEngines, end: (*Kit).returnEngines, acts: (*Kit).hitEngine,
	},
	{
		Kind: TerminateInstance, help: "an EC2 instance is lost with its tasks, for good; a random one if none is named",
		takes: []string{"instance", "cluster", "zone", "seed", "at"},
		begin: (*Kit).beginInstance, end: (*Kit).endInstance, acts: (*Kit).hitInstance,
	},
	{
		Kind: DisconnectAgent, help: "the agent of a container instance loses its connection: tasks go on, and no task is placed there",
		takes: []string{"instance", "cluster", "zone", "seed", "at", "for"},
		begin: (*Kit).beginInstance, end: (*Kit).endInstance, acts: (*Kit).hitInstance,
	},
	{
		Kind: CutOffInstance, help: "an instance and its tasks, also those that come later, can neither be reached nor reach anything; its agent is disconnected",
		takes: []string{"instance", "cluster", "zone", "seed", "at", "for"},
		begin: (*Kit).beginInstance, end: (*Kit).endInstance, acts: (*Kit).hitInstance,
	},
	{
		Kind: StopExecAgent, help: "the execute command agents of tasks stop, as if their process had ended; they run again, with a new `lastStartedAt`, when the fault ends",
		takes: []string{"task", "cluster", "zone", "family", "container", "at", "for"},
		begin: (*Kit).beginExecAgents, end: (*Kit).endExecAgents, acts: (*Kit).hitAtOnce,
	},
	{
		Kind: DisconnectExecAgent, help: "the same agents run and cannot be reached, which DescribeTasks does not show",
		takes: []string{"task", "cluster", "zone", "family", "container", "at", "for"},
		begin: (*Kit).beginExecAgents, end: (*Kit).endExecAgents, acts: (*Kit).hitAtOnce,
	},
	{
		Kind: APIThrottle, help: "calls of AWS's APIs are throttled: ThrottlingException, Throttling or RequestLimitExceeded, as the API has it",
		takes: []string{"api", "operation", "caller", "rate", "seed", "times", "at", "for"},
		begin: (*Kit).beginCalls, end: (*Kit).endCalls,
	},
	{
		Kind: APIError, help: "calls fail with status 500: ServerException, InternalFailure or InternalError",
		takes: []string{"api", "operation", "caller", "rate", "seed", "times", "at", "for"},
		begin: (*Kit).beginCalls, end: (*Kit).endCalls,
	},
	{
		Kind: APIDelay, help: "answers come late, by `--delay` of real time",
		takes: []string{"api", "operation", "caller", "delay", "rate", "seed", "times", "at", "for"}, needs: []string{"delay"},
		begin: (*Kit).beginCalls, end: (*Kit).endCalls,
	},
	{
		Kind: FargateCapacity, help: "Fargate has no capacity: RunTask answers failures, and services wait with the event that says so",
		takes: []string{"zone", "provider", "cluster", "family", "at", "for"},
		begin: (*Kit).beginOutage, end: (*Kit).endOutage, acts: (*Kit).takeCapacity,
	},
	{
		Kind: SubnetFull, help: "a subnet, or all of a zone, has no free address: tasks fail, RunInstances and Auto Scaling launch nothing there",
		takes: []string{"subnet", "zone", "at", "for"},
		begin: (*Kit).beginOutage, end: (*Kit).endOutage, acts: (*Kit).takeCapacity,
	},
	{
		Kind: ZoneDown, help: "an Availability Zone is lost: its EC2 instances for good, its tasks on Fargate stop, and nothing is placed or launched there; Auto Scaling groups turn to other zones",
		takes: []string{"zone", "at", "for"}, needs: []string{"zone"},
		begin: (*Kit).beginOutage, end: (*Kit).endOutage, acts: (*Kit).loseZone,
	},
	{
		Kind: SpotInterruption, help: "Spot capacity is taken back: tasks on FARGATE_SPOT have SIGTERM at once, and SIGKILL after their `stopTimeout`; Spot Instances have two minutes, and drain if they are told to; all of them once, or with `--rate` that share each minute",
		takes: []string{"task", "instance", "cluster", "family", "zone", "rate", "seed", "at", "for"},
		begin: (*Kit).beginSpot, end: (*Kit).endSpot, acts: (*Kit).interrupt,
	},
	{
		Kind: Load, help: "the tasks of a service share a load, on the simulated engine, as `ecs-emulator load` has it",
		takes: []string{"service", "cluster", "cpu", "memory", "requests", "at", "for"}, needs: []string{"service"},
		begin: (*Kit).beginLoad, end: (*Kit).endLoad, acts: (*Kit).hitAtOnce,
	},
}

func Kinds() []string {
	var all []string
	for _, k := range kinds {
		all = append(all, string(k.Kind))
	}
	return all
}

func findKind(name Kind) *kind {
	if at := slices.IndexFunc(kinds, func(k kind) bool { return k.Kind == name }); at >= 0 {
		return &kinds[at]
	}
	return nil
}

// About is what a fault of a kind does, with names in backquotes, and which members it takes; empty for what is no kind.
func About(name Kind) (help string, takes []string) {
	if k := findKind(name); k != nil {
		return k.help, slices.Clone(k.takes)
	}
	return "", nil
}
