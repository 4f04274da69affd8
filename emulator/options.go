package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/netip"
	"os"
	"path"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/app"
	"github.com/ecs-emulator/ecs-emulator/internal/app/engines"
	"github.com/ecs-emulator/ecs-emulator/internal/app/stacks/stacktypes"
	"github.com/ecs-emulator/ecs-emulator/internal/base/boundedlog"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
)

// Options configure an emulator. The zero value is one in memory, on the simulated
// engine, on a port of its own: what tests want. The flags of the serve command
// are these fields.
type Options struct {
	// Listen is the address of the endpoint. Default 127.0.0.1:0, a free port.
	Listen string
	// DNS is an address of this host, such as 127.0.0.1:5353, at which the names that tasks of all VPCs resolve are
	// answered for over UDP and TCP: names of AWS Cloud Map, private DNS names of tasks and container instances, and
	// names of load balancers. Empty is none.
	DNS string
	// InProcess takes no port: only clients that are made with Server.Config reach the endpoint,
	// by pipes. An emulator on the simulated engine then also runs in a bubble of
	// testing/synctest; see docs/start/go-test.md.
	InProcess bool
	// AllowedHosts are names under which clients reach the endpoint. IP addresses, names
	// without a dot, localhost, host.docker.internal and AWS's endpoints always work. Other
	// names are refused, because a web page may have pointed them here. This also holds for
	// Server.Handler on a server of yours, but not for requests that a test makes itself
	// (httptest.NewRequest).
	AllowedHosts []string
	// PublicURL is the endpoint as clients of ECS Exec and Session Manager reach it, such as
	// https://ecs.example.com behind a proxy: what they are told to connect to begins with it, and
	// its host is allowed. Empty is the host that a request was sent to, by TLS if the request has
	// X-Forwarded-Proto: https; handles of wait conditions have the address of Listen then.
	PublicURL string
	// Engine says where containers run: "sim", "docker", "auto" (Docker if it
	// answers, else sim), the URL of a Docker engine (unix://, tcp://, ssh://), or context:NAME of the docker command.
	// Of several engines each has a name: "a=tcp://10.0.0.7:2376,b=ssh://ecs@10.0.0.8", "a=sim,b=sim:4:8GiB:arm64", where the
	// simulated ones may have CPUs, memory and an architecture; see docs/guide/several-engines.md. Default "sim".
	Engine string
	// Backend is an engine to use instead of opening one by Engine, which must not name any then. The caller owns it and
	// closes it.
	Backend backend.Engine
	// DataDir keeps state across restarts; tasks go on while the emulator is down. It belongs
	// to the engine that runs them: New refuses another one. Empty keeps state in memory.
	DataDir string
	// SkipDamagedRows has New go on without the rows of a DataDir's state that are damaged. Each is logged, and gone with the
	// first change. Otherwise New refuses such a directory and leaves it as it is.
	SkipDamagedRows bool
	// LogSize is how many bytes the events of CloudWatch Logs may take; the oldest are removed
	// beyond that. Default 1 GiB with a DataDir, else 64 MiB.
	LogSize int64
	// RegistrySize is how many bytes the images that were pushed to the registry may take. A push beyond that fails.
	// Default any number: they are in the DataDir, or in a temporary folder that goes with the emulator.
	RegistrySize int64
	// RegistryAddress is where the engine reaches the registry: "127.0.0.1:5000". Default the address of the endpoint if the
	// engine gets there, else a port of the loopback address of the engine's host, which leads to this process.
	RegistryAddress string
	// RepositoryURI is "aws" for a repositoryUri as AWS answers it, for tools that compare it: engines push what has such a
	// name to AWS. Default the address of the emulator's registry.
	RepositoryURI string
	// MetricsSize is how many bytes of memory the data points of CloudWatch metrics may take; the oldest give way beyond
	// that. Default 64 MiB.
	MetricsSize int64
	// ContainerMetrics adds CPU time, memory and network bytes of each container that runs to the metrics for Prometheus at
	// /metrics, read from the engine whenever those are.
	ContainerMetrics bool
	// NewEngine continues a DataDir on another engine than before: the tasks and container instances that ran
	// there are lost and end, and services start their tasks again.
	NewEngine bool
	// EngineLostAfter is for how long, on the emulator's clock, an engine of several may not answer until it is lost: its tasks on
	// Fargate end then, and services run theirs on others. Docker has ten seconds of real time in any case. Default five
	// minutes; a negative one is never.
	EngineLostAfter time.Duration
	// CopyImages has an image that one of several engines does not have and cannot pull copied there from another one that has
	// it, such as a build. Otherwise the reason of the task says which one has it, and how to copy it.
	CopyImages bool
	// OnExit says what happens to running tasks at Close. Default Keep with a DataDir, else
	// Remove.
	OnExit OnExit
	// Region and Account of requests whose signature does not name them. Default
	// us-east-1 and 000000000000.
	Region, Account string
	// IAM says whether policies decide what callers may do: AccessOff, AccessLog or AccessEnforce. Default AccessOff.
	IAM AccessMode
	// Caller is the ARN of a user or role as which access keys act that the emulator has not issued, such as test, unless IAM
	// is AccessOff: a program is tried as that principal, without a change. Nothing of these keys is verified. A role acts in the
	// session ecs-emulator.
	Caller string
	// RootCredentials is a file, as AWS's shared credentials file, that New writes with the access keys of the root users of
	// Account, which is the profile default, and of Accounts, with their numbers as profiles. With AccessEnforce it is the
	// file root-credentials of the DataDir by default.
	RootCredentials string
	// Accounts are further accounts whose root users get access keys.
	Accounts []string
	// UnknownRoles lets roles that do not exist do everything where IAM is AccessEnforce, which otherwise implies StrictRoles.
	UnknownRoles bool
	// Speed is how many seconds the emulator's clock moves in each real second. Default 1. With
	// Still it stands still, until Clock.Advance moves it.
	Speed float64
	// AWSDelays takes the time that AWS was recorded to take, on the emulator's clock: for
	// network interfaces, simulated pulls, the ends of tasks, and the scheduler's looks at
	// services. Otherwise each of these happens as soon as it can.
	AWSDelays bool
	// Quotas are service quotas of AWS, by name: fargate-vcpus and fargate-spot-vcpus, which are the
	// numbers of vCPUs that the tasks of an account have in a region; container-instances-per-cluster;
	// daemons-per-cluster; daemon-task-definition-revisions, of a family;
	// tasks-per-service, by default 5,000; task-sets-per-service, by default 5; provisioning-tasks-per-cluster, the tasks that wait for
	// container instances, by default 500; and express-services-per-load-balancer, by default 25, at least 1. The others have no default, and limit nothing until they are set.
	Quotas map[string]int
	// LaunchRates holds calls of RunTask and launches of tasks on Fargate to the rates of AWS, on the
	// emulator's clock: 20 calls a second, and 20 tasks a second after the first 100, apart for
	// FARGATE_SPOT. RunTask answers ThrottlingException beyond that, and services take longer.
	LaunchRates bool
	// DefaultLaunchType is the launch type of requests that name none: EC2 or FARGATE. Default EC2,
	// as on AWS.
	DefaultLaunchType string
	// Strict turns off all conveniences: it sets NoDefaultCluster, StrictVPC, StrictRoles,
	// StrictSecrets, StrictExec, StrictImages and, if PullBehavior is empty, PullDefault.
	Strict bool
	// NoDefaultCluster starts without the cluster default, like an account of AWS.
	NoDefaultCluster bool
	// StrictRoles refuses to run tasks with roles that do not exist or do not trust ECS, and to call targets of rules and
	// schedules with roles that EventBridge or Scheduler cannot assume.
	// Otherwise roles are not checked.
	StrictRoles bool
	// StrictSecrets finds a secret by its exact ARN only. Otherwise the six characters at the
	// end of the ARN may differ, as in a definition that was written for AWS.
	StrictSecrets bool
	// StrictExec refuses sessions of ECS Exec in containers whose root file system is read-only,
	// where the agent of AWS cannot write.
	StrictExec bool
	// StrictImages fails tasks with tags that their repository does not have. Otherwise a local image with the name stands in.
	StrictImages bool
	// IgnoreTypes are types of resources of CloudFormation, such as AWS::Route53::RecordSet, that are left out of stacks: Ref of such
	// a resource is its logical id, and Fn::GetAtt is refused. The log tells of each.
	IgnoreTypes []string
	// StrictVPC refuses subnets and security groups that do not exist. Otherwise those with
	// well-formed ids are made up.
	StrictVPC bool
	// SecurityGroups says whether the rules of security groups filter: with SecurityGroupsOn
	// they do, but let in this host and containers that are not tasks; with
	// SecurityGroupsStrict they apply to these too; with SecurityGroupsOff they filter nothing.
	// Default SecurityGroupsOn.
	SecurityGroups SecurityGroups
	// AllowPrivileged runs privileged containers on container instances, and those with
	// capabilities such as SYS_ADMIN. These have rights on the engine's host. Otherwise they
	// are refused.
	AllowPrivileged bool
	// AllowControl lets tasks use all of the endpoint: also what is the emulator's own, at /_emulator/ and
	// /metrics, and as a proxy to load balancers. They may then move the clock, reset everything and run programs
	// in other tasks. Otherwise they have the APIs of AWS, the registry of images, their sessions of ECS Exec, and /_emulator/health.
	AllowControl bool
	// VPCCIDR is the range of the default VPC, a /16. The zero Prefix leaves it to the engine:
	// the range of AWS's default VPC, or another one if the engine or the host uses that.
	VPCCIDR netip.Prefix
	// InstanceCIDR is the block from which each container instance in use gets a /26 for its
	// bridge network. Default 198.18.0.0/15.
	InstanceCIDR netip.Prefix
	// AllowHostPaths are paths of the container engine's host that tasks on container
	// instances may mount, with everything below them. Default: none.
	AllowHostPaths []string
	// FileSystems are folders of the container engine's host that tasks mount as file
	// systems, by the id of the file system. Any other file system is a Docker volume.
	FileSystems map[string]string
	// SharedFileSystems are the ids of file systems (fs-12345678) that all engines mount, where there are several. Any other one
	// is on one engine, where the first task that mounts it is. With one engine without a name it has no effect.
	SharedFileSystems []string
	// LocalPorts has 127.0.0.1:8080 lead to the container port 8080 of a task, if that port is
	// free, and so for each mapped port. When the task ends, the next task of its service has
	// the port. Otherwise, and for all other tasks, ports of this host have any number; see
	// Server.HostPorts. The serve command sets it by default.
	LocalPorts bool
	// InjectEndpoint serves the AWS APIs to tasks on Docker, at http://ecs-emulator:4577, and
	// gives their containers a variable for each of them, AWS_ENDPOINT_URL_ECS and so on, that
	// SDKs read, unless the definition sets it or AWS_ENDPOINT_URL. The serve command sets it by
	// default.
	InjectEndpoint bool
	// Upstream is the URL of a server, such as moto or LocalStack, for the AWS services that the
	// emulator does not have: their requests go there unchanged, and with InjectEndpoint tasks
	// have AWS_ENDPOINT_URL too. If it is empty, such requests get an error that names the
	// service.
	Upstream string
	// UpstreamFor are services that the emulator has and leaves to the Upstream: "ssm",
	// "secretsmanager", "logs". The emulator itself asks there for what tasks need of them, and
	// writes the output of containers there.
	UpstreamFor []string
	// Hooks are URLs that answer for Lambda functions, by the ARNs of these: the emulator has no
	// Lambda. Each call is a POST of the function's payload, and the answer is what the function would
	// return. HookFuncs and Server.OnHook come first.
	Hooks map[string]string
	// HookFuncs answer for Lambda functions like Hooks, in this process. They are needed here and not
	// in Server.OnHook where a DataDir may have a deployment that waits for a hook.
	HookFuncs map[string]HookFunc
	// EventTargets are URLs that stand for targets of EventBridge's rules and schedules, by their ARNs,
	// which may be of any service: what is for the target is a POST of JSON. 2xx is success, 409, 429 and 5xx have it sent
	// again, and the rest has not. EventTargetFuncs and Server.OnEventTarget come first. Hooks, too, find what
	// stands here for a function, and targets what stands in Hooks.
	EventTargets map[string]string
	// EventTargetFuncs stand for targets like EventTargets, in this process. They are needed here and not in
	// Server.OnEventTarget where a DataDir may have deliveries that wait.
	EventTargetFuncs map[string]EventTargetFunc
	// LambdaEndpoint is the URL of a server that has Lambda, for functions that neither Hooks nor EventTargets
	// have. If it is empty, the Upstream is asked.
	LambdaEndpoint string
	// AllowInstanceMetadata lets tasks on Docker reach 169.254.169.254, which on a cloud machine
	// answers its metadata and credentials. Otherwise they are refused at once, so that no SDK
	// waits. It applies to tasks and container instances that start afterwards.
	AllowInstanceMetadata bool
	// TaskCredentials says which keys tasks get for their task role: by default those of a
	// session of the emulator's, with profile:NAME those of that profile of the user's, which
	// are valid on AWS itself.
	TaskCredentials string
	// S3Dir is a folder whose folders are buckets of S3: the environment file
	// arn:aws:s3:::bucket/a/b.env is bucket/a/b.env below it, a TemplateURL of CloudFormation names a
	// file there, and logs of sessions of ECS Exec become files there. Files and buckets that it does
	// not have come from the Upstream, if there is one. Nothing else uses it.
	S3Dir string
	// HostPorts is how many ports of 127.0.0.1 of the container engine's host, from 14600 up,
	// lead to tasks if this process runs in a container of that engine: clients outside that
	// container cannot reach its own loopback address. Each costs the engine a process. With
	// zero, ports are those of this process's container. The serve command has 50 by default.
	HostPorts int
	// MetadataRate limits the requests of a container to the metadata endpoint at 169.254.170.2:
	// per second, and at once. Default "40,60", as the container agent has it; "0" is no limit.
	MetadataRate string
	// WarmSandboxes is how many network namespaces Docker keeps started for the next tasks in
	// each subnet that tasks were started in during the last ten minutes. Default 2; negative
	// for none.
	WarmSandboxes int
	// Programs is a folder with the programs that Docker runs beside tasks, for a process that
	// neither embeds them nor has them in the user's cache; see package backend/docker/program.
	// Without them New builds them, from the module that the working directory is in. The
	// simulated engine needs none.
	Programs string
	// InitDir is a folder of JSON files from which clusters, task definitions, services and
	// more are created at the start, with stacks from templates; see docs/guide/initial-state.md.
	InitDir string
	// FaultsFile is a JSON file of faults that are added at the start, a list of what /_emulator/faults
	// takes. A Reset ends them.
	FaultsFile string
	// CapacityFile is a JSON file of EC2 instances that are launched at the start; see
	// Instances.
	CapacityFile string
	// Prices is a JSON file of prices that Costs are counted with, in place of those that the emulator has; see
	// docs/guide/costs.md.
	Prices string
	// PullBehavior says when images are pulled. Default PullPreferCached.
	PullBehavior PullBehavior
	// ImageCache is how many bytes the images may take that the emulator has pulled to Docker. After a pull those that no task
	// uses are removed beyond that, the one first that was used longest ago. Other images stay: those that were
	// there before, that have another name than the pull gave them, or that a container has. Default 0: all stay. The
	// simulated engine has no images that take room.
	ImageCache int64
	// Console says whether there is a console for people at /_emulator/console: ConsoleOn, ConsoleRead or ConsoleOff. Default
	// ConsoleOn. It has no login, as all below /_emulator/; web pages of other origins cannot use it.
	Console ConsoleMode
	// Version is shown at /_emulator/health.
	Version string
	// Log gets a line for each state of a task and each request that fails, and at level
	// debug for all other requests. Default: none.
	Log *slog.Logger

	fault     func() error                    // see store.Options.Fault
	modules   []app.Module                    // behind the emulator's own
	around    func(http.Handler) http.Handler // has the endpoint within it; nil: the endpoint alone
	authorize awsapi.Authorizer               // see awsapi.Options.Authorize; nil allows everything
}

