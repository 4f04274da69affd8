// Package ec2 answers the EC2 actions that ECS users and their tools need: to find the
// default VPC and what is in it, to make VPCs, subnets and security groups, to tag that, and
// to have instances and launch templates.
package ec2

import (
	"context"
	"net/netip"
	"reflect"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	rows "github.com/ecs-emulator/ecs-emulator/internal/ec2"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/state"
)

// Options are what the API works on.
type Options struct {
	Store *state.Store
	Now   func() time.Time // the emulator's time
	// StrictVPC knows no subnets and security groups that are made up.
	StrictVPC bool
	// NATGateways is how long NAT gateways take to be made and deleted.
	NATGateways rows.NATDelays
	// Settle returns when the instances that are wanted have the addresses that can be had
	// now. Nil: nobody gives them addresses.
	Settle func(ctx context.Context) error
	// VPCMade is told of each VPC that is made. Nil is none to tell.
	VPCMade func(ctx context.Context, id string, cidr netip.Prefix)
}

// API answers EC2 actions from the store.
type API struct {
	store  *state.Store
	clock  func() time.Time
	strict bool
	nat    rows.NATDelays
	settle func(ctx context.Context) error
	made   func(ctx context.Context, id string, cidr netip.Prefix)
}

// now is the time in whole seconds, as EC2 has it.
func (a *API) now() time.Time { return a.clock().UTC().Truncate(time.Second) }

// New makes the API.
func New(o Options) *API {
	if o.Settle == nil {
		o.Settle = func(context.Context) error { return nil }
	}
	if o.VPCMade == nil {
		o.VPCMade = func(context.Context, string, netip.Prefix) {}
	}
	return &API{store: o.Store, clock: o.Now, strict: o.StrictVPC, nat: o.NATGateways, settle: o.Settle, made: o.VPCMade}
}

// Service is the EC2 API.
func (a *API) Service() awsapi.Service {
	const version = "2016-11-15"
	return awsapi.Service{
		Name: "ec2", ID: sdk.ServiceID, Title: "Amazon EC2",
		Protocol: awsapi.Query{Version: version, Namespace: "http://ec2.amazonaws.com/doc/" + version + "/", Codec: codec},
		Operations: slices.Concat(a.instanceOperations(), a.launchTemplateOperations(), a.vpcOperations(), a.securityGroupOperations(), a.prefixListOperations(), a.gatewayOperations(), a.routingOperations(), a.endpointOperations(), []awsapi.Operation{
			awsapi.Partial("CreateTags", "of what the operations below describe", a.CreateTags),
			awsapi.Partial("DeleteTags", "as CreateTags", a.DeleteTags),
			awsapi.Partial("DescribeAccountAttributes", "the quotas of a new account, which nothing is held to", dryRun(a.DescribeAccountAttributes)),
			awsapi.Partial("DescribeAvailabilityZones", "three zones in each region; all at once", dryRun(a.DescribeAvailabilityZones)),
			awsapi.Partial("DescribeNetworkInterfaces", "those of instances, tasks, NAT gateways and endpoints; all at once", dryRun(a.DescribeNetworkInterfaces)),
			awsapi.Partial("DescribeTags", "those that CreateTags has set; all at once", dryRun(a.DescribeTags)),
		}),
	}
}

func (a *API) vpcOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("AssociateVpcCidrBlock", "no task starts in a subnet of a further range; without IPv6 and IPAM", a.AssociateVpcCidrBlock),
		awsapi.Partial("CreateSubnet", "without IPv6 and IPAM", a.CreateSubnet),
		awsapi.Partial("CreateVpc", "a network on the engine from its first task on, unless its range is in use there; without IPv6 and IPAM", a.CreateVpc),
		awsapi.Partial("DeleteSubnet", "default ones stay", a.DeleteSubnet),
		awsapi.Partial("DeleteVpc", "the default one stays", a.DeleteVpc),
		awsapi.Works("DescribeSubnets", "made-up ones for who asks by id", dryRun(a.DescribeSubnets)),
		awsapi.Works("DescribeVpcAttribute", "all attributes", dryRun(a.DescribeVpcAttribute)),
		awsapi.Works("DescribeVpcs", "the default VPC and those of one's own", dryRun(a.DescribeVpcs)),
		awsapi.Works("DisassociateVpcCidrBlock", "gone at once", a.DisassociateVpcCidrBlock),
		awsapi.Partial("ModifySubnetAttribute", "kept; without IPv6 and Outposts", a.ModifySubnetAttribute),
		awsapi.Partial("ModifyVpcAttribute", "enableDnsSupport and enableDnsHostnames act on what starts after that ([names](../../guide/networking.md#names)); network address usage metrics are kept", a.ModifyVpcAttribute),
	}
}

func (a *API) securityGroupOperations() []awsapi.Operation {
	const kept = "a rule about IPv6 or a prefix list of AWS is about nobody here"
	return []awsapi.Operation{
		awsapi.Partial("AuthorizeSecurityGroupEgress", kept, a.AuthorizeSecurityGroupEgress),
		awsapi.Partial("AuthorizeSecurityGroupIngress", kept, a.AuthorizeSecurityGroupIngress),
		awsapi.Works("CreateSecurityGroup", "in any VPC", a.CreateSecurityGroup),
		awsapi.Works("DeleteSecurityGroup", "what is in use or a default one stays", a.DeleteSecurityGroup),
		awsapi.Works("DescribeSecurityGroupRules", "those of made-up groups for who asks by group", dryRun(a.DescribeSecurityGroupRules)),
		awsapi.Works("DescribeSecurityGroups", "made-up ones for who asks by id", dryRun(a.DescribeSecurityGroups)),
		awsapi.Partial("ModifySecurityGroupRules", kept, a.ModifySecurityGroupRules),
		awsapi.Partial("RevokeSecurityGroupEgress", kept, a.RevokeSecurityGroupEgress),
		awsapi.Partial("RevokeSecurityGroupIngress", kept, a.RevokeSecurityGroupIngress),
		awsapi.Works("UpdateSecurityGroupRuleDescriptionsEgress", "by id or as permissions", a.UpdateSecurityGroupRuleDescriptionsEgress),
		awsapi.Works("UpdateSecurityGroupRuleDescriptionsIngress", "by id or as permissions", a.UpdateSecurityGroupRuleDescriptionsIngress),
	}
}

