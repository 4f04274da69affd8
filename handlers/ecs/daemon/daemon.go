package daemon

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/clienttoken"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed/instancetype"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// daemonName is what names consist of, and mostToken how long a client token is. Source: ECS API reference, CreateDaemon.
var daemonName = lazyregexp.New(`^[a-zA-Z0-9_-]{1,255}$`)

const mostToken = 36

// Of these texts the one for deletions is published (ECS0352).
var (
	errNotFound  = &types.DaemonNotFoundException{Message: aws.String("Daemon not found.")}
	errNotActive = &types.DaemonNotActiveException{Message: aws.String("Daemon was not ACTIVE.")}
	errDeleting  = kit.InvalidParameter("The daemon can not be deleted: deployment deletion is ongoing")
	errTooMany   = &types.LimitExceededException{Message: aws.String("The limit on the number of daemons in the cluster has been exceeded.")}
	errARN       = kit.InvalidParameter("The Daemon ARN provided is invalid.")
)

// find returns the daemon of an ARN.
func find(tx *store.Tx, scope arn.Scope, ref *string) (*daemon.Daemon, error) {
	parsed, ok := arn.Parse(aws.ToString(ref))
	if !ok || parsed.Type != "daemon" || len(parsed.Resource) != 2 {
		return nil, errARN
	}
	if err := kit.CheckRegion(scope, parsed); err != nil {
		return nil, err
	}
	d := daemon.Find(tx, *ref)
	if d == nil || !scope.Owns(parsed) {
		return nil, errNotFound
	}
	return d, nil
}

// wanted is what CreateDaemon and UpdateDaemon have in common.
type wanted struct {
	Definition        *string
	Providers         []string
	Critical          *bool
	Propagate         types.DaemonPropagateTags
	ManagedTags, Exec bool
}

// CreateDaemon makes a daemon, ACTIVE at once, with the deployment that brings it to the instances that there are.
//
// Source: ECS API reference, CreateDaemon; ECS0351. All members: ECS0388.
func (a *API) CreateDaemon(ctx context.Context, in *sdk.CreateDaemonInput) (*sdk.CreateDaemonOutput, error) {
	name := aws.ToString(in.DaemonName)
	if !daemonName.MatchString(name) {
		return nil, kit.InvalidParameter("Invalid daemon name.")
	}
	if err := kit.CheckClientToken(aws.ToString(in.ClientToken), mostToken); err != nil {
		return nil, err
	}
	if err := kit.CheckTags(ctx, in.Tags); err != nil {
		return nil, err
	}
	asked := wanted{in.DaemonTaskDefinitionArn, in.CapacityProviderArns, in.Critical, in.PropagateTags, in.EnableECSManagedTags, in.EnableExecuteCommand}
	configuration, err := configured(in.DeploymentConfiguration)
	if err != nil {
		return nil, err
	}
	request := clienttoken.In(ctx, in.ClientToken, in)
	out := &sdk.CreateDaemonOutput{}
	err = a.UpdateIn(ctx, in.ClusterArn, func(c kit.InCluster) error {
		answer := func(d *daemon.Daemon, deployment string) {
			out = &sdk.CreateDaemonOutput{DaemonArn: &d.ARN, Status: d.Status(), CreatedAt: &d.CreatedAt, DeploymentArn: &deployment}
		}
		d := &daemon.Daemon{
			ARN: daemon.ARN(c.Scope, c.Cluster.Name, name), Scope: c.Scope, Cluster: c.Cluster.Name, Name: name, Tags: kit.OwnTags(in.Tags),
		}
		known := daemon.Find(c.Tx, d.ARN)
		if first, same := request.First(c.Tx); first != nil && known != nil && slices.Contains(first.ARNs, known.ARN) {
			if !same {
				return kit.InvalidParameter("The provided clientToken is already in use with a different request.") // a choice
			}
			answer(known, first.ARNs[1])
			return nil
		}
		switch {
		case known != nil && !known.DeletedAt.IsZero():
			return errDeleting
		case known != nil:
			return kit.InvalidParameter("Creation of daemon was not idempotent.") // as of services
		}
		if !a.Quotas.Allows(quota.Daemons, len(daemon.List(c.Tx, c.Scope, c.Cluster.Name))+1) {
			return errTooMany
		}
		d.CreatedAt = a.Now()
		d.UpdatedAt = d.CreatedAt
		r, err := a.revise(c.Tx, d, asked)
		if err != nil {
			return err
		}
		daemon.Make(c.Tx, d) // before what it has
		a.deploy(c.Tx, d, r, configuration)
		request.Remember(c.Tx, a.Now(), d.ARN, d.Deployment)
		answer(d, d.Deployment)
		return nil
	})
	return out, err
}