// regionForm is the form of AWS's regions: us-east-1, us-gov-west-1, il-central-1.
var regionForm = lazyregexp.New(`^[a-z]{2}(-[a-z]+)+-[0-9]+$`)

var accountForm = lazyregexp.New(`^[0-9]{12}$`)

// check refuses what cannot be.
func (o Options) check() error {
	switch {
	case o.Region != "" && !regionForm.MatchString(o.Region):
		return fmt.Errorf("%q is not a region: use a name such as eu-central-1", o.Region)
	case o.Account != "" && !accountForm.MatchString(o.Account):
		return fmt.Errorf("%q is not an account id: use twelve digits", o.Account)
	case o.DefaultLaunchType != "" && o.DefaultLaunchType != "EC2" && o.DefaultLaunchType != "FARGATE":
		return fmt.Errorf("%q is not a launch type that requests have by default: use EC2 or FARGATE", o.DefaultLaunchType)
	case o.Speed != Still && !(o.Speed >= 0 && o.Speed <= clock.MaxSpeed): // refuses NaN too
		return fmt.Errorf("clock speed %v is not between 0 and %d", o.Speed, clock.MaxSpeed)
	}
	if err := cmp.Or(checkAddress(o.Listen), checkAddress(o.DNS)); err != nil {
		return err
	}
	if err := cmp.Or(o.checkEngine(), o.checkSharedFileSystems()); err != nil {
		return err
	}
	if c := o.VPCCIDR; c.IsValid() && (!c.Addr().Is4() || c.Bits() != 16 || c != c.Masked()) {
		return fmt.Errorf("range %s of the VPC is no IPv4 range of /16, such as 10.20.0.0/16", c)
	}
	if c := o.InstanceCIDR; c.IsValid() && (!c.Addr().Is4() || c.Bits() < 8 || c.Bits() > 26 || c != c.Masked()) {
		return fmt.Errorf("range %s of container instances is no IPv4 range of /8 to /26, such as 10.64.0.0/14", c)
	}
	for _, p := range slices.Concat(o.AllowHostPaths, slices.Collect(maps.Values(o.FileSystems))) {
		if !path.IsAbs(p) {
			return fmt.Errorf("%q is not a path of the container engine's host: begin it with a slash", p)
		}
	}
	switch o.SecurityGroups {
	case "", SecurityGroupsOn, SecurityGroupsStrict, SecurityGroupsOff:
	default:
		return fmt.Errorf("%q is not a setting of security groups: use on, strict or off", o.SecurityGroups)
	}
	if o.HostPorts < 0 || o.HostPorts > mostHostPorts {
		return fmt.Errorf("%d host ports are not between 0 and %d", o.HostPorts, mostHostPorts)
	}
	if o.S3Dir != "" {
		if found, err := os.Stat(o.S3Dir); err != nil || !found.IsDir() {
			return fmt.Errorf("%q is not a folder: give the one that has the buckets", o.S3Dir)
		}
	}
	if o.Programs != "" {
		if found, err := os.Stat(o.Programs); err != nil || !found.IsDir() {
			return fmt.Errorf("%q is not a folder: give the one that has the programs", o.Programs)
		}
	}
	if err := stacktypes.CheckIgnored(o.IgnoreTypes); err != nil {
		return err
	}
	if err := app.CheckSettings(o.Upstream, o.UpstreamFor, o.TaskCredentials); err != nil {
		return err
	}
	if err := cmp.Or(o.checkAnswers(), o.checkRepositoryURI(), o.checkRegistryAddress()); err != nil {
		return err
	}
	if err := cmp.Or(app.CheckMetadataRate(o.MetadataRate), ssmsession.CheckPublicURL(o.PublicURL)); err != nil {
		return err
	}
	return cmp.Or(o.checkAccess(), o.checkConsole(), handlers.CheckHosts(o.AllowedHosts))
}