func (a *API) prefixListOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("CreateManagedPrefixList", "complete at once; rules of security groups act on IPv4 entries, those of IPv6 are kept", dryRunFirst(a.CreateManagedPrefixList)),
		awsapi.Works("DeleteManagedPrefixList", "fails while a rule names it", dryRunFirst(a.DeleteManagedPrefixList)),
		awsapi.Partial("DescribeManagedPrefixLists", "one's own, and those of AWS for gateway endpoints, without ranges", dryRun(a.DescribeManagedPrefixLists)),
		awsapi.Partial("DescribePrefixLists", "those of AWS for gateway endpoints, without ranges; all at once", dryRun(a.DescribePrefixLists)),
		awsapi.Works("GetManagedPrefixListAssociations", "security groups", dryRun(a.GetManagedPrefixListAssociations)),
		awsapi.Partial("GetManagedPrefixListEntries", "of the current version", dryRun(a.GetManagedPrefixListEntries)),
		awsapi.Partial("ModifyManagedPrefixList", "complete at once; without IPAM", dryRunFirst(a.ModifyManagedPrefixList)),
	}
}

func (a *API) instanceOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("DescribeImages", "the ECS-optimized ones of Linux and Bottlerocket, and plain Amazon Linux: one release of each", dryRun(a.DescribeImages)),
		awsapi.Partial("DescribeInstanceAttribute", "without what volumes, kernels and enclaves would have", dryRun(a.DescribeInstanceAttribute)),
		awsapi.Partial("DescribeInstanceStatus", "what runs is well at once; no events", dryRun(a.DescribeInstanceStatus)),
		awsapi.Partial("DescribeInstanceTypes", "those that ECS users were seen to use, and those of --capacity; of the hardware what placement goes by, and what AWS documents in tables", dryRun(a.DescribeInstanceTypes)),
		awsapi.Partial("DescribeInstances", "without volumes; public addresses lead nowhere", dryRun(a.DescribeInstances)),
		awsapi.Works("RebootInstances", "tasks end as when their containers exit; the agent comes back", a.RebootInstances),
		awsapi.Partial("RunInstances", "user data is not run, but read for what it tells the container agent; other images than ECS-optimized ones are taken to exist; "+
			"while the engine is away, the answer has no address; Spot, IPv6, several network interfaces, placement groups, hosts, hibernation and enclaves are refused; "+
			"block devices, key, credits, CPU options and tags of volumes are without effect", a.RunInstances),
		awsapi.Partial("StartInstances", "the container instance is back", a.StartInstances),
		awsapi.Partial("StopInstances", "without hibernation", a.StopInstances),
		awsapi.Works("TerminateInstances", "shown for an hour", a.TerminateInstances),
	}
}

func (a *API) launchTemplateOperations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Works("CreateLaunchTemplate", "the data answered as given", a.CreateLaunchTemplate),
		awsapi.Works("CreateLaunchTemplateVersion", "from nothing or another version", a.CreateLaunchTemplateVersion),
		awsapi.Works("DeleteLaunchTemplate", "with its versions", a.DeleteLaunchTemplate),
		awsapi.Works("DeleteLaunchTemplateVersions", "all but the default one", a.DeleteLaunchTemplateVersions),
		awsapi.Partial("DescribeLaunchTemplateVersions", "aliases of images are not resolved", dryRun(a.DescribeLaunchTemplateVersions)),
		awsapi.Works("DescribeLaunchTemplates", "by name, in pages", dryRun(a.DescribeLaunchTemplates)),
		awsapi.Works("ModifyLaunchTemplate", "the default version", a.ModifyLaunchTemplate),
	}
}

// dryRun lets a read with the flag DryRun, which all of EC2's inputs have, tell no more
// than that it would succeed. Source: EC2 API reference, DryRun.
func dryRun[I, O any](read func(context.Context, *I) (*O, error)) func(context.Context, *I) (*O, error) {
	return func(ctx context.Context, in *I) (*O, error) {
		out, err := read(ctx, in)
		if flag, _ := reflect.TypeAssert[*bool](reflect.ValueOf(in).Elem().FieldByName("DryRun")); err == nil && aws.ToBool(flag) {
			return nil, errDryRun
		}
		return out, err
	}
}

// dryRunFirst lets a write with the flag tell no more than that one may ask for it: for most
// of the network EC2 looks at the flag before it looks at what a request names (EC20010).
func dryRunFirst[I, O any](write func(context.Context, *I) (*O, error)) func(context.Context, *I) (*O, error) {
	return func(ctx context.Context, in *I) (*O, error) {
		if flag, _ := reflect.TypeAssert[*bool](reflect.ValueOf(in).Elem().FieldByName("DryRun")); aws.ToBool(flag) {
			return nil, errDryRun
		}
		return write(ctx, in)
	}
}

func scopeOf(ctx context.Context) arn.Scope { return awsapi.FromContext(ctx).Scope() }
