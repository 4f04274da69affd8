package managedresource

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm"
	acmtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm/types"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

func ec2(name string) apiclient.Operation { return apiclient.Of("ec2", name) }

// mostOfDescription is how long the description of a security group is. Source: EC2 API reference, CreateSecurityGroup.
const mostOfDescription = 255

// MakeSecurityGroup makes a security group whose name has digits of its owner.
func MakeSecurityGroup(name, description, vpc string, tags []types.Tag) Call {
	description = description[:min(len(description), mostOfDescription)]
	in := &sdk.CreateSecurityGroupInput{
		GroupName: &name, Description: &description, VpcId: &vpc, TagSpecifications: tagged(types.ResourceTypeSecurityGroup, tags),
	}
	return Ask(ec2("CreateSecurityGroup"), in, func(out *sdk.CreateSecurityGroupOutput) (string, bool) { return aws.ToString(out.GroupId), true })
}

func tagged(kind types.ResourceType, tags []types.Tag) []types.TagSpecification {
	return []types.TagSpecification{{ResourceType: kind, Tags: tags}}
}

// LookSecurityGroup finds a group by its ID or by its name.
func LookSecurityGroup(name string, r *Resource) Call {
	in := &sdk.DescribeSecurityGroupsInput{Filters: []types.Filter{{Name: aws.String("group-name"), Values: []string{name}}}}
	if r.ID != "" {
		in = &sdk.DescribeSecurityGroupsInput{GroupIds: []string{r.ID}}
	}
	return Ask(ec2("DescribeSecurityGroups"), in, func(out *sdk.DescribeSecurityGroupsOutput) (string, bool) {
		for _, g := range out.SecurityGroups {
			return aws.ToString(g.GroupId), true
		}
		return "", false
	})
}

func RemoveSecurityGroup(r *Resource) Call {
	return Tell(ec2("DeleteSecurityGroup"), &sdk.DeleteSecurityGroupInput{GroupId: &r.ID}, r.ID)
}

// OpenPort lets TCP reach a port of a group. The rule is known by the group.
func OpenPort(group string, from types.IpPermission, port int32, tags []types.Tag) Call {
	in := &sdk.AuthorizeSecurityGroupIngressInput{
		GroupId: &group, IpPermissions: permissions(from, port), TagSpecifications: tagged(types.ResourceTypeSecurityGroupRule, tags),
	}
	return Tell(ec2("AuthorizeSecurityGroupIngress"), in, group)
}

// ClosePort takes back what OpenPort has let.
func ClosePort(group string, from types.IpPermission, port int32) Call {
	in := &sdk.RevokeSecurityGroupIngressInput{GroupId: &group, IpPermissions: permissions(from, port)}
	return Tell(ec2("RevokeSecurityGroupIngress"), in, group)
}

func permissions(p types.IpPermission, port int32) []types.IpPermission {
	p.IpProtocol, p.FromPort, p.ToPort = aws.String("tcp"), &port, &port
	return []types.IpPermission{p}
}

// RequestCertificate may be called again: its token says so.
func RequestCertificate(name, token string, tags []acmtypes.Tag) Call {
	in := &acm.RequestCertificateInput{DomainName: &name, IdempotencyToken: &token, ValidationMethod: acmtypes.ValidationMethodDns, Tags: tags}
	return Ask(apiclient.Of("acm", "RequestCertificate"), in, func(out *acm.RequestCertificateOutput) (string, bool) {
		return aws.ToString(out.CertificateArn), false
	})
}

// LookCertificate waits until a certificate is issued. Without an ID it is requested again.
func LookCertificate(r *Resource, request func() Call) Call {
	if r.ID == "" {
		return request()
	}
	in := &acm.DescribeCertificateInput{CertificateArn: &r.ID}
	return Ask(apiclient.Of("acm", "DescribeCertificate"), in, func(out *acm.DescribeCertificateOutput) (string, bool) {
		if out.Certificate == nil {
			return "", false
		}
		return aws.ToString(out.Certificate.CertificateArn), out.Certificate.Status == acmtypes.CertificateStatusIssued
	})
}

func RemoveCertificate(r *Resource) Call {
	return Tell(apiclient.Of("acm", "DeleteCertificate"), &acm.DeleteCertificateInput{CertificateArn: &r.ID}, r.ID)
}
