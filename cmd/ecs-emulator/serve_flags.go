package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/go-units"
	"github.com/ecs-emulator/ecs-emulator/cmd/internal/terminal"
	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/host/engines"
)

// choices are the values of flags that are checked, or said in another way, before they are
// options.
type choices struct {
	launchType, onExit, pull, groups, logFormat, iam string
	level                                            level
	warm                                             int
	speed                                            float64
	strict, defaultCluster, unknownRoles             bool
	anySecretSuffix, readOnlyExec, localImages       bool
}

// declareServe declares the flags, in the groups of the help.
func declareServe(flags *flagSet, o *emulator.Options) *choices {
	c := &choices{}
	flags.group("Endpoint", func() { declareEndpoint(flags, o) })
	flags.group("Engine and networks", func() { declareEngine(flags, o, c) })
	flags.group("Behaviour", func() { declareBehaviour(flags, o, c) })
	flags.group("Access", func() { declareAccess(flags, o, c) })
	flags.group("What is allowed", func() { declareLimits(flags, o) })
	flags.group("Data and logs", func() { declareData(flags, o, c) })
	flags.isGone("public-addresses", "because public addresses are only shown: remove it; 'ecs-emulator ports' lists the ports that lead to tasks")
	return c
}

func declareEndpoint(flags *flagSet, o *emulator.Options) {
	flags.StringVar(&o.Listen, "listen", "127.0.0.1:4577", "`address` of the endpoint")
	flags.StringVar(&o.DNS, "dns", "", "`address` such as 127.0.0.1:5353 at which this host is told, over UDP and TCP, what names lead to in tasks of all VPCs: names of AWS Cloud Map, private DNS names of tasks and container instances, and names of load balancers (default: none)")
	flags.Func("allowed-hosts", "`names` under which clients reach the endpoint, separated by commas; IP addresses, names without a dot, localhost and AWS's names always work", func(list string) error {
		o.AllowedHosts = splitList(list)
		return nil
	})
	flags.StringVar(&o.PublicURL, "public-url", "", "`url` of the endpoint as clients of ECS Exec reach it, such as https://ecs.example.com behind a proxy (default: the host that they have sent the request to)")
	flags.StringVar(&o.Region, "region", "us-east-1", "`region` of requests that are not signed")
	flags.StringVar(&o.Account, "account", "000000000000", "`account` of requests whose access key is not an account id")
	flags.StringVar((*string)(&o.Console), "console", string(emulator.ConsoleOn), "`mode` of the console for a browser at /_emulator/console: on, read (without forms), off")
	flags.choice("console", "on", "read", "off")
	flags.BoolVar(&o.InjectEndpoint, "inject-endpoint", true, "serve the APIs to tasks on Docker at http://ecs-emulator:4577, and point their SDKs there with AWS_ENDPOINT_URL_ECS and so on")
	flags.StringVar(&o.Upstream, "upstream", "", "`url` of a server such as moto or LocalStack that gets, unchanged, requests for AWS services that the emulator does not have")
	flags.Func("upstream-for", "`services` of the emulator to leave to the upstream, separated by commas: ssm, secretsmanager, logs", func(list string) error {
		o.UpstreamFor = splitList(list)
		return nil
	})
	flags.suggest("upstream-for", "ssm", "secretsmanager", "logs")
	flags.Func("hook", "`arn=url`: have a URL answer for the Lambda function with that ARN, such as the target of a lifecycle hook, by POST; may be repeated or hold several, separated by commas", func(list string) error {
		return addPairs(&o.Hooks, list, "arn=url")
	})
	flags.Func("event-target", "`arn=url`: have a URL stand for the target with that ARN in rules and schedules, such as a queue, by POST: 2xx is success, 409, 429 and 5xx are tried again; may be repeated or hold several, separated by commas", func(list string) error {
		return addPairs(&o.EventTargets, list, "arn=url")
	})
	flags.StringVar(&o.LambdaEndpoint, "lambda-endpoint", "", "`url` of a server that has Lambda, for functions without --hook or --event-target (default: the upstream)")
}