// UpdateDaemon makes a new revision, of the request alone: what that leaves out has its default (ECS0425).
//
// Source: ECS API reference, UpdateDaemon.
func (a *API) UpdateDaemon(ctx context.Context, in *sdk.UpdateDaemonInput) (*sdk.UpdateDaemonOutput, error) {
	configuration, err := configured(in.DeploymentConfiguration)
	if err != nil {
		return nil, err
	}
	asked := wanted{in.DaemonTaskDefinitionArn, in.CapacityProviderArns, in.Critical, in.PropagateTags, in.EnableECSManagedTags, in.EnableExecuteCommand}
	out, scope := &sdk.UpdateDaemonOutput{}, kit.Scope(ctx)
	err = a.Store.Update(func(tx *store.Tx) error {
		old, err := find(tx, scope, in.DaemonArn)
		switch {
		case err != nil:
			return err
		case !old.DeletedAt.IsZero():
			return errNotActive
		}
		d := *old
		d.UpdatedAt = a.Now()
		r, err := a.revise(tx, &d, asked)
		if err != nil {
			return err
		}
		a.deploy(tx, &d, r, configuration)
		out = &sdk.UpdateDaemonOutput{DaemonArn: &d.ARN, Status: d.Status(), CreatedAt: &d.CreatedAt, UpdatedAt: &d.UpdatedAt, DeploymentArn: &d.Deployment}
		return nil
	})
	return out, err
}

// DeleteDaemon begins the deployment that takes a daemon off its instances.
//
// Source: ECS API reference, DeleteDaemon; ECS0352.
func (a *API) DeleteDaemon(ctx context.Context, in *sdk.DeleteDaemonInput) (*sdk.DeleteDaemonOutput, error) {
	out, scope := &sdk.DeleteDaemonOutput{}, kit.Scope(ctx)
	err := a.Store.Update(func(tx *store.Tx) error {
		old, err := find(tx, scope, in.DaemonArn)
		switch {
		case err != nil:
			return err
		case !old.DeletedAt.IsZero():
			return errDeleting
		}
		d := *old
		d.UpdatedAt, d.DeletedAt = a.Now(), a.Now()
		var configuration types.DaemonDeploymentConfiguration
		if last := daemon.FindDeployment(tx, d.Deployment); last != nil {
			configuration = last.Configuration
		}
		a.deploy(tx, &d, nil, configuration)
		out = &sdk.DeleteDaemonOutput{DaemonArn: &d.ARN, Status: d.Status(), CreatedAt: &d.CreatedAt, UpdatedAt: &d.UpdatedAt, DeploymentArn: &d.Deployment}
		return nil
	})
	return out, err
}

// revise makes the revision that is asked of a daemon, if it can be.
func (a *API) revise(tx *store.Tx, d *daemon.Daemon, asked wanted) (*daemon.Revision, error) {
	def, err := findDefinition(tx, d.Scope, aws.ToString(asked.Definition))
	switch {
	case err != nil:
		return nil, err
	case !def.DeletedAt.IsZero():
		return nil, kit.InvalidParameter("The daemon task definition is not in ACTIVE status.")
	}
	if err := checkProviders(tx, d, asked.Providers); err != nil {
		return nil, err
	}
	task := def.Task(tx)
	if asked.Exec && aws.ToString(task.TaskRoleArn) == "" { // in the words of services
		return nil, kit.InvalidParameter("The daemon couldn't be created because a valid taskRoleArn is not being used. Specify a valid task role in your task definition and try again.")
	}
	if err := a.launches.CheckSupported(nil, task, types.LaunchTypeEc2); err != nil {
		return nil, err
	}
	if err := checkRoom(tx, d, def, asked.Providers); err != nil {
		return nil, err
	}
	if err := a.CheckRoles(tx, d.Scope, aws.ToString(task.TaskRoleArn), aws.ToString(task.ExecutionRoleArn)); err != nil {
		return nil, err
	}
	return &daemon.Revision{
		ARN: daemon.RevisionARN(d, arn.NewUUID()), Daemon: d.ARN, TaskDefinition: def.ARN, Providers: slices.Clone(asked.Providers),
		Critical: asked.Critical == nil || *asked.Critical, PropagateTags: cmp.Or(asked.Propagate, types.DaemonPropagateTagsNone),
		ManagedTags: asked.ManagedTags, Exec: asked.Exec, CreatedAt: d.UpdatedAt,
	}, nil
}

