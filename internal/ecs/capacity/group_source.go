package capacity

import (
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// autoScaling is who asks for the instances of groups. Source: recorded answers have one
// number in all accounts of a region.
const autoScaling = "940372691376"

// launchSpec is what a group launches from now, and where that comes from. Its
// error is why EC2 would refuse.
func launchSpec(tx *store.Tx, g *autoscaling.Group, start Start) (ec2.Spec, *astypes.LaunchTemplateSpecification, error) {
	tags := map[string]string{}
	for _, t := range g.Tags {
		if t.Propagate {
			tags[t.Key] = t.Value
		}
	}
	data, template, err := launchData(tx, g)
	if err != nil {
		return ec2.Spec{}, nil, err
	}
	placeIn(data, start.Subnet.ID)
	spec, err := ec2.SpecFrom(tx, g.Scope, data)
	if err != nil {
		return ec2.Spec{}, nil, err
	}
	if start.Spot {
		spec.Spot = &ec2.Spot{MaxPrice: aws.ToString(g.Source.Mixed.InstancesDistribution.SpotMaxPrice)}
	}
	maps.Copy(spec.Tags, tags) // the group's win; Source: EC2 Auto Scaling user guide, tags
	spec.Tags["aws:autoscaling:groupName"] = g.Name
	if template != nil {
		spec.Tags["aws:ec2launchtemplate:id"] = *template.LaunchTemplateId
		spec.Tags["aws:ec2launchtemplate:version"] = *template.Version
	}
	spec.Group, spec.RequesterID = g.Name, autoScaling
	return spec, template, nil
}

// launchData is what the source of a group says; of a launch template in the version that
// it has now. Subnet and zone are the group's to say.
func launchData(tx *store.Tx, g *autoscaling.Group) (*types.ResponseLaunchTemplateData, *astypes.LaunchTemplateSpecification, error) {
	if name := g.Source.LaunchConfiguration; name != "" {
		c := autoscaling.LaunchConfigurations.Find(tx, g.Scope, name)
		if c == nil {
			return nil, nil, &ec2.Error{Code: "ValidationError", Message: "Launch configuration " + name + " not found"}
		}
		return configurationData(tx, c), nil, nil
	}
	named := g.Source.Template()
	found := ec2.FindLaunchTemplate(tx, g.Scope, *named.LaunchTemplateId)
	if found == nil {
		return nil, nil, &ec2.Error{Code: "InvalidLaunchTemplateId.NotFound",
			Message: "The specified launch template, with template ID " + *named.LaunchTemplateId + ", does not exist."}
	}
	version := ec2.Version(tx, found, *named.Version)
	if version == nil {
		return nil, nil, &ec2.Error{Code: "InvalidLaunchTemplateId.VersionNotFound",
			Message: "Could not find the specified version " + *named.Version + " for the launch template with ID " + found.ID + "."}
	}
	data := *version.Data
	data.Placement = nil
	if m := g.Source.Mixed; m != nil && len(m.LaunchTemplate.Overrides) > 0 {
		data.InstanceType = types.InstanceType(*m.LaunchTemplate.Overrides[0].InstanceType)
	}
	return &data, &astypes.LaunchTemplateSpecification{
		LaunchTemplateId: &found.ID, LaunchTemplateName: &found.Name, Version: aws.String(strconv.FormatInt(version.Number, 10)),
	}, nil
}

// placeIn names the subnet in launch template data, so that EC2 finds its security groups in
// the VPC of that subnet.
func placeIn(data *types.ResponseLaunchTemplateData, subnetID string) {
	first := types.LaunchTemplateInstanceNetworkInterfaceSpecification{}
	if len(data.NetworkInterfaces) > 0 {
		first = data.NetworkInterfaces[0]
	}
	first.SubnetId = &subnetID
	data.NetworkInterfaces = []types.LaunchTemplateInstanceNetworkInterfaceSpecification{first} // the others are not launched
}

// configurationData is a launch configuration as launch template data.
func configurationData(tx *store.Tx, c *autoscaling.LaunchConfiguration) *types.ResponseLaunchTemplateData {
	s := c.Settings
	data := &types.ResponseLaunchTemplateData{
		ImageId: s.ImageId, InstanceType: types.InstanceType(*s.InstanceType), UserData: s.UserData, KeyName: s.KeyName, EbsOptimized: s.EbsOptimized,
		Monitoring:      &types.LaunchTemplatesMonitoring{Enabled: s.InstanceMonitoring.Enabled},
		MetadataOptions: ec2.Convert[types.LaunchTemplateInstanceMetadataOptions](s.MetadataOptions),
	}
	if s.SpotPrice != nil {
		data.InstanceMarketOptions = &types.LaunchTemplateInstanceMarketOptions{
			MarketType: types.MarketTypeSpot, SpotOptions: &types.LaunchTemplateSpotMarketOptions{MaxPrice: s.SpotPrice},
		}
	}
	if p := aws.ToString(s.IamInstanceProfile); strings.HasPrefix(p, "arn:") {
		data.IamInstanceProfile = &types.LaunchTemplateIamInstanceProfileSpecification{Arn: &p}
	} else if p != "" {
		data.IamInstanceProfile = &types.LaunchTemplateIamInstanceProfileSpecification{Name: &p}
	}
	if s.AssociatePublicIpAddress != nil {
		data.NetworkInterfaces = []types.LaunchTemplateInstanceNetworkInterfaceSpecification{{AssociatePublicIpAddress: s.AssociatePublicIpAddress}}
	}
	for _, group := range s.SecurityGroups {
		for _, known := range ec2network.SecurityGroups(tx, c.Scope) {
			if group == known.Name && known.VPC == ec2network.DefaultVPC {
				group = known.ID
			}
		}
		data.SecurityGroupIds = append(data.SecurityGroupIds, group)
	}
	return data
}

// ageOf is how old the source of a member is.
func ageOf(tx *store.Tx, g *autoscaling.Group, m *autoscaling.Member) Age {
	if m.LaunchTemplate == nil {
		created := time.Time{}
		if c := autoscaling.LaunchConfigurations.Find(tx, g.Scope, m.LaunchConfiguration); c != nil {
			created = *c.Settings.CreatedTime
		}
		return Age{fromConfiguration, created.UnixNano()}
	}
	number, _ := strconv.ParseInt(*m.LaunchTemplate.Version, 10, 64) // launchData wrote it
	if t := g.Source.Template(); t == nil || *t.LaunchTemplateId != *m.LaunchTemplate.LaunchTemplateId {
		return Age{fromOtherTemplate, number}
	}
	return Age{fromTemplate, number}
}
