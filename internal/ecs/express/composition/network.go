package composition

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	acmtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/gateway/managedresource"
)

func makeBalancerGroup(v *View) managedresource.Call {
	return makeGroup(v, "Security group of the load balancer of Amazon ECS Express Mode services")
}

func makeServiceGroup(v *View) managedresource.Call {
	return makeGroup(v, "Security group of Amazon ECS Express Mode service "+v.Service.Name)
}

func groupName(v *View) string {
	if express.IsSet(v.Key) {
		return "ecs-express-gateway-alb-" + v.eight()
	}
	return "ecs-express-gateway-service-" + v.eight()
}

func makeGroup(v *View, description string) managedresource.Call {
	return managedresource.MakeSecurityGroup(groupName(v), description, v.Service.Network.VPC, networkTags(v))
}

func networkTags(v *View) []types.Tag {
	return tagged(v, func(key, value *string) types.Tag { return types.Tag{Key: key, Value: value} })
}

func lookGroup(v *View, r *express.Resource) managedresource.Call {
	return managedresource.LookSecurityGroup(groupName(v), r)
}

func removeGroup(_ *View, r *express.Resource) managedresource.Call {
	return managedresource.RemoveSecurityGroup(r)
}

// openBalancer lets everything reach the load balancer, or its VPC if that is private.
func openBalancer(v *View) managedresource.Call {
	from := types.IpPermission{IpRanges: []types.IpRange{{CidrIp: aws.String("0.0.0.0/0")}}}
	if !v.Service.Network.Public {
		from.IpRanges[0].CidrIp = aws.String(v.Service.Network.CIDR)
	}
	return managedresource.OpenPort(v.ID(express.BalancerGroup), from, managedresource.HTTPSPort, networkTags(v))
}

// openService lets the load balancer reach the container, and nothing else.
func openService(v *View) managedresource.Call {
	from := types.IpPermission{UserIdGroupPairs: []types.UserIdGroupPair{{GroupId: aws.String(v.ID(express.BalancerGroup))}}}
	return managedresource.OpenPort(v.ID(express.SecurityGroup), from, v.Service.Asked.ContainerPort, networkTags(v))
}

func requestCertificate(v *View) managedresource.Call {
	name, token := "*."+managedresource.Domain(v.Scope), "set"+v.eight()
	if !express.IsSet(v.Key) {
		name, token = Host(v.Service), v.Service.Token
	}
	return managedresource.RequestCertificate(name, token, tagged(v, func(key, value *string) acmtypes.Tag { return acmtypes.Tag{Key: key, Value: value} }))
}

func lookCertificate(v *View, r *express.Resource) managedresource.Call {
	return managedresource.LookCertificate(r, func() managedresource.Call { return requestCertificate(v) })
}

func removeCertificate(_ *View, r *express.Resource) managedresource.Call {
	return managedresource.RemoveCertificate(r)
}