func declareEngine(flags *flagSet, o *emulator.Options, c *choices) {
	flags.Var(newPlaces(&o.Engine, "auto"), "engine", "`where` containers run: auto (Docker if it answers, else sim), docker, sim[:CPUS[:MEMORY[:ARCH]]], context:NAME, or the URL of a Docker engine (unix://, tcp://, ssh://); of several engines name=where for each, repeated or separated by commas, Docker's in one swarm")
	flags.suggest("engine", "auto", "docker", "sim")
	flags.BoolVar(&o.NewEngine, "new-engine", false, "continue a data directory whose tasks ran on another engine; these tasks are lost and end, and so do the container instances there")
	flags.Func("engine-lost-after", "`duration` on the emulator's clock after which one of several engines that does not answer is lost: its tasks on Fargate end, and services replace them elsewhere; off is never (default 5m)", func(text string) (err error) {
		o.EngineLostAfter, err = engines.ParseLostAfter(text)
		return err
	})
	flags.StringVar(&c.pull, "pull", string(emulator.PullPreferCached), "`when` to pull images: prefer-cached (if absent), default (always, and use a local image if that fails), always, once (in each run)")
	flags.choice("pull", "prefer-cached", "default", "always", "once")
	flags.BoolVar(&o.CopyImages, "copy-images", false, "copy an image that one of several engines does not have and cannot pull from another one that has it, such as a build; otherwise the task ends with the command to type")
	flags.IntVar(&c.warm, "warm-sandboxes", 2, "`number` of sandboxes (network namespaces of tasks) that Docker keeps started for the next tasks in each subnet used in the last ten minutes; with one, a task is RUNNING in a third of the time; 0 for none")
	flags.StringVar(&o.Programs, "programs", "", "`directory` of the programs that Docker runs beside tasks, if this build does not embed them")
	flags.TextVar(&o.VPCCIDR, "vpc-cidr", netip.Prefix{}, "`range` of the default VPC, a /16 (default 172.31.0.0/16, or the next one that the engine and this host do not use)")
	flags.TextVar(&o.InstanceCIDR, "instance-cidr", netip.Prefix{}, "`range` of the bridge networks of container instances; each gets a free /26 with its first task (default 198.18.0.0/15)")
	flags.BoolVar(&o.LocalPorts, "local-ports", true, "have 127.0.0.1:8080 lead to a task that maps port 8080 if that port is free, and so for each port; if false, ports have any number")
	flags.IntVar(&o.HostPorts, "host-ports", 50, "`number` of ports of the engine host's 127.0.0.1, from 14600 up, that lead to tasks if the emulator runs in a container; each costs the engine a process; 0 for none")
}

func declareBehaviour(flags *flagSet, o *emulator.Options, c *choices) {
	flags.StringVar(&c.launchType, "default-launch-type", "EC2", "launch `type` of requests that name none: EC2 as on AWS, or FARGATE")
	flags.suggest("default-launch-type", "EC2", "FARGATE")
	flags.Float64Var(&c.speed, "speed", 1, "`seconds` that the emulator's clock moves in each real second; 0 has it stand still, until /_emulator/clock moves it")
	flags.BoolVar(&o.AWSDelays, "aws-delays", false, "take as long as AWS, on the emulator's clock: half a minute from RunTask to RUNNING")
	flags.StringVar(&c.onExit, "on-exit", "", "`what` happens to running tasks when the emulator ends: remove or keep (default remove, with a data directory keep)")
	flags.choice("on-exit", "remove", "keep")
	flags.BoolVar(&c.strict, "strict", false, "turn off all conveniences: those of --default-cluster, --strict-vpc, --unknown-roles, --any-secret-suffix, --local-images, --read-only-exec and --pull, unless you set that flag too")
	flags.BoolVar(&c.defaultCluster, "default-cluster", true, "create the cluster default")
	flags.BoolVar(&c.unknownRoles, "unknown-roles", true, "run tasks, and call targets of rules and schedules, with roles that do not exist or do not trust the service; --iam enforce makes it false unless you set it")
	flags.BoolVar(&c.anySecretSuffix, "any-secret-suffix", true, "find a secret by an ARN that differs from its own only in the six characters at the end")
	flags.BoolVar(&c.readOnlyExec, "read-only-exec", true, "let ECS Exec into containers whose root file system is read-only")
	flags.BoolVar(&c.localImages, "local-images", true, "have a local image stand in for a tag that its repository in ECR does not have")
	declareIgnoredTypes(flags, &o.IgnoreTypes)
	flags.BoolVar(&o.StrictVPC, "strict-vpc", false, "refuse subnets and security groups that do not exist")
	flags.StringVar(&c.groups, "security-groups", string(emulator.SecurityGroupsOn), "`mode` of security groups: on (they filter), strict (also for this host and for containers that are not tasks), off")
	flags.choice("security-groups", "on", "strict", "off")
}