// checkProviders refuses what are no capacity providers of managed instances of the cluster (ECS0401). The words are the emulator's.
func checkProviders(tx *store.Tx, d *daemon.Daemon, providers []string) error {
	if len(providers) == 0 {
		return kit.InvalidParameter("capacityProviderArns can not be empty.")
	}
	for i, ref := range providers {
		if slices.Contains(providers[:i], ref) {
			return kit.InvalidParameter("capacityProviderArns has " + ref + " twice.")
		}
		p := capacityprovider.Providers.Find(tx, d.Scope, arn.Name(ref))
		if ref == d.Scope.CapacityProvider("FARGATE") || ref == d.Scope.CapacityProvider("FARGATE_SPOT") || p.Active() && p.ARN == ref && p.Type != types.CapacityProviderTypeManagedInstances {
			return kit.InvalidParameter("The capacity provider " + ref + " is not supported: daemons run on Amazon ECS Managed Instances capacity providers.")
		}
		if !p.Active() || p.ARN != ref || !inCluster(tx, d, p) {
			return kit.InvalidParameter("The capacity provider " + ref + " does not exist in the cluster " + d.Cluster + ".")
		}
	}
	return nil
}

// checkRoom refuses a daemon for which no instance of a provider would have room beside the other daemons: its deployment would take all
// instances away, and none could come. The words are the emulator's.
func checkRoom(tx *store.Tx, d *daemon.Daemon, def *daemon.Definition, providers []string) error {
	for _, ref := range providers {
		cpu, memory := daemon.ReservedBeside(tx, ref, d.ARN)
		c, m := def.Size(tx)
		need := instancetype.Need{CPU: cpu + c, Memory: memory + m}
		p := capacityprovider.Providers.Find(tx, d.Scope, arn.Name(ref))
		if instancetype.Smallest(instancetype.Eligible(ec2.InstanceTypes(tx), p.Managed.InstanceLaunchTemplate.InstanceRequirements), need, nil) == nil {
			return kit.InvalidParameter(fmt.Sprintf("No instance type that the capacity provider %s may launch has room for its daemons, which need %d CPU units and %d MiB of memory.", p.Name, need.CPU, need.Memory))
		}
	}
	return nil
}

// deploy begins a deployment, of no revision if the daemon is deleted.
func (a *API) deploy(tx *store.Tx, d *daemon.Daemon, r *daemon.Revision, configuration types.DaemonDeploymentConfiguration) {
	id := arn.ServiceDeploymentID(arn.NewDeploymentID())
	next := &daemon.Deployment{
		ARN: daemon.DeploymentARN(d, id), ID: id, Daemon: d.ARN, Configuration: configuration, CreatedAt: d.UpdatedAt,
	}
	next.Stable, next.Sources = d.Before(tx)
	if last := daemon.FindDeployment(tx, d.Deployment); last != nil {
		next.Providers = slices.Clone(last.Providers)
	}
	if r != nil {
		next.Target = r.ARN
		daemon.PutRevision(tx, r)
		for _, p := range r.Providers {
			if !slices.Contains(next.Providers, p) {
				next.Providers = append(next.Providers, p)
			}
		}
	}
	daemon.PutDeployment(tx, next)
	d.Deployment = next.ARN
	daemon.Put(tx, d)
}

// configured is a configuration with its defaults (ECS0351, ECS0426). Source for the bounds: ECS API reference; Terraform's AWS
// provider for the bake time.
func configured(asked *types.DaemonDeploymentConfiguration) (c types.DaemonDeploymentConfiguration, err error) {
	if asked != nil {
		c = *asked
	}
	if c.DrainPercent == nil {
		c.DrainPercent = aws.Float64(defaultDrain)
	}
	if c.BakeTimeInMinutes < 0 || c.BakeTimeInMinutes > mostBake {
		return c, kit.InvalidParameter(fmt.Sprintf("bakeTimeInMinutes should be between 0 and %d", mostBake))
	}
	if c.Alarms != nil && c.Alarms.Enable && len(c.Alarms.AlarmNames) == 0 {
		return c, kit.InvalidParameter("alarmNames can not be empty.")
	}
	return c, nil
}

const (
	defaultDrain = 25.0
	mostBake     = 1440
)

// inCluster reports whether the cluster of a daemon has a capacity provider.
func inCluster(tx *store.Tx, d *daemon.Daemon, p *capacityprovider.Provider) bool {
	c := state.Clusters.Get(tx, d.ClusterARN())
	return c != nil && slices.Contains(c.CapacityProviders, p.Name)
}
