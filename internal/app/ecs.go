package app

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/clienttoken"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/app/check"
	"github.com/ecs-emulator/ecs-emulator/internal/app/controllers"
	"github.com/ecs-emulator/ecs-emulator/internal/app/credentials"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/lambda"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/attachment"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/draining"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed/lifecycle"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/scaling"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/placement/placer"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/lifecyclehook"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/tasktraffic"
)

// ECS is the API of ECS, and what decides about services and the tasks that wait.
type ECS struct {
	*Core
	ECSOptions
	Sessions  *Sessions
	Functions *lambda.Functions // that answer for lifecycle hooks
	Images    *Images

	api      *ecs.API
	services atomic.Pointer[servicescheduler.Controller]
}

// ECSOptions are what users choose; see the options of package emulator.
type ECSOptions struct {
	DefaultLaunchType string
	NoDefaultCluster  bool
	HostPaths         []string
	FileSystems       []string
	AllowPrivileged   bool
}

// How long things are remembered. Source: ECS API reference: stopped tasks for
// about an hour. State itself bounds the number of stopped tasks, and says how long
// tokens and events stay. AWS keeps deleted task definitions for more than two minutes
// (ECS0030), and container instances for a while after they are deregistered (ECS
// developer guide); how long, for capacity providers as well, is a choice.
const (
	keepStoppedTasks       = time.Hour
	keepInactiveInstances  = time.Hour
	keepDeletedDefinitions = time.Hour
	keepInactiveProviders  = time.Hour
)

// Module lists what it brings.
func (e *ECS) Module() Module {
	old := func(keep time.Duration, forget func(*store.Tx, time.Time)) func(*store.Tx, time.Time) {
		return func(tx *store.Tx, now time.Time) { forget(tx, now.Add(-keep)) }
	}
	return Module{
		Name: "ecs",
		Rows: []string{
			"account-setting", "cluster", "cluster-summary", "deployment-reservation", "engine-file-system", "engine-usage", "instance-roster", "instance-usage", "managed-instance", "managed-scaling",
			"service", "service-events", "service-summary", "task-definition-family", "task-set",
		},
		Forgets: []Forgetting{
			{[]string{"task"}, old(keepStoppedTasks, state.ForgetStoppedTasks)},
			{[]string{"container-instance"}, func(tx *store.Tx, now time.Time) {
				state.EndAgentUpdates(tx, now)
				state.ForgetContainerInstances(tx, now.Add(-keepInactiveInstances))
			}},
			{[]string{"capacity-provider"}, old(keepInactiveProviders, capacityprovider.Forget)},
			{[]string{"client-token"}, old(clienttoken.Keep, clienttoken.Forget)},
			{[]string{"service-deployment", "service-revision"}, old(state.KeepServiceDeployments, state.ForgetServiceDeployments)},
			{[]string{"task-definition"}, func(tx *store.Tx, now time.Time) {
				taskdefinition.Sweep(tx, now.Add(-keepDeletedDefinitions), state.ReferredTaskDefinitions)
			}},
		},
		Offer: e.offer, Begin: e.begin, Announcements: []Announcement{{About: aboutECS, JSON: ecs.StateChange}},
		Reset: func() error {
			e.Rates.Forget()
			return nil
		},
	}
}

func (e *ECS) offer() Offer {
	e.api = ecs.New(ecs.Options{
		Base: kit.Base{
			Store: e.Store, Now: e.Clock.Now, StrictRoles: e.StrictRoles, NoDefaultCluster: e.NoDefaultCluster,
			Outages: &e.Outages, Engines: &e.EngineRoom, Quotas: e.Quotas, Rates: e.Rates, NamespaceDelay: e.Delays.Namespaces,
			Repeats: delivery.HasID, // a delivery that is pending may be sent again
		},
		Rules: launch.Rules{
			DefaultLaunchType: types.LaunchType(e.DefaultLaunchType), StrictVPC: e.StrictVPC,
			HostPaths: e.HostPaths, FileSystems: e.FileSystems, AllowPrivileged: e.AllowPrivileged,
		},
		Sessions: e.Sessions.Kernel(), InRegistry: e.Images.InRegistry, Log: e.Log,
	})
	return Offer{APIs: []API{e.api}}
}

// check are the options by which check asks the same API.
func (o ECSOptions) check(upstream bool) check.Options {
	return check.Options{
		DefaultLaunchType: types.LaunchType(o.DefaultLaunchType), HostPaths: o.HostPaths, FileSystems: o.FileSystems, AllowPrivileged: o.AllowPrivileged,
		Upstream: upstream,
	}
}