func declareIgnoredTypes(flags *flagSet, types *[]string) {
	flags.Func("ignore-type", "`type` of resources, such as AWS::Route53::RecordSet, to leave out of stacks: Ref is the logical id, and Fn::GetAtt is refused; may be repeated or hold several, separated by commas", func(list string) error {
		*types = append(*types, splitList(list)...)
		return nil
	})
}

func declareAccess(flags *flagSet, o *emulator.Options, c *choices) {
	flags.StringVar(&c.iam, "iam", string(emulator.AccessOff), "`mode` of access: off (every caller may do everything), log (policies decide, and the log has what they would refuse), enforce (what policies do not allow is refused, and so are keys that were not issued here)")
	flags.choice("iam", "off", "log", "enforce")
	flags.StringVar(&o.Caller, "caller", "", "`arn` of a user or role as which keys act that were not issued here, such as test/test, with --iam log or enforce")
	flags.StringVar(&o.RootCredentials, "root-credentials", "", "`file` to write with access keys of the root users of --account and --accounts, as AWS's shared credentials file (default with --iam enforce root-credentials in the data directory; without one the keys are on standard error)")
	flags.Func("accounts", "further `accounts` whose root users get access keys, separated by commas", func(list string) error {
		o.Accounts = splitList(list)
		return nil
	})
}

func declareLimits(flags *flagSet, o *emulator.Options) {
	flags.BoolVar(&o.AllowPrivileged, "allow-privileged", false, "run containers on container instances that are privileged or add a capability that reaches the engine's host, such as ALL, SYS_ADMIN or SYS_MODULE: they have rights there")
	flags.BoolVar(&o.AllowControl, "allow-control", false, "let tasks use what is the emulator's own, at /_emulator/ and /metrics: they can move the clock, reset everything and run programs in other tasks; otherwise they have the APIs of AWS, the registry of images, their sessions of ECS Exec and /_emulator/health")
	flags.Func("allow-host-path", "`path` of the container engine's host that tasks on container instances may mount, with everything below it, or a device that they may have; may be repeated or hold several, separated by commas", func(list string) error {
		o.AllowHostPaths = append(o.AllowHostPaths, splitList(list)...)
		return nil
	})
	flags.BoolVar(&o.AllowInstanceMetadata, "allow-instance-metadata", false, "let tasks on Docker reach 169.254.169.254, which on a cloud machine answers its metadata and credentials; otherwise refuse them at once")
	flags.StringVar(&o.TaskCredentials, "task-credentials", "", "`profile:name`: give tasks with a task role the credentials of this profile of your AWS configuration, which are valid on AWS itself; otherwise they get the emulator's own")
	flags.StringVar(&o.MetadataRate, "metadata-rate", "40,60", "`requests` that a container may send to the metadata endpoint: per second, and at once, as the container agent limits them; 0 for no limit")
	flags.BoolVar(&o.LaunchRates, "launch-rates", false, "hold RunTask and services to the rates at which Fargate launches tasks on AWS: 20 calls a second, and 20 tasks a second after the first 100")
	flags.Func("quota", "`name=number`: set a service quota of AWS: fargate-vcpus, fargate-spot-vcpus, container-instances-per-cluster, daemons-per-cluster, daemon-task-definition-revisions (default no limit), tasks-per-service (default 5000), task-sets-per-service (default 5), provisioning-tasks-per-cluster (default 500), express-services-per-load-balancer (default 25); may be repeated or hold several, separated by commas", func(list string) error {
		return addNumbers(&o.Quotas, list)
	})
	flags.suggest("quota", "fargate-vcpus=", "fargate-spot-vcpus=", "tasks-per-service=", "task-sets-per-service=", "container-instances-per-cluster=", "provisioning-tasks-per-cluster=", "express-services-per-load-balancer=", "daemons-per-cluster=", "daemon-task-definition-revisions=")
	flags.Func("log-size", "most `bytes` of log events, such as 500MiB; the oldest are removed beyond that, or when the disk is full (default 1GiB with a data directory, else 64MiB)", func(text string) (err error) {
		o.LogSize, err = units.RAMInBytes(text)
		return err
	})
	flags.Func("registry-size", "most `bytes` of the images in the registry, such as 20GiB; a push beyond that fails (default any number)", func(text string) (err error) {
		o.RegistrySize, err = units.RAMInBytes(text)
		return err
	})
	flags.StringVar(&o.RegistryAddress, "registry-address", "", "`address` at which the engine reaches the registry, such as 127.0.0.1:5000 (default the address of --listen if the engine gets there, else a port of the engine's own loopback address, which leads here)")
	flags.Func("image-cache", "most `bytes` of the images that the emulator has pulled to Docker, such as 20GiB; after a pull those that no task uses are removed beyond that, and no other images (default any number)", func(text string) (err error) {
		o.ImageCache, err = units.RAMInBytes(text)
		return err
	})
	flags.StringVar(&o.RepositoryURI, "repository-uri", "", "answer the repositoryUri of repositories as `aws` does, for tools that compare it; docker push of such a name goes to AWS (default the address of the emulator's registry)")
	flags.suggest("repository-uri", "aws")
	flags.Func("metrics-size", "most `bytes` of memory for the data points of metrics, such as 256MiB; the oldest give way beyond that (default 64MiB)", func(text string) (err error) {
		o.MetricsSize, err = units.RAMInBytes(text)
		return err
	})
	flags.BoolVar(&o.ContainerMetrics, "container-metrics", false, "add CPU time, memory and network bytes of each container to /metrics, read from the engine whenever that is")
}