// checkEngine refuses places that cannot be. An engine that the caller has opened has no place.
func (o Options) checkEngine() error {
	if o.Engine == "" && !o.CopyImages {
		return nil
	}
	places, err := engines.Parse(cmp.Or(o.Engine, "sim"))
	switch {
	case err != nil:
		return err
	case o.Backend != nil && engines.Named(places):
		return engines.CheckBackend(places)
	case o.CopyImages && len(places) < 2:
		return errors.New("images are copied among several engines, and there is one: name each of them, as in a=docker,b=context:lab")
	}
	return nil
}

// fileSystemForm is the form of ids of file systems. Source: the API reference of Amazon EFS, FileSystemId.
var fileSystemForm = lazyregexp.New(`^fs-[0-9a-f]{8,40}$`)

// checkSharedFileSystems refuses ids that no file system has: a slip would leave the file system on one engine.
func (o Options) checkSharedFileSystems() error {
	for _, id := range o.SharedFileSystems {
		if !fileSystemForm.MatchString(id) {
			return fmt.Errorf("%q is not the id of a file system that engines share: it is fs- and 8 to 40 hexadecimal digits, such as fs-12345678", id)
		}
	}
	return nil
}

// allowedHosts are the names that requests may have: those of the user, and the public one.
func (o Options) allowedHosts() []string {
	if host := ssmsession.PublicHost(o.PublicURL); host != "" {
		return append(slices.Clone(o.AllowedHosts), host)
	}
	return o.AllowedHosts
}