// API is the API, for the metadata endpoint of tasks.
func (e *ECS) API() *ecs.API { return e.api }

func (e *ECS) begin(Work) Work {
	services := servicescheduler.Options{
		Store: e.Store, Clock: e.Clock, Log: e.Log, Delays: e.Delays.Services, Outages: &e.Outages, Engines: &e.EngineRoom, Quotas: e.Quotas, Rates: e.Rates,
	}
	services.MayShift = func(serviceARN string, b *types.LoadBalancer) bool {
		return e.Credentials.MayShift(serviceARN, b, e.StrictRoles)
	}
	services.MayLead = func(serviceARN string, b *types.LoadBalancer, rule string) bool {
		return e.Credentials.MayLead(serviceARN, b, rule, e.StrictRoles)
	}
	hooks := lifecyclehook.Options{Store: e.Store, Clock: e.Clock, Log: e.Log, Invoke: e.invoke, Role: e.hookRole}
	if e.StrictRoles {
		services.RefusedRole = credentials.RefusedRole
		hooks.Assumes = e.Credentials.Assumes
	}
	scheduler := servicescheduler.New(services)
	e.services.Store(scheduler)
	return Work{Loops: []controllers.Loop{
		controllers.Of("traffic of tasks", tasktraffic.New(tasktraffic.Options{Store: e.Store, Clock: e.Clock, Log: e.Log})),
		controllers.Patient("lifecycle hooks", lifecyclehook.New(hooks)),
		controllers.Of("placer", placer.New(e.Store, e.Clock, e.Log, &e.EngineRoom)),
		controllers.Of("service scheduler", scheduler),
		controllers.Of("managed draining", draining.New(e.Store, e.Clock, e.Log)),
		controllers.Of("managed instances", lifecycle.New(lifecycle.Options{
			Store: e.Store, Clock: e.Clock, Log: e.Log, Outages: &e.Outages, Engines: &e.EngineRoom, Quotas: e.Quotas, MayLaunch: e.Credentials.MayLaunch,
		})),
		controllers.Of("managed scaling", scaling.New(e.Store, e.Clock, e.Log)),
		controllers.Of("capacity providers", attachment.New(e.Store, e.Clock, e.Log)),
	}}
}

// LookAgain reconsiders every service: there may be capacity again.
func (e *ECS) LookAgain() { e.services.Load().LookAgain() }

// ResetRows removes all rows, as if the emulator had just been started.
func (e *ECS) ResetRows() error {
	return e.Store.Update(func(tx *store.Tx) error {
		ecs.Reset(tx, e.Clock.Now(), !e.NoDefaultCluster)
		return nil
	})
}

// hookRole is the principal that calls the target of a lifecycle hook.
func (e *ECS) hookRole(deploymentARN, role, session string) (apiclient.Principal, error) {
	if role == "" {
		return apiclient.Root(arn.ScopeOf(deploymentARN)), nil
	}
	return e.Credentials.Role(arn.ScopeOf(deploymentARN), role, session)
}

// invoke calls the Lambda function of a lifecycle hook, if the hook's role may.
func (e *ECS) invoke(ctx context.Context, as apiclient.Principal, function string, payload []byte) (apiclient.Returned, error) {
	if err := e.Credentials.MayInvoke(ctx, as, function); err != nil {
		return apiclient.Returned{}, err
	}
	return e.Functions.Invoke(ctx, as, function, payload)
}

// aboutECS names the changes that ECS announces. Changes of faults are the emulator's own.
func aboutECS(change any) (About, bool) {
	about := About{Source: "aws.ecs"}
	switch c := change.(type) {
	case *state.Task:
		about.Resource, about.DetailType = c.ARN, "ECS Task State Change"
	case *state.InstanceChange:
		about.Resource, about.DetailType = c.ContainerInstance.ARN, "ECS Container Instance State Change"
	case *state.ServiceAction:
		about.Resource, about.DetailType = c.ServiceARN, "ECS Service Action"
	case *state.DeploymentChange:
		about.Resource, about.DetailType = c.ServiceARN, "ECS Deployment State Change"
	case *state.HookChange:
		about.Resource, about.DetailType = c.ServiceDeploymentARN, "ECS Hook State Change"
	case *state.FaultChange:
	default:
		return About{}, false
	}
	return about, true
}
