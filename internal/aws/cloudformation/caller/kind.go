package caller

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

// thing is what a parameter may name.
type thing struct {
	id         string
	attributes map[string]string // of Fn::ValueOf
}

// kind is how what parameters of a type name is found.
type kind struct {
	// list is the one with an id, or all without one.
	list func(e *environment, id string) ([]thing, error)
	// more has attributes that need another call. Nil: there are none.
	more func(e *environment, id, attribute string) (values []string, has bool, err error)
}

// kinds are by types of parameters. EBS volumes, hosted zones and key pairs are not here.
var kinds = map[string]kind{
	"AWS::EC2::AvailabilityZone::Name":   {list: (*environment).zonesNamed},
	"AWS::EC2::Image::Id":                {list: (*environment).images},
	"AWS::EC2::Instance::Id":             {list: (*environment).instances},
	"AWS::EC2::SecurityGroup::GroupName": {list: (*environment).groupsNamed},
	"AWS::EC2::SecurityGroup::Id":        {list: (*environment).groups},
	"AWS::EC2::Subnet::Id":               {list: (*environment).subnets},
	"AWS::EC2::VPC::Id":                  {list: (*environment).vpcs, more: (*environment).ofVPC},
}

// tagAttribute begins attributes that are tags: Tags.team.
const tagAttribute = "Tags."

func isTag(attribute string) bool { return strings.HasPrefix(attribute, tagAttribute) }

// described is a thing with tags and other attributes.
func described(id *string, tags []types.Tag, attributes map[string]*string) thing {
	t := thing{aws.ToString(id), map[string]string{}}
	for name, value := range attributes {
		t.attributes[name] = aws.ToString(value)
	}
	for _, tag := range tags {
		t.attributes[tagAttribute+aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return t
}

// named are the ids to ask for: none for all.
func named(id string) []string {
	if id == "" {
		return nil
	}
	return []string{id}
}

// ask calls a read of EC2 in a region.
func (e *environment) ask(region, operation string, in, out any) error {
	actor := e.actor
	actor.Scope.Region = region
	return e.do(e.ctx, actor, apiclient.Of("ec2", operation), in, out)
}

func (e *environment) read(operation string, in, out any) error {
	return e.ask(e.actor.Scope.Region, operation, in, out)
}

func (e *environment) zonesNamed(id string) (list []thing, err error) {
	var out ec2.DescribeAvailabilityZonesOutput
	err = e.read("DescribeAvailabilityZones", &ec2.DescribeAvailabilityZonesInput{ZoneNames: named(id)}, &out)
	for _, z := range out.AvailabilityZones {
		list = append(list, thing{id: aws.ToString(z.ZoneName)})
	}
	return list, err
}

func (e *environment) images(id string) (list []thing, err error) {
	var out ec2.DescribeImagesOutput
	err = e.read("DescribeImages", &ec2.DescribeImagesInput{ImageIds: named(id)}, &out)
	for _, i := range out.Images {
		list = append(list, thing{id: aws.ToString(i.ImageId)})
	}
	return list, err
}

func (e *environment) instances(id string) (list []thing, err error) {
	var out ec2.DescribeInstancesOutput
	err = e.read("DescribeInstances", &ec2.DescribeInstancesInput{InstanceIds: named(id)}, &out)
	for _, r := range out.Reservations {
		for _, i := range r.Instances {
			list = append(list, thing{id: aws.ToString(i.InstanceId)})
		}
	}
	return list, err
}

func (e *environment) groups(id string) ([]thing, error) {
	found, err := e.described(&ec2.DescribeSecurityGroupsInput{GroupIds: named(id)})
	return things(found, func(g types.SecurityGroup) *string { return g.GroupId }), err
}

// groupsNamed are the groups in the default VPC, as EC2 finds groups by their names. Source: EC2 API reference, DescribeSecurityGroups.
func (e *environment) groupsNamed(name string) ([]thing, error) {
	found, err := e.described(&ec2.DescribeSecurityGroupsInput{GroupNames: named(name)})
	return things(found, func(g types.SecurityGroup) *string { return g.GroupName }), err
}

func (e *environment) described(in *ec2.DescribeSecurityGroupsInput) ([]types.SecurityGroup, error) {
	var out ec2.DescribeSecurityGroupsOutput
	err := e.read("DescribeSecurityGroups", in, &out)
	return out.SecurityGroups, err
}

func things(groups []types.SecurityGroup, id func(types.SecurityGroup) *string) (list []thing) {
	for _, g := range groups {
		list = append(list, described(id(g), g.Tags, nil))
	}
	return list
}

func (e *environment) subnets(id string) (list []thing, err error) {
	var out ec2.DescribeSubnetsOutput
	err = e.read("DescribeSubnets", &ec2.DescribeSubnetsInput{SubnetIds: named(id)}, &out)
	for _, s := range out.Subnets {
		list = append(list, described(s.SubnetId, s.Tags, map[string]*string{"AvailabilityZone": s.AvailabilityZone, "VpcId": s.VpcId}))
	}
	return list, err
}

func (e *environment) vpcs(id string) (list []thing, err error) {
	var out ec2.DescribeVpcsOutput
	err = e.read("DescribeVpcs", &ec2.DescribeVpcsInput{VpcIds: named(id)}, &out)
	for _, v := range out.Vpcs {
		list = append(list, described(v.VpcId, v.Tags, nil))
	}
	return list, err
}

// ofVPC are the defaults that come with a VPC.
func (e *environment) ofVPC(id, attribute string) (values []string, has bool, err error) {
	where := types.Filter{Name: aws.String("vpc-id"), Values: []string{id}}
	switch attribute {
	case "DefaultSecurityGroup":
		found, err := e.described(&ec2.DescribeSecurityGroupsInput{Filters: []types.Filter{where, filter("group-name", "default")}})
		for _, g := range found {
			values = append(values, aws.ToString(g.GroupId))
		}
		return values, true, err
	case "DefaultNetworkAcl":
		var out ec2.DescribeNetworkAclsOutput
		err := e.read("DescribeNetworkAcls", &ec2.DescribeNetworkAclsInput{Filters: []types.Filter{where, filter("default", "true")}}, &out)
		for _, n := range out.NetworkAcls {
			values = append(values, aws.ToString(n.NetworkAclId))
		}
		return values, true, err
	}
	return nil, false, nil
}

func filter(name, value string) types.Filter {
	return types.Filter{Name: &name, Values: []string{value}}
}

// Zones are the zones with a default subnet; where a region has none of these, all its zones.
// Source: user guide, Fn::GetAZs.
func (e *environment) Zones(region string) ([]string, error) {
	var subnets ec2.DescribeSubnetsOutput
	in := &ec2.DescribeSubnetsInput{Filters: []types.Filter{filter("default-for-az", "true")}}
	if err := e.ask(region, "DescribeSubnets", in, &subnets); err != nil {
		return nil, err
	}
	var zones []string
	for _, s := range subnets.Subnets {
		zones = append(zones, aws.ToString(s.AvailabilityZone))
	}
	if zones == nil {
		var all ec2.DescribeAvailabilityZonesOutput
		if err := e.ask(region, "DescribeAvailabilityZones", &ec2.DescribeAvailabilityZonesInput{}, &all); err != nil {
			return nil, err
		}
		for _, z := range all.AvailabilityZones {
			zones = append(zones, aws.ToString(z.ZoneName))
		}
	}
	slices.Sort(zones)
	return slices.Compact(zones), nil
}
