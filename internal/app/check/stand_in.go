package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/service"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect/endpoint"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// scope is where requests are made.
var scope = arn.Scope{Region: "us-east-1", Account: awsapi.DefaultAccount}

// aNamespace is the cluster's where a service names none.
const aNamespace = "check"

// What requests refer to that is not theirs to choose.
const (
	aSubnet      = "subnet-0ec5e3a1a70000001"
	aRole        = "arn:aws:iam::000000000000:role/check"
	aFamily      = "check"
	aTargetGroup = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/check/1"

	anotherTargetGroup = "arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/check/2"

	aRule = "arn:aws:elasticloadbalancing:us-east-1:000000000000:listener-rule/app/check/1/2/3"
)

// volumesFor configures those that a definition leaves open.
func volumesFor(def *sdk.RegisterTaskDefinitionInput) (open []types.ServiceVolumeConfiguration) {
	for _, v := range def.Volumes {
		if aws.ToBool(v.ConfiguredAtLaunch) {
			open = append(open, types.ServiceVolumeConfiguration{
				Name: v.Name, ManagedEBSVolume: &types.ServiceManagedEBSVolumeConfiguration{RoleArn: aws.String(aRole), SizeInGiB: aws.Int32(10)},
			})
		}
	}
	return open
}

// balancerFor leads to a container of a definition, nil if no container has a port with one mapping.
func balancerFor(def *sdk.RegisterTaskDefinitionInput) *types.LoadBalancer {
	for _, c := range def.ContainerDefinitions {
		mappings := map[int32]int{0: 1} // a range has no port
		for _, p := range c.PortMappings {
			mappings[aws.ToInt32(p.ContainerPort)]++
		}
		for _, p := range c.PortMappings {
			if mappings[aws.ToInt32(p.ContainerPort)] == 1 {
				return &types.LoadBalancer{
					TargetGroupArn: aws.String(aTargetGroup), ContainerName: c.Name, ContainerPort: p.ContainerPort,
					AdvancedConfiguration: &types.AdvancedConfiguration{
						AlternateTargetGroupArn: aws.String(anotherTargetGroup), ProductionListenerRule: aws.String(aRule), RoleArn: aws.String(aRole),
					},
				}
			}
		}
	}
	return nil
}

// resourceIn is a resource that a request names, on its way into the store.
type resourceIn struct {
	tx         *store.Tx
	in         *state.Cluster // which may have it as a default
	number     int
	id         string
	targetType elb.TargetTypeEnum
}

// resourceWriters put resources into the store, by type. Roles are not looked for.
var resourceWriters = map[string]func(resourceIn){
	service.TargetGroup: resourceIn.targetGroup,
	service.Registry: func(s resourceIn) { // without records it takes what any of them needs
		servicediscovery.PutService(s.tx, &servicediscovery.Service{ARN: s.id})
	},
	service.Namespace: resourceIn.namespace,
	service.Gateway:   resourceIn.gateways,
	service.Alarm:     func(s resourceIn) { cloudwatch.Alarms.Put(s.tx, &cloudwatch.Alarm{Scope: scope, Name: s.id}) },
}

func (s resourceIn) targetGroup() {
	balancer := fmt.Sprintf("%sloadbalancer/app/check/%d", strings.Replace(scope.Prefix(), ":ecs:", ":elasticloadbalancing:", 1), s.number)
	elbv2.PutTargetGroup(s.tx, &elbv2.TargetGroup{Scope: scope, ARN: s.id, Name: s.id, Type: s.targetType, Protocol: elb.ProtocolEnumHttp})
	elbv2.PutListener(s.tx, &elbv2.Listener{
		Scope: scope, ARN: elbv2.NewListenerARN(balancer), LoadBalancer: balancer,
		Actions: []elb.Action{{Type: elb.ActionTypeEnumForward, TargetGroupArn: &s.id}},
	})
}

// gateways makes a gateway of each access type, which the cluster is associated with.
func (s resourceIn) gateways() {
	subnets, _ := ec2network.DefaultNetwork(scope)
	for _, scheme := range types.GatewayElbScheme("").Values() {
		g := &gateway.Gateway{
			Scope: scope, Name: string(scheme), ARN: gateway.ARN(scope, string(scheme)), Token: arn.NewID(), Role: aRole, VPC: subnets[0].VPC,
			Asked: gateway.Configuration{Scheme: scheme, MaxBalancers: 1},
		}
		for _, subnet := range subnets {
			g.Asked.Subnets = append(g.Asked.Subnets, subnet.ID)
		}
		gateway.Put(s.tx, g)
		gateway.PutAssociation(s.tx, &gateway.Association{GatewayARN: g.ARN, ClusterARN: s.in.ARN})
	}
}

// namespace makes a namespace, and the cluster's default one where that is meant.
func (s resourceIn) namespace() {
	n := endpoint.MakeNamespace(s.tx, scope, s.id, time.Now())
	if s.id == aNamespace {
		s.in.ServiceConnectDefaults = &types.ClusterServiceConnectDefaults{Namespace: &n.ARN}
	}
}

// allOf are the resources of both, in order and each once. A namespace without a name is the cluster's.
func allOf(some, more []service.Resource) []service.Resource {
	all := slices.Concat(some, more)
	for i := range all {
		if all[i].Type == service.Namespace {
			all[i].ID = cmp.Or(all[i].ID, aNamespace)
		}
	}
	all = slices.DeleteFunc(all, func(r service.Resource) bool { return r.ID == "" })
	sorting.By(all, func(a, b service.Resource) int { return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.ID, b.ID)) })
	return slices.Compact(all)
}
