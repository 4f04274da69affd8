package agent

import (
	"log/slog"
	"net/netip"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/executionresource"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/task/execagent"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent/plan"
	"github.com/ecs-emulator/ecs-emulator/internal/host/awslogs"
	"github.com/ecs-emulator/ecs-emulator/internal/host/imagepull"
	"github.com/ecs-emulator/ecs-emulator/internal/host/volume"
	"github.com/ecs-emulator/ecs-emulator/internal/host/vpc"
)

// Options configure an agent.
type Options struct {
	Store *store.Store
	Clock *clock.Clock
	Log   *slog.Logger // nil logs nothing
	// Hosts are the machines on which it runs tasks, in the order in which they are preferred. One alone may have no name.
	Hosts []HostOptions
	// EngineChanged is told when the engine of a host can be used no more, or again. Nil: no one is.
	EngineChanged func(host string)
	// KeepStopped is how long containers stay after their task stopped, so that
	// their output can be read. Zero is five minutes.
	KeepStopped time.Duration
	// Delays are the delays of AWS, or none. They are Fargate's.
	Delays plan.Delays
	// AllowPrivileged runs containers with rights on the engine's host; otherwise none begins,
	// not even one that was accepted before.
	AllowPrivileged bool
	// InstanceAddress is the address of a container instance, which ReserveAddress gave for
	// its EC2 instance; the zero Addr, or nil, is any of its subnet.
	InstanceAddress func(*state.ContainerInstance) netip.Addr
	// InstanceAddresses are those that EC2 instances in a VPC have that are not terminated,
	// which no task gets; nil is none.
	InstanceAddresses func(vpc string) []netip.Addr
	// SecurityGroups says what becomes of the rules of security groups. Default
	// vpc.GroupsFilter.
	SecurityGroups vpc.SecurityGroups
	// InstanceGroups are the security groups of a container instance; nil is that none has
	// any.
	InstanceGroups func(*state.ContainerInstance) []string
	// Endpoints are variables, "K=V", that containers with a network get unless their
	// definition says by itself where AWS is.
	Endpoints []string
	// Variables are what the container agent adds to a container's environment, "K=V": over
	// what its definition says. It is asked for containers with a network alone, as no
	// other has a use for them, and again when it cannot tell: no container is made without. Nil is
	// none.
	Variables func(t *state.Task, container string) ([]string, error)
	// SubnetFull reports whether a fault leaves a task without an address; nil is no fault.
	SubnetFull func(t *state.Task) bool
	// ExecAgentFault is what a fault does to the execute command agent of a container; nil is
	// nothing. Who changes it calls LookAtExecAgents.
	ExecAgentFault func(t *state.Task, container string) execagent.Effect
	// StrictExec is that no execute command agent of a container whose root file system is
	// read-only connects, as on AWS, where it has to write there.
	// Source: ECS developer guide, ECS Exec considerations.
	StrictExec bool
	// LogSink takes the output of containers with the log driver awslogs; with nil it stays
	// with the engine.
	LogSink awslogs.Sink
	// Secrets reads what definitions refer to, with the task's execution role. If nil,
	// tasks with secrets fail to start.
	Secrets executionresource.Source
	// CopyImages has an image copied that a host's engine does not have and cannot pull, from another one that has it.
	CopyImages bool
	// Registry is the emulator's own, for images of ECR. Nil is none.
	Registry *imagepull.Registry
	// MakesVolume tells whether ECS can assume the infrastructure role of a task's volume and make the volume with it; nil
	// is that it always can.
	MakesVolume func(t *state.Task, v *state.ManagedVolume) bool
}

// HostOptions describe a machine on which tasks run.
type HostOptions struct {
	// Name is what rows of tasks and container instances have: state.Placement.Host, state.ContainerInstance.Host.
	Name   string
	Engine backend.Engine
	// Command is how a user reaches the engine: "docker --host tcp://192.0.2.1:2376". Empty: by no command.
	Command string
	// Admit refuses an engine that this host must not use, with the reason that
	// health shows. Nil admits any.
	Admit func(backend.Info) error
	// PullBehavior says when images are fetched; the default is PreferCached.
	PullBehavior imagepull.Behavior
	// PullsAnew has an image pulled although it is there, unless the user data of a container instance says when.
	PullsAnew bool
	// ImageCache is how many bytes the images may have that are pulled, where Images is not nil: those that are not used go then.
	ImageCache int64
	Images     backend.ImageCleaner
	// VPCRange is the range of the default VPC's network; the zero Prefix leaves it to the
	// engine.
	VPCRange netip.Prefix
	// InstanceRange is the block of the bridge networks of container instances, a /26 for
	// each. Default containerinstance.DefaultRange.
	InstanceRange netip.Prefix
	// LocalPorts gives the mapped ports of tasks their own numbers on the loopback address of
	// this host, where those are free. One goes from task to task of a service. Otherwise
	// they have any number, but for the ports of container instances.
	LocalPorts bool
	Volumes    volume.Options
}
