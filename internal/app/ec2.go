package app

import (
	"context"
	"errors"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/app/controllers"
	groups "github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	instances "github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outbox"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacity"
)

// EC2 has instances, alone and in Auto Scaling groups, and networks.
type EC2 struct {
	*Core
	Engine *Engine
	Faults *Faults

	capacity atomic.Pointer[capacity.Controller]
	groups   atomic.Pointer[capacity.GroupController]
}

// keepTerminated is how long terminated instances are shown. Source: EC2 user guide, terminate an instance: about an hour.
const keepTerminated = time.Hour

// Module lists what it brings.
func (c *EC2) Module() Module {
	return Module{
		Name: "ec2",
		Rows: []string{
			"network", "prefix-list", "public-address", "security-group", "subnet", "vpc",
			"ec2-address", "ec2-dhcp-options", "ec2-instance-type", "ec2-internet-gateway", "ec2-launch-template", "ec2-launch-template-version",
			"ec2-network-acl", "ec2-route-table", "ec2-vpc-defaults", "ec2-vpc-endpoint",
			"autoscaling-group", "autoscaling-launch-configuration", "autoscaling-lifecycle-hook", "autoscaling-member", "autoscaling-policy",
		},
		Forgets: []Forgetting{
			{[]string{"ec2-instance", "ec2-tags"}, func(tx *store.Tx, now time.Time) { instances.ForgetInstances(tx, now.Add(-keepTerminated)) }},
			{[]string{"ec2-nat-gateway"}, func(tx *store.Tx, now time.Time) {
				instances.ForgetNATGateways(tx, now.Add(-instances.NATGatewayShown))
			}},
			{[]string{"autoscaling-activity"}, func(tx *store.Tx, now time.Time) { groups.ForgetActivities(tx, now.Add(-groups.KeepActivities)) }},
		},
		Offer: c.offer, Begin: c.begin, Announcements: []Announcement{ofEC2, ofAutoScaling},
	}
}

func (c *EC2) offer() Offer {
	return Offer{APIs: []API{
		ec2.New(ec2.Options{
			Store: c.Store, Now: c.Clock.Now, StrictVPC: c.StrictVPC, NATGateways: c.Delays.NATGateways, Settle: c.settled,
			VPCMade: c.warnOfRange, Outages: &c.Outages, Engines: &c.EngineRoom,
		}),
		autoscaling.New(autoscaling.Options{Store: c.Store, Now: c.Clock.Now, StrictVPC: c.StrictVPC}),
	}}
}

func (c *EC2) begin(Work) Work {
	at := capacity.New(capacity.Options{
		Store: c.Store, Clock: c.Clock, Log: c.Log, Delays: c.Delays.Instances, AgentAway: c.Faults.instances.AgentAway, Silence: c.Engine.Loss().Silence,
		Addresses: c.Engine.Agent(), Quotas: c.Quotas, MayRegister: c.Credentials.MayRegister,
		Initialize: c.initialize,
	})
	inGroups := capacity.NewGroups(capacity.GroupOptions{Store: c.Store, Clock: c.Clock, Log: c.Log, Delays: c.Delays.Groups, Outages: &c.Outages, Engines: &c.EngineRoom})
	c.capacity.Store(at)
	c.groups.Store(inGroups)
	return Work{Loops: []controllers.Loop{controllers.Of("capacity", at), controllers.Of("Auto Scaling groups", inGroups)}}
}

// Capacity is the controller of instances at work.
func (c *EC2) Capacity() *capacity.Controller { return c.capacity.Load() }

// LookAgain reconsiders every group: there may be capacity again.
func (c *EC2) LookAgain() { c.groups.Load().LookAgain() }

// DefaultSubnets are the ids of the subnets of the default VPC, by zone.
func (c *EC2) DefaultSubnets() (ids []string) {
	for _, subnet := range ec2network.DefaultSubnets(c.Store.Read(), c.Scope) {
		ids = append(ids, subnet.ID)
	}
	return ids
}

// settled waits until the capacity controller has done what it can do now.
func (c *EC2) settled(ctx context.Context) error { return c.Capacity().Idle(ctx) }

// rangeTime is how long CreateVpc waits for the engine to tell who has a range.
const rangeTime = time.Second

// warnOfRange says of a new VPC that no task can start in it, as long as something else has
// part of its range: users would learn it from their first task. The VPC is made anyway, as
// on AWS, where each VPC has its range to itself.
func (c *EC2) warnOfRange(ctx context.Context, id string, cidr netip.Prefix) {
	engine, ok := c.Engine.Engine().(backend.RangeChecker)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, rangeTime)
	defer cancel()
	if err := engine.RangeInUse(ctx, cidr); errors.Is(err, backend.ErrAddressInUse) {
		c.Log.Warn("tasks in a new VPC cannot start, because the engine's host uses its range: choose another range, or free this one",
			"vpc", id, "range", cidr, "reason", err)
	}
}

// ofEC2 are the changes of instances.
var ofEC2 = Announcement{
	About: func(change any) (About, bool) {
		switch c := change.(type) {
		case *instances.SpotNotice:
			return About{c.InstanceARN, "aws.ec2", "EC2 Spot Instance Interruption Warning"}, true
		case *instances.StateChange:
			return About{c.InstanceARN, "aws.ec2", ec2.StateDetailType}, true
		}
		return About{}, false
	},
	JSON: func(_ *store.Tx, e outbox.Event) []byte {
		if c, ok := e.Value.Value().(*instances.SpotNotice); ok {
			return ec2.SpotEvent(c, e.At)
		}
		return ec2.StateEvent(e.Value.Value().(*instances.StateChange), e.At)
	},
}

// ofAutoScaling are the changes of groups.
var ofAutoScaling = Announcement{
	About: func(change any) (About, bool) {
		switch c := change.(type) {
		case *groups.LifecycleChange:
			if c.Launches {
				return About{c.GroupARN, "aws.autoscaling", "EC2 Instance-launch Lifecycle Action"}, true
			}
			return About{c.GroupARN, "aws.autoscaling", "EC2 Instance-terminate Lifecycle Action"}, true
		case *groups.ActivityChange:
			return About{c.GroupARN, "aws.autoscaling", autoscaling.ActivityDetailType(c)}, true
		}
		return About{}, false
	},
	JSON: func(_ *store.Tx, e outbox.Event) []byte {
		if c, ok := e.Value.Value().(*groups.LifecycleChange); ok {
			return autoscaling.LifecycleEvent(c, e.At)
		}
		return autoscaling.ActivityEvent(e.Value.Value().(*groups.ActivityChange), e.At)
	},
}
