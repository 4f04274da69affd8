package emulator

import (
	"cmp"
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"os"
	"path"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/metadata"
	"github.com/ecs-emulator/ecs-emulator/internal/credentials"
	"github.com/ecs-emulator/ecs-emulator/internal/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/upstream"
)

// Options configure an emulator. The zero value is one in memory, on the simulated
// engine, on a port of its own: what tests want. The flags of the serve command
// are these fields.
type Options struct {
	// Listen is the address of the endpoint. Default 127.0.0.1:0, a free port.
	Listen string
	// AllowedHosts are names under which clients reach the endpoint, beside IP addresses,
	// names without a dot, localhost, host.docker.internal and AWS's endpoints. Any other
	// name is refused, because a web page may have pointed it here. That holds for
	// Server.Handler on a server of yours as well, but not for requests that a test makes
	// itself (httptest.NewRequest).
	AllowedHosts []string
	// Engine says where containers run: "sim", "docker", "auto" (Docker if it
	// answers, else sim), or the URL of a Docker engine (unix://, tcp://, ssh://).
	// Default "sim".
	Engine string
	// Backend is an engine to use instead of opening one by Engine. Its owner is
	// the caller, who closes it.
	Backend backend.Engine
	// DataDir keeps state across restarts; tasks go on while the emulator is down.
	// It remembers the engine that runs them, and no other is used. Empty keeps state
	// in memory.
	DataDir string
	// LogSize is how many bytes log events may have in CloudWatch Logs; the oldest go when
	// there are more. Default 1 GiB with a DataDir, else 64 MiB.
	LogSize int64
	// NewEngine goes on with a DataDir on another engine than before: the tasks that
	// ran there end as lost, and services start theirs again.
	NewEngine bool
	// OnExit says what becomes of running tasks at Close. Default Remove, with a
	// DataDir Keep.
	OnExit OnExit
	// Region and Account are those of requests whose signature does not say.
	// Default us-east-1 and 000000000000.
	Region, Account string
	// Speed is the number of seconds of the emulator's clock in a real one.
	// Default 1.
	Speed float64
	// AWSDelays brings the time that AWS was recorded to take onto the emulator's clock:
	// for network interfaces, simulated pulls, the ends of tasks, and the scheduler's
	// looks at services. Otherwise nothing waits that need not.
	AWSDelays bool
	// DefaultLaunchType is the launch type of requests that name none. Default
	// EC2, as on AWS.
	DefaultLaunchType types.LaunchType
	// Strict turns all conveniences off at once: it is NoDefaultCluster, StrictVPC,
	// StrictRoles, StrictSecrets and, unless there is a PullBehavior, that of the container agent.
	Strict bool
	// NoDefaultCluster starts without the cluster default, as an account of AWS does.
	NoDefaultCluster bool
	// StrictRoles refuses to run tasks with roles that do not exist or do not trust ECS.
	// Otherwise nobody looks at roles.
	StrictRoles bool
	// StrictSecrets finds no secret by an ARN that differs from its own in the six characters
	// at the end alone. Otherwise such an ARN, of a definition that was written for AWS, is
	// that of the secret where it is read.
	StrictSecrets bool
	// StrictVPC refuses subnets and security groups that do not exist. Otherwise
	// those with well-formed ids are made up.
	StrictVPC bool
	// SecurityGroups says what becomes of the rules of security groups: SecurityGroupsOn
	// has them filter, but lets in this host and containers that are no tasks,
	// SecurityGroupsStrict holds these to the rules too, SecurityGroupsOff filters nothing.
	// Default SecurityGroupsOn.
	SecurityGroups SecurityGroups
	// AllowPrivileged runs privileged containers on container instances, and those with
	// capabilities such as SYS_ADMIN. They have rights on the engine's host, so they are
	// refused otherwise.
	AllowPrivileged bool
	// VPCCIDR is the range of the VPC, a /16. The zero Prefix leaves it to the engine:
	// that of AWS's default VPC, or another one where the engine or the host has that.
	VPCCIDR netip.Prefix
	// InstanceCIDR is the block of which each container instance in use gets a /26 for its
	// bridge network. Default 198.18.0.0/15.
	InstanceCIDR netip.Prefix
	// AllowHostPaths are paths of the container engine's host that tasks on container
	// instances may mount, with all that is below. Otherwise they may mount none.
	AllowHostPaths []string
	// FileSystems are folders of the container engine's host that tasks mount as file
	// systems, by the id of the file system. Any other is a Docker volume.
	FileSystems map[string]string
	// LocalPorts has 127.0.0.1:8080 lead to the container port 8080 of a task, if that is
	// free, and so with each mapped port. When the task ends, the next of its service has it.
	// Otherwise, and for all other tasks, ports of this host have any number; see
	// Server.HostPorts. The serve command does it unless told not to.
	LocalPorts bool
	// InjectEndpoint serves the AWS APIs to tasks on Docker as well, at
	// http://ecs-emulator:4577, and gives their containers a variable for each of them,
	// AWS_ENDPOINT_URL_ECS and so on, by which SDKs find it, unless the definition has one or
	// AWS_ENDPOINT_URL. Otherwise tasks do not get at the emulator this way. The serve command
	// does it unless told not to.
	InjectEndpoint bool
	// Upstream is the URL of a server that speaks for the services of AWS which the emulator
	// has not, such as moto or LocalStack: their requests go there unchanged, and tasks have
	// AWS_ENDPOINT_URL as well, where InjectEndpoint has a way. Empty is none: such requests
	// get an error that names the service.
	Upstream string
	// UpstreamFor are services that the emulator has and leaves to the Upstream: "ssm",
	// "secretsmanager", "logs". It asks there itself for what tasks need of them, and writes the
	// output of containers there.
	UpstreamFor []string
	// AllowInstanceMetadata lets what tasks on Docker send to 169.254.169.254 go on: to the
	// metadata, and the credentials, of the machine that the engine runs on, where that is a
	// cloud's. Otherwise they are refused at once, so that no SDK waits. It holds for tasks and
	// container instances that start from then on.
	AllowInstanceMetadata bool
	// TaskCredentials is whose keys tasks get for their task role: those of a session of their
	// own, or with profile:NAME those of that profile of the user's, which AWS takes for good.
	TaskCredentials string
	// S3Dir is a folder whose folders are buckets of S3: that of the environment file
	// arn:aws:s3:::bucket/a/b.env is bucket/a/b.env below it. What it does not have is read from
	// the Upstream, if there is one. Nobody else sees it.
	S3Dir string
	// HostPorts is how many ports of 127.0.0.1 of the container engine's host, from 14600 up,
	// lead to tasks where this process runs in a container of that engine: one who asks from
	// outside that container has no other loopback address. Each costs the engine a process.
	// Zero is none: ports are those of the container, for this process. The serve command
	// has 50 unless told otherwise.
	HostPorts int
	// MetadataRate is how many requests a second a container may make to the metadata endpoint
	// at 169.254.170.2, and how many at once: "40,60", which is the default and what the
	// container agent has; "0" is no bound.
	MetadataRate string
	// WarmSandboxes is how many network namespaces Docker keeps started for the next
	// tasks in each subnet that tasks were started in during the last ten minutes.
	// Default 2; negative is none.
	WarmSandboxes int
	// Programs is a folder with the programs that Docker runs beside tasks, where this process
	// neither embeds them nor has them in the user's cache; see package backend/docker/program.
	// Without them New builds them, from the module that the working directory is in. The
	// simulated engine needs none.
	Programs string
	// InitDir is a folder of JSON files from which clusters, task definitions and
	// services are made at the start; see Server.init.
	InitDir string
	// CapacityFile is a JSON file of EC2 instances that are launched at the start; see
	// Instances.
	CapacityFile string
	// PullBehavior says when images are fetched. Default: when they are absent.
	PullBehavior PullBehavior
	// Version is shown at /_emulator/health.
	Version string
	// Log gets a line for each state of a task and each request that fails, and at level
	// debug for all other requests. Default: none.
	Log *slog.Logger

	fault     func() error      // see state.Options.Fault
	authorize awsapi.Authorizer // see awsapi.Options.Authorize; nil allows everything
}

