// Package ec2 answers the EC2 actions that ECS users and their tools need: to find the
// default VPC and what is in it, to make VPCs, subnets and security groups, to tag that, and
// to have instances and launch templates.
package ec2

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/endpoint"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/instance"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/routing"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/securitygroup"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/vpc"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/outage"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Options are what the API works on.
type Options struct {
	Store *store.Store
	Now   func() time.Time // the emulator's time
	// StrictVPC knows no subnets and security groups that are made up.
	StrictVPC bool
	// NATGateways is how long NAT gateways take to be made and deleted.
	NATGateways ec2.NATDelays
	// Settle returns when the instances that are wanted have the addresses that can be had
	// now. Nil: they get no addresses.
	Settle func(ctx context.Context) error
	// VPCMade is told of each VPC that is made. Nil is none to tell.
	VPCMade func(ctx context.Context, id string, cidr netip.Prefix)
	// Engines are what instances are on; nil is one without a name.
	Engines *engineroom.Board
	// Outages are where nothing can be launched; nil is nowhere.
	Outages *outage.Board
}

// API answers EC2 actions from the store.
type API struct {
	kit.Base
	instances      *instance.API
	vpcs           *vpc.API
	securityGroups *securitygroup.API
	routing        *routing.API
	endpoints      *endpoint.API
}

func New(o Options) *API {
	if o.Settle == nil {
		o.Settle = func(context.Context) error { return nil }
	}
	if o.VPCMade == nil {
		o.VPCMade = func(context.Context, string, netip.Prefix) {}
	}
	b := kit.Base{Store: o.Store, Clock: o.Now, Strict: o.StrictVPC, Outages: o.Outages, Engines: o.Engines}
	return &API{
		Base: b, instances: instance.New(b, o.Settle), vpcs: vpc.New(b, o.VPCMade), securityGroups: securitygroup.New(b),
		routing: routing.New(b, o.NATGateways), endpoints: endpoint.New(b),
	}
}

func (a *API) Service() awsapi.Service {
	const version = "2016-11-15"
	return awsapi.Service{
		Name: "ec2", ID: sdk.ServiceID, Title: "Amazon EC2",
		Protocol: awsapi.Query{Version: version, Namespace: "http://ec2.amazonaws.com/doc/" + version + "/", Codec: codec},
		// Source: EC2 API reference, error codes: it is an error on the side of the server.
		Statuses: map[string]int{"InsufficientInstanceCapacity": http.StatusInternalServerError},
		Access:   a.access(), Tags: a.tagsByARN,
		Operations: slices.Concat(a.instances.Operations(), a.vpcs.Operations(), a.securityGroups.Operations(), a.routing.Operations(), a.endpoints.Operations(), []awsapi.Operation{
			awsapi.Partial("CreateTags", "of resources that the operations below describe", a.CreateTags),
			awsapi.Partial("DeleteTags", "as CreateTags", a.DeleteTags),
			awsapi.Partial("DescribeTags", "tags set by CreateTags; all at once", kit.DryRun(a.DescribeTags)),
		}),
	}
}
