package composition

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm"
	acmtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm/types"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
)

func ec2(name string) apiclient.Operation { return apiclient.Of("ec2", name) }

// httpsPort is where endpoints answer. Source: services.md I.2.
const httpsPort = 443

func makeBalancerGroup(v *View) call {
	return makeGroup(v, "Security group of the load balancer of Amazon ECS Express Mode services")
}

func makeServiceGroup(v *View) call {
	return makeGroup(v, "Security group of Amazon ECS Express Mode service "+v.Service.Name)
}

func groupName(v *View) string {
	if express.IsSet(v.Owner) {
		return "ecs-express-gateway-alb-" + v.eight()
	}
	return "ecs-express-gateway-service-" + v.eight()
}

// mostOfDescription is how long the description of a security group is. Source: EC2 API reference, CreateSecurityGroup.
const mostOfDescription = 255

func makeGroup(v *View, description string) call {
	description = description[:min(len(description), mostOfDescription)]
	in := &sdk.CreateSecurityGroupInput{
		GroupName: aws.String(groupName(v)), Description: &description, VpcId: &v.Service.Network.VPC,
		TagSpecifications: tagsOf(v, types.ResourceTypeSecurityGroup),
	}
	return ask(ec2("CreateSecurityGroup"), in, func(out *sdk.CreateSecurityGroupOutput) (string, bool) {
		return aws.ToString(out.GroupId), true
	})
}

func tagsOf(v *View, kind types.ResourceType) []types.TagSpecification {
	return []types.TagSpecification{{ResourceType: kind, Tags: tagged(v, func(key, value *string) types.Tag { return types.Tag{Key: key, Value: value} })}}
}

// lookGroup finds a group by its ID or by its name, which has digits of its owner.
func lookGroup(v *View, r *express.Resource) call {
	in := &sdk.DescribeSecurityGroupsInput{Filters: []types.Filter{{Name: aws.String("group-name"), Values: []string{groupName(v)}}}}
	if r.ID != "" {
		in = &sdk.DescribeSecurityGroupsInput{GroupIds: []string{r.ID}}
	}
	return ask(ec2("DescribeSecurityGroups"), in, func(out *sdk.DescribeSecurityGroupsOutput) (string, bool) {
		for _, g := range out.SecurityGroups {
			return aws.ToString(g.GroupId), true
		}
		return "", false
	})
}

func removeGroup(_ *View, r *express.Resource) call {
	return tell(ec2("DeleteSecurityGroup"), &sdk.DeleteSecurityGroupInput{GroupId: &r.ID}, r.ID)
}

// openBalancer lets everything reach the load balancer, or its VPC if that is private.
func openBalancer(v *View) call {
	from := types.IpPermission{IpRanges: []types.IpRange{{CidrIp: aws.String("0.0.0.0/0")}}}
	if !v.Service.Network.Public {
		from.IpRanges[0].CidrIp = aws.String(v.Service.Network.CIDR)
	}
	return open(v, v.id(express.BalancerGroup), from, httpsPort)
}

// openService lets the load balancer reach the container, and nothing else.
func openService(v *View) call {
	from := types.IpPermission{UserIdGroupPairs: []types.UserIdGroupPair{{GroupId: aws.String(v.id(express.BalancerGroup))}}}
	return open(v, v.id(express.SecurityGroup), from, v.Service.Asked.ContainerPort)
}

func open(v *View, group string, from types.IpPermission, port int32) call {
	from.IpProtocol, from.FromPort, from.ToPort = aws.String("tcp"), &port, &port
	in := &sdk.AuthorizeSecurityGroupIngressInput{
		GroupId: &group, IpPermissions: []types.IpPermission{from}, TagSpecifications: tagsOf(v, types.ResourceTypeSecurityGroupRule),
	}
	return tell(ec2("AuthorizeSecurityGroupIngress"), in, group)
}

// requestCertificate may be called again: its token says so.
func requestCertificate(v *View) call {
	name, token := "*."+domain(v.Scope), "set"+v.eight()
	if !express.IsSet(v.Owner) {
		name, token = Host(v.Service), v.Service.Token
	}
	in := &acm.RequestCertificateInput{
		DomainName: &name, IdempotencyToken: &token, ValidationMethod: acmtypes.ValidationMethodDns,
		Tags: tagged(v, func(key, value *string) acmtypes.Tag { return acmtypes.Tag{Key: key, Value: value} }),
	}
	return ask(apiclient.Of("acm", "RequestCertificate"), in, func(out *acm.RequestCertificateOutput) (string, bool) {
		return aws.ToString(out.CertificateArn), false
	})
}

func lookCertificate(v *View, r *express.Resource) call {
	if r.ID == "" {
		return requestCertificate(v)
	}
	in := &acm.DescribeCertificateInput{CertificateArn: &r.ID}
	return ask(apiclient.Of("acm", "DescribeCertificate"), in, func(out *acm.DescribeCertificateOutput) (string, bool) {
		if out.Certificate == nil {
			return "", false
		}
		return aws.ToString(out.Certificate.CertificateArn), out.Certificate.Status == acmtypes.CertificateStatusIssued
	})
}

func removeCertificate(_ *View, r *express.Resource) call {
	return tell(apiclient.Of("acm", "DeleteCertificate"), &acm.DeleteCertificateInput{CertificateArn: &r.ID}, r.ID)
}