func declareData(flags *flagSet, o *emulator.Options, c *choices) {
	flags.StringVar(&o.DataDir, "data-dir", "", "`directory` that keeps state across restarts; without one, state is in memory")
	flags.BoolVar(&o.SkipDamagedRows, "skip-damaged-rows", false, "start although rows of the state in the data directory are damaged, without these; the log names each")
	flags.StringVar(&o.InitDir, "init", "", "`directory` of JSON files to create at the start: clusters, task definitions and services, and in folders secrets, parameters, log groups, roles, users and stacks")
	flags.StringVar(&o.FaultsFile, "faults", "", "JSON `file` of faults to add at the start")
	flags.StringVar(&o.CapacityFile, "capacity", "", "JSON `file` of EC2 instances to launch at the start")
	flags.StringVar(&o.Prices, "prices", "", "JSON `file` of prices that costs are counted with, in place of those that the emulator has: a table, or the file that AWS offers of AmazonECS in a region")
	flags.StringVar(&o.S3Dir, "s3-dir", "", "`directory` whose folders are S3 buckets, for environment files, templates of stacks and logs of ECS Exec sessions")
	flags.Func("file-system", "`fs-id=path`: use a folder of the container engine's host as that file system; may be repeated or hold several, separated by commas; other file systems are a Docker volume each", func(list string) error {
		return addPairs(&o.FileSystems, list, "fs-id=path")
	})
	flags.Func("shared-file-system", "`id` of a file system that all engines mount, where there are several; may be repeated or hold several, separated by commas; any other one is on the engine of the first task that mounts it", func(list string) error {
		o.SharedFileSystems = append(o.SharedFileSystems, splitList(list)...)
		return nil
	})
	flags.StringVar(&c.logFormat, "log-format", "", "`format` of the log on standard error: short (what happens, in lines for people), text or json (default short on a terminal, else text)")
	flags.choice("log-format", "short", "text", "json")
	flags.TextVar(&c.level, "log-level", level{}, "lowest `level` to log: debug (each request), info (tasks and failed requests), warn, error")
	flags.suggest("log-level", "debug", "info", "warn", "error")
}

