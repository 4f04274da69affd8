package capacity

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacity/registration"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider/managed"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// read gathers what a decision needs; ok is false when there is no such instance.
func (c *Controller) read(tx *store.Tx, key string) (v View, ok bool) {
	i := ec2.InstanceByKey(tx, key)
	if i == nil {
		return v, false
	}
	v = View{Instance: i, Now: c.Clock.Now(), Delays: c.Delays}
	if i.ContainerInstance != "" {
		v.Registered = state.FindContainerInstance(tx, i.ContainerInstance)
	}
	if i.Agent.Cluster != "" {
		v.Cluster = state.Clusters.Get(tx, i.Scope.Cluster(i.Agent.Cluster))
		registered := state.FindClusterSummary(tx, i.Scope.Cluster(i.Agent.Cluster)).ContainerInstances
		v.ClusterFull = !c.Quotas.Allows(quota.ContainerInstances, registered+1)
	}
	if v.Registered != nil {
		v.Tasks = len(lostTasks(tx, i, v.Registered.ARN))
	}
	v.AgentAway = c.AgentAway != nil && c.AgentAway(i.Scope, i.ID)
	if c.Silence != nil {
		silent, long := c.Silence(i.Host)
		v.EngineSilent, v.AgentAway = silent, v.AgentAway || long
	}
	v.Managed = i.Operator != ""
	v.ManagedDraining = !i.NoticeAt.IsZero() && drainsGroup(tx, i)
	return v, true
}

// refuses reports whether the agent of an instance may not register it. The log tells why.
func (c *Controller) refuses(ctx context.Context, v View) bool {
	if c.MayRegister == nil {
		return false
	}
	err := c.MayRegister(ctx, v.Instance, v.Cluster.ARN)
	if err != nil {
		c.Log.Warn("the container agent cannot register its instance", "instance", v.Instance.ID, "cluster", v.Cluster.ARN, "reason", err.Error())
	}
	return err != nil
}

// drainsGroup reports whether managed draining is on for the group of an instance: its lifecycle hook is there.
func drainsGroup(tx *store.Tx, i *ec2.Instance) bool {
	g := autoscaling.FindGroup(tx, i.Scope, i.Group)
	return g != nil && autoscaling.FindLifecycleHook(tx, g, capacityprovider.DrainingHook) != nil
}

// lostTasks are those to stop because of what their instance shall do: all if it is not to
// run, and if it reboots those that run.
func lostTasks(tx *store.Tx, i *ec2.Instance, containerInstance string) (lost []*state.Task) {
	runs := i.Wanted == types.InstanceStateNameRunning
	if runs && !i.Rebooting() {
		return nil
	}
	for _, t := range state.InstanceTasks(tx, containerInstance) {
		if t.Stop == nil && (!runs || t.Status.LastStatus == state.Running) {
			lost = append(lost, t)
		}
	}
	return lost
}

// reconcile decides about an instance, and carries the plan out if there is something to
// do.
func (c *Controller) reconcile(ctx context.Context, key string) (Plan, error) {
	v, ok := c.read(c.Store.Read(), key)
	if !ok {
		return Plan{}, nil
	}
	plan := Decide(v)
	if plan.Initialize {
		return plan, c.initialize(ctx, key, v.Instance)
	}
	refused := plan.Register && c.refuses(ctx, v)
	if refused {
		v.Refused = true
		plan = Decide(v)
	}
	if plan.empty() && !v.Instance.Untold() {
		return plan, nil
	}
	var address netip.Addr
	if plan.Address {
		var err error
		if address, err = c.Addresses.ReserveAddress(ctx, v.Instance.Scope, v.Instance.Subnet); err != nil {
			return plan, fmt.Errorf("reserve an address: %w", err)
		}
	}
	taken, gone := false, netip.Addr{}
	err := c.Store.Update(func(tx *store.Tx) error {
		c.Causes(tx, key)
		taken, gone = false, netip.Addr{}
		tell(tx, key, v.Now)
		defer tell(tx, key, v.Now)
		v, ok := c.read(tx, key)
		if !ok {
			return nil
		}
		v.Refused = refused
		switch plan = Decide(v); {
		case plan.Address && address.IsValid():
			i := *v.Instance
			i.PrivateIP, taken = address.String(), true
			ec2.PutInstance(tx, &i)
		case !plan.Address:
			gone = apply(tx, v, plan)
		}
		return nil
	})
	if address.IsValid() && (!taken || err != nil) {
		c.Addresses.ReleaseAddress(v.Instance.VPC, address)
	}
	if gone.IsValid() && err == nil {
		c.Addresses.ReleaseAddress(v.Instance.VPC, gone)
	}
	return plan, err
}

