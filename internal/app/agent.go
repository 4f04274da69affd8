package app

import (
	"context"
	"net/netip"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/internal/app/controllers"
	"github.com/ecs-emulator/ecs-emulator/internal/app/secretsource"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/faults"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/host/agent"
	"github.com/ecs-emulator/ecs-emulator/internal/host/volume"
)

// Agent is the agent at work: a reset makes another one.
func (e *Engine) Agent() *agent.Agent { return e.agent.Load() }

// begin makes the agent, on which later modules stand.
func (e *Engine) begin(Work) Work {
	options := agent.Options{
		Store: e.Store, Clock: e.Clock, Log: e.Log, Delays: e.Delays.Tasks,
		AllowPrivileged: e.AllowPrivileged, SecurityGroups: e.SecurityGroups, CopyImages: e.CopyImages,
		Endpoints: e.Endpoints, LogSink: e.Logs.Sink(),
		Secrets: &secretsource.Source{
			Client: e.Client, ExecutionRole: e.Credentials.ExecutionRole, Call: e.Credentials.Call, Log: e.Log, S3Dir: e.S3Dir, S3: e.Upstream != nil,
		},
		Registry: e.Images.forAgent(),
		SubnetFull: func(t *state.Task) bool {
			full := e.Outages.View().Full(t.Placement.SubnetID, t.Placement.Zone)
			if full != nil {
				full.Acted(t.ARN)
			}
			return full != nil
		},
		EngineChanged: func(name string) {
			e.set.Changed()
			e.Loss().Look(name)
		},
		ExecAgentFault: e.Faults.agents.rules.On, StrictExec: e.StrictExec,
		MakesVolume: func(t *state.Task, v *state.ManagedVolume) bool {
			return (!e.StrictRoles || e.Credentials.Assumes(t.ARN, v.RoleARN())) && e.Credentials.MayMakeVolume(t, v) == nil
		},
		InstanceAddress: func(c *state.ContainerInstance) netip.Addr {
			return ec2.AddressOf(e.Store.Read(), c.Scope(), c.EC2InstanceID)
		},
		InstanceAddresses: func(vpc string) []netip.Addr { return ec2.AddressesIn(e.Store.Read(), vpc) },
		InstanceGroups: func(c *state.ContainerInstance) []string {
			return ec2.SecurityGroupsOf(e.Store.Read(), c.Scope(), c.EC2InstanceID)
		},
	}
	for _, one := range e.set.All() {
		options.Hosts = append(options.Hosts, agent.HostOptions{
			Name: one.Name, Engine: one.Faulty(), Command: one.Command(), Admit: one.Admit, PullBehavior: e.PullBehavior, PullsAnew: one.PullsAnew(),
			ImageCache: e.ImageCache, Images: one.Cleaner(e.ImageCache),
			VPCRange: e.VPCRange, InstanceRange: e.InstanceRange, LocalPorts: e.LocalPorts,
			Volumes: volume.Options{HostPaths: e.AllowHostPaths, FileSystems: e.FileSystems},
		})
		if one.TaskMetadata() != nil { // all are of one kind
			options.Variables = e.Variables
		}
	}
	at := agent.New(options)
	after := e.newLoss(at)
	e.agent.Store(at)
	e.loss.Store(after)
	return Work{Loops: append(e.sweepers(), controllers.Patient("agent", at), controllers.Of("engines", after))}
}

// Faulty are the engines with the faults that users have them make.
func (e *Engine) Faulty() (all []faults.Engine) {
	for _, one := range e.set.All() {
		all = append(all, faults.Engine{Name: one.Name, Engine: one.Faulty()})
	}
	return all
}

// Relays are the engines' ways from tasks to this process, where the APIs are for them.
func (e *Engine) Relays() (relays []backend.Relay) {
	for _, one := range e.set.All() {
		if relay := one.Relay(); relay != nil && e.InjectEndpoint {
			relays = append(relays, relay)
		}
	}
	return relays
}

// IsTask reports whether a request comes from a task.
func (e *Engine) IsTask(from netip.Addr) bool {
	tx := e.Store.Read() // which has what runs on an engine that has not been looked at, too
	return len(e.Agent().InterfacesAt(from)) > 0 || ec2.HasInterface(tx, from.Unmap().String(), state.TaskInterfaces(tx))
}

// Ports are the ports of this machine's loopback interface that lead to a task, which are opened if told to.
func (e *Engine) Ports(taskARN string, open bool) []control.Port {
	var ports []control.Port
	for _, p := range e.Agent().HostPorts(taskARN, open) {
		ports = append(ports, control.Port{Container: p.Container, ContainerPort: p.ContainerPort, Protocol: string(p.Protocol), Address: p.Address})
	}
	return ports
}

// Pulls are the pulls under way for a task that take long; for all tasks if that is empty.
func (e *Engine) Pulls(taskARN string) (pulls []overview.Pull) {
	for _, p := range e.Agent().LongPulls(taskARN) {
		done, total := p.Bytes()
		pulls = append(pulls, overview.Pull{Image: p.Image, Bytes: done, Of: total})
	}
	return pulls
}

// Output passes on the output of a task's container.
func (e *Engine) Output(ctx context.Context, taskARN, container string, o backend.LogOptions) error {
	return e.Agent().Logs(ctx, taskARN, container, o)
}