// apply checks the choices and makes them options.
func (c *choices) apply(flags *flagSet, o *emulator.Options) error {
	if c.strict {
		if err := setUnnamed(flags, conveniencesOff); err != nil {
			return err
		}
	}
	if o.IAM = emulator.AccessMode(c.iam); o.IAM == emulator.AccessEnforce {
		if err := setUnnamed(flags, map[string]string{"unknown-roles": "false"}); err != nil {
			return err
		}
	}
	o.UnknownRoles = c.unknownRoles
	o.NoDefaultCluster, o.StrictRoles, o.StrictSecrets, o.StrictExec = !c.defaultCluster, !c.unknownRoles, !c.anySecretSuffix, !c.readOnlyExec
	o.StrictImages = !c.localImages
	o.DefaultLaunchType = strings.ToUpper(c.launchType)
	o.OnExit, o.PullBehavior, o.SecurityGroups = emulator.OnExit(c.onExit), emulator.PullBehavior(c.pull), emulator.SecurityGroups(c.groups)
	if o.WarmSandboxes = c.warm; c.warm == 0 {
		o.WarmSandboxes = -1
	}
	if o.Speed = c.speed; c.speed == 0 {
		o.Speed = emulator.Still
	}
	switch {
	case !slices.Contains([]types.LaunchType{types.LaunchTypeEc2, types.LaunchTypeFargate}, types.LaunchType(o.DefaultLaunchType)):
		return usageError{fmt.Errorf("--default-launch-type %q is none of EC2, FARGATE", c.launchType)}
	case c.speed < 0:
		return usageError{fmt.Errorf("--speed %v is negative: give the seconds that the clock moves in each real second, or 0 to have it stand still", c.speed)}
	case c.warm < 0:
		return usageError{fmt.Errorf("--warm-sandboxes %d is negative: give a number from 0 up", c.warm)}
	case o.CopyImages && !strings.Contains(o.Engine, ","):
		return usageError{errors.New("--copy-images needs several engines: give --engine name=where for each")}
	case c.onExit == "keep" && o.DataDir == "":
		return usageError{errors.New("--on-exit keep needs --data-dir: without a data directory the tasks cannot be found again")}
	case c.onExit == "keep" && o.Engine == "sim":
		return usageError{errors.New("--on-exit keep needs Docker: simulated containers end with the emulator")}
	}
	return nil
}

// logHandler writes the log in the format that is chosen, or that suits where it goes.
func (c *choices) logHandler(stderr io.Writer) slog.Handler {
	options, format := &slog.HandlerOptions{Level: c.level.Level}, c.logFormat
	if _, is := terminal.Of(stderr); is && format == "" {
		format = "short"
	}
	switch format {
	case "short":
		return newShortLog(stderr, c.level.Level)
	case "json":
		return slog.NewJSONHandler(stderr, options)
	}
	return slog.NewTextHandler(stderr, options)
}

// level is a log level that is shown as users write it: info.
type level struct{ slog.Level }

// MarshalText writes the level in small letters.
func (l level) MarshalText() ([]byte, error) { return []byte(strings.ToLower(l.String())), nil }

// conveniencesOff is what --strict stands for.
var conveniencesOff = map[string]string{
	"default-cluster": "false", "strict-vpc": "true", "unknown-roles": "false", "any-secret-suffix": "false", "local-images": "false", "read-only-exec": "false", "pull": string(emulator.PullDefault),
}

// setUnnamed sets flags that neither the environment nor the command line names.
func setUnnamed(flags *flagSet, values map[string]string) error {
	named := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { named[f.Name] = true })
	for name, value := range values {
		if named[name] {
			continue
		}
		if err := flags.Set(name, value); err != nil {
			return fmt.Errorf("set --%s: %w", name, err)
		}
	}
	return nil
}

// addPairs reads pairs of a form, separated by commas.
func addPairs(to *map[string]string, list, form string) error {
	if *to == nil {
		*to = map[string]string{}
	}
	for _, pair := range splitList(list) {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return fmt.Errorf("%q is no %s", pair, form)
		}
		(*to)[key] = value
	}
	return nil
}

// addNumbers reads numbers by name, separated by commas.
func addNumbers(to *map[string]int, list string) error {
	pairs := map[string]string{}
	if err := addPairs(&pairs, list, "name=number"); err != nil {
		return err
	}
	if *to == nil {
		*to = map[string]int{}
	}
	for name, text := range pairs {
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("%s is not a whole number: %q", name, text)
		}
		(*to)[name] = n
	}
	return nil
}

// splitList reads a list that is separated by commas.
func splitList(list string) (members []string) {
	for member := range strings.SplitSeq(list, ",") {
		if member = strings.TrimSpace(member); member != "" {
			members = append(members, member)
		}
	}
	return members
}