// regionForm is that of AWS's regions: us-east-1, us-gov-west-1, il-central-1.
var regionForm = lazyregexp.New(`^[a-z]{2}(-[a-z]+)+-[0-9]+$`)

// accountForm is that of account ids.
var accountForm = lazyregexp.New(`^[0-9]{12}$`)

// check refuses what cannot be.
func (o Options) check() error {
	switch {
	case o.Region != "" && !regionForm.MatchString(o.Region):
		return fmt.Errorf("%q is not a region: use a name such as eu-central-1", o.Region)
	case o.Account != "" && !accountForm.MatchString(o.Account):
		return fmt.Errorf("%q is not an account id: use twelve digits", o.Account)
	case o.Speed < 0:
		return fmt.Errorf("speed %v would turn the clock back", o.Speed)
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
	if err := upstream.Check(o.Upstream, o.UpstreamFor); err != nil {
		return err
	}
	if o.MetadataRate != "" {
		if _, err := metadata.ParseRate(o.MetadataRate); err != nil {
			return err
		}
	}
	if err := credentials.CheckSetting(o.TaskCredentials); err != nil {
		return err
	}
	return handlers.CheckHosts(o.AllowedHosts)
}

// leaves reports whether a service is left to the upstream.
func (o Options) leaves(service string) bool { return slices.Contains(o.UpstreamFor, service) }

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
	fallback(&o.MetadataRate, metadata.DefaultRate.String())
	o.SecurityGroups = cmp.Or(o.SecurityGroups, SecurityGroupsOn)
	if o.Strict {
		o.NoDefaultCluster, o.StrictVPC, o.StrictRoles, o.StrictSecrets = true, true, true, true
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
	return o
}