// tell tells EventBridge of the state that an instance has come to.
func tell(tx *store.Tx, key string, now time.Time) {
	i := ec2.InstanceByKey(tx, key)
	if i == nil || !i.Untold() {
		return
	}
	told := *i
	told.Told = i.State()
	ec2.PutInstance(tx, &told)
	ec2.AnnounceState(tx, ec2.StateChange{InstanceARN: i.ARN(), InstanceID: i.ID, State: string(told.Told)}, now)
}

// apply writes a plan, and returns the address that became free.
func apply(tx *store.Tx, v View, p Plan) (gone netip.Addr) {
	i := *v.Instance
	switch {
	case p.Interrupt:
		ec2.PutInstance(tx, i.Want(types.InstanceStateNameTerminated, ec2.SpotInterruption, v.Now))
		return gone
	case p.Drain:
		c := *v.Registered
		c.Status = state.InstanceDraining
		c.DrainedAt, c.DrainedBy = v.Now, "its agent, on the interruption notice of its Spot Instance"
		state.PutContainerInstance(tx, &c, v.Now)
		i.NoticeHeeded = true
		ec2.PutInstance(tx, &i)
		return gone
	case p.Register:
		c := registration.ContainerInstance(&i, v.Cluster, ec2.FindInstanceType(tx, i.Type), ec2.FindImage(i.Scope.Region, i.ImageID), v.Now)
		c.CapacityProvider = capacityprovider.Of(tx, v.Cluster, c)
		provider := ""
		if v.Managed {
			c.LaunchType = ecstypes.LaunchTypeManagedInstances
			if row := managed.Find(tx, i.Scope, i.ID); row != nil {
				provider = row.Provider
			}
			if daemon.Blocking(tx, provider) {
				c.Status = state.InstanceRegistering // their controller makes it ACTIVE
			}
		}
		c.Tags = registration.Tags(&i, ec2network.FindTags(tx, i.Scope, i.ID))
		i.ContainerInstance = c.ARN
		state.PutContainerInstance(tx, c, v.Now)
		if provider != "" {
			daemon.Assign(tx, c.ARN, provider)
		}
	case p.Deregister:
		state.DeregisterContainerInstance(tx, v.Registered.ARN, v.Now)
	case p.Connect, p.Disconnect:
		c := *v.Registered
		c.AgentConnected = p.Connect
		state.PutContainerInstance(tx, &c, v.Now)
	}
	if p.StopTasks != "" {
		stop := state.Stop{Code: ecstypes.TaskStopCodeTerminationNotice, Reason: p.StopTasks, At: v.Now}
		if p.Exited {
			stop.Code = ecstypes.TaskStopCodeEssentialContainerExited
		}
		for _, t := range lostTasks(tx, v.Instance, v.Registered.ARN) {
			state.StopTask(tx, t.ARN, stop)
		}
	}
	switch p.Reach {
	case types.InstanceStateNameTerminated:
		gone, _ = netip.ParseAddr(i.PrivateIP)
	case types.InstanceStateNameRunning:
		if v.Registered == nil || v.Registered.Status == state.InstanceInactive {
			i.ContainerInstance = "" // an agent that starts registers again
		}
	}
	if p.Reach != "" {
		i.Reached, i.ReachedAt = p.Reach, v.Now
	}
	if p.Reach != "" || p.Rebooted {
		i.RebootedAt = i.RebootAt
	}
	if p.Reach != "" || p.Rebooted || p.Register {
		ec2.PutInstance(tx, &i)
	}
	if p.Reach != "" {
		i.SettlePublicIP(tx)
	}
	return gone
}