// Still is the Options.Speed of a clock that stands still, as with the flag --speed 0: Clock.Advance
// alone moves it. It is not 0, which is the default of that field; Clock.SetSpeed takes both.
const Still = -1.0

// mostHostPorts bounds Options.HostPorts, as each costs the engine a process.
const mostHostPorts = 1000

func (o Options) withDefaults() Options {
	fallback := func(s *string, value string) {
		if *s == "" {
			*s = value
		}
	}
	fallback(&o.Listen, "127.0.0.1:0")
	fallback(&o.Engine, "sim")
	fallback(&o.Region, "us-east-1")
	fallback(&o.Account, "000000000000")
	fallback(&o.Version, "devel")
	fallback(&o.MetadataRate, app.DefaultMetadataRate)
	o.SecurityGroups = cmp.Or(o.SecurityGroups, SecurityGroupsOn)
	o.IAM = cmp.Or(o.IAM, AccessOff)
	o.Console = cmp.Or(o.Console, ConsoleOn)
	o.StrictRoles = o.StrictRoles || o.IAM == AccessEnforce && !o.UnknownRoles
	if o.Strict {
		o.NoDefaultCluster, o.StrictVPC, o.StrictRoles, o.StrictSecrets, o.StrictExec, o.StrictImages = true, true, true, true, true, true
		o.PullBehavior = cmp.Or(o.PullBehavior, PullDefault)
	}
	if o.WarmSandboxes == 0 {
		o.WarmSandboxes = 2
	}
	if o.OnExit == "" {
		o.OnExit = Remove
		if o.DataDir != "" {
			o.OnExit = Keep
		}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Log = slog.New(boundedlog.Handler(o.Log.Handler()))
	return o
}
