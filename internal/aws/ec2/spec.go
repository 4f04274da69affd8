package ec2

import (
	"cmp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// SpecFrom makes what instances are launched from of launch template data, which may name
// a subnet; without one they are in the default subnet of the zone, or of the first one.
// Count, time and whose they are is the caller's to add.
func SpecFrom(tx *store.Tx, scope arn.Scope, data *types.ResponseLaunchTemplateData) (Spec, error) {
	spec := Spec{
		Scope: scope, KeyName: aws.ToString(data.KeyName), UserData: aws.ToString(data.UserData),
		EBSOptimized: aws.ToBool(data.EbsOptimized), Protected: aws.ToBool(data.DisableApiTermination),
		StopProtected: aws.ToBool(data.DisableApiStop), Shutdown: data.InstanceInitiatedShutdownBehavior,
		Metadata:    Convert[types.InstanceMetadataOptionsRequest](data.MetadataOptions),
		Tags:        TagsFor(types.ResourceTypeInstance, data.TagSpecifications),
		RequestTags: TagsFor(types.ResourceTypeSpotInstancesRequest, data.TagSpecifications),
	}
	if data.Monitoring != nil {
		spec.Monitoring = aws.ToBool(data.Monitoring.Enabled)
	}
	var err error
	if spec.Profile, err = instanceProfile(tx, scope, data.IamInstanceProfile); err != nil {
		return spec, err
	}
	if spec.Spot, err = spotOf(data.InstanceMarketOptions); err != nil {
		return spec, err
	}
	if err := machine(tx, &spec, data); err != nil {
		return spec, err
	}
	if err := place(tx, &spec, data); err != nil {
		return spec, err
	}
	return spec, CheckUserData(spec.UserData)
}

// TagsFor are the tags that are for one kind of resource.
func TagsFor(kind types.ResourceType, specifications []types.LaunchTemplateTagSpecification) map[string]string {
	tags := map[string]string{}
	for _, s := range specifications {
		if s.ResourceType == kind {
			for _, tag := range s.Tags {
				tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
			}
		}
	}
	return tags
}

// machine sets type and image. Images that are not ECS-optimized are taken to exist, for
// the architecture of any type. Source: field reports, for all texts.
func machine(tx *store.Tx, spec *Spec, data *types.ResponseLaunchTemplateData) error {
	spec.Image, spec.Type = aws.ToString(data.ImageId), string(data.InstanceType)
	if spec.Image == "" {
		return refuse("MissingParameter", "The request must contain the parameter ImageId")
	}
	if err := CheckImageID(spec.Image); err != nil {
		return err
	}
	if parameter := ImageParameter(spec.Image); parameter != "" {
		image := ImageByParameter(spec.Scope.Region, strings.TrimSuffix(parameter, ":1")) // each has one version
		if image == nil {
			return refuse("InvalidParameterValue", "Systems Manager parameter %s does not exist", parameter)
		}
		spec.Image = image.ID
	}
	if spec.Type == "" {
		spec.Type = "m1.small" // Source: EC2 API reference, RunInstances
	}
	t := FindInstanceType(tx, spec.Type)
	if t == nil {
		return refuse("InvalidParameterValue", "Invalid value '%s' for InstanceType.", spec.Type)
	}
	if image := FindImage(spec.Scope.Region, spec.Image); image != nil && image.Architecture != t.Architecture {
		return refuse("InvalidParameterValue", "The architecture '%s' of the specified instance type does not match the architecture '%s' of the specified AMI. "+
			"Specify an instance type and an AMI that have matching architectures, and try again. "+
			"You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.", t.Architecture, image.Architecture)
	}
	return nil
}

// place sets subnet and security groups: those of the first network interface, if there is
// one. Source of the refusal: recorded answers.
func place(tx *store.Tx, spec *Spec, data *types.ResponseLaunchTemplateData) error {
	spec.SecurityGroups = data.SecurityGroupIds
	subnetID := ""
	if len(data.NetworkInterfaces) > 0 {
		n := data.NetworkInterfaces[0]
		spec.PublicIP = n.AssociatePublicIpAddress
		subnetID = aws.ToString(n.SubnetId)
		if len(n.Groups) > 0 {
			spec.SecurityGroups = n.Groups
		}
	}
	zone := ""
	if data.Placement != nil {
		zone = zoneOf(spec.Scope, data.Placement)
	}
	if subnetID != "" {
		if spec.Subnet = ec2network.FindSubnet(tx, spec.Scope, subnetID); spec.Subnet == nil {
			return refuse("InvalidSubnetID.NotFound", "The subnet ID '%s' does not exist", subnetID)
		}
	}
	for _, s := range ec2network.DefaultSubnets(tx, spec.Scope) {
		if spec.Subnet == nil && (zone == "" || zone == s.Zone) {
			spec.Subnet = s
		}
	}
	if spec.Subnet == nil || zone != "" && spec.Subnet.Zone != zone {
		return refuse("InvalidParameterValue", "Invalid availability zone: [%s]", zone)
	}
	for _, id := range spec.SecurityGroups {
		g := ec2network.FindSecurityGroup(tx, spec.Scope, id)
		switch {
		case g == nil:
			return refuse("InvalidGroup.NotFound", "The security group '%s' does not exist", id)
		case g.VPC != spec.Subnet.VPC: // Source: field reports
			return refuse("InvalidParameter", "Security group %s and subnet %s belong to different networks.", id, spec.Subnet.ID)
		}
	}
	return nil
}

// zoneOf is the zone that a launch asks for by its name or its id, which stands for the name
// if there is no such zone; or empty.
func zoneOf(scope arn.Scope, p *types.LaunchTemplatePlacement) string {
	id := aws.ToString(p.AvailabilityZoneId)
	for _, zone := range ec2network.Zones(scope.Region) {
		if ec2network.ZoneID(zone) == id {
			return zone
		}
	}
	return cmp.Or(aws.ToString(p.AvailabilityZone), id)
}
