package instance

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// DescribeImages answers the ECS-optimized images, and those of plain Amazon Linux.
func (a *API) DescribeImages(ctx context.Context, in *sdk.DescribeImagesInput) (*sdk.DescribeImagesOutput, error) {
	for _, id := range in.ImageIds {
		if err := ec2.CheckImageID(id); err != nil || ec2.ImageParameter(id) != "" {
			return nil, kit.Answered(ec2.MalformedImageID(id))
		}
	}
	var rows []types.Image
	region := kit.Scope(ctx).Region
	for _, i := range append(ec2.Images(region), ec2.AmazonLinux(region)...) {
		if isOwner(i, in.Owners) {
			rows = append(rows, describeImage(i))
		}
	}
	found, err := kit.Describe(rows, in.Filters, in.ImageIds, "image-id", imageValues, func(id string) error { // Source: field reports
		return kit.Refuse("InvalidAMIID.NotFound", "The image id '[%s]' does not exist", id)
	})
	if err != nil {
		return nil, err
	}
	sorting.By(found, func(a, b types.Image) int { return byID(*a.ImageId, *b.ImageId) })
	found, next, err := kit.Page(found, func(i types.Image) string { return *i.ImageId }, in.MaxResults, in.NextToken, 1, 1000)
	return &sdk.DescribeImagesOutput{Images: found, NextToken: next}, err
}

func byID(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}

func isOwner(i *ec2.Image, owners []string) bool {
	return len(owners) == 0 || slices.Contains(owners, "amazon") || slices.Contains(owners, i.OwnerID)
}

func describeImage(i *ec2.Image) types.Image {
	return types.Image{
		ImageId: &i.ID, Name: &i.Name, Description: &i.Description, ImageLocation: aws.String("amazon/" + i.Name), OwnerId: &i.OwnerID,
		ImageOwnerAlias: aws.String("amazon"), Architecture: types.ArchitectureValues(i.Architecture), State: types.ImageStateAvailable,
		ImageType: types.ImageTypeValuesMachine, Public: aws.Bool(true), Hypervisor: types.HypervisorTypeXen, VirtualizationType: types.VirtualizationTypeHvm,
		RootDeviceName: aws.String("/dev/xvda"), RootDeviceType: types.DeviceTypeEbs, EnaSupport: aws.Bool(true), SriovNetSupport: aws.String("simple"),
		PlatformDetails: aws.String("Linux/UNIX"), UsageOperation: aws.String("RunInstances"), CreationDate: aws.String(ec2.ImagesMade.Format("2006-01-02T15:04:05.000Z")),
		DeprecationTime: aws.String(ec2.ImagesMade.Add(2 * 365 * 24 * time.Hour).Format("2006-01-02T15:04:05.000Z")),
		BlockDeviceMappings: []types.BlockDeviceMapping{{
			DeviceName: aws.String("/dev/xvda"),
			Ebs:        &types.EbsBlockDevice{DeleteOnTermination: aws.Bool(true), VolumeSize: aws.Int32(int32(i.VolumeGiB)), VolumeType: types.VolumeTypeGp3, Encrypted: aws.Bool(false)},
		}},
	}
}

func imageValues(i *types.Image, filter string) ([]string, bool) {
	switch filter {
	case "image-id":
		return kit.One(i.ImageId)
	case "name":
		return kit.One(i.Name)
	case "description":
		return kit.One(i.Description)
	case "architecture":
		return kit.OneOf(i.Architecture)
	case "state":
		return kit.OneOf(i.State)
	case "owner-id":
		return kit.One(i.OwnerId)
	case "owner-alias":
		return kit.One(i.ImageOwnerAlias)
	case "image-type":
		return kit.OneOf(i.ImageType)
	case "is-public":
		return kit.OneBool(i.Public)
	case "hypervisor":
		return kit.OneOf(i.Hypervisor)
	case "virtualization-type":
		return kit.OneOf(i.VirtualizationType)
	case "root-device-name":
		return kit.One(i.RootDeviceName)
	case "root-device-type":
		return kit.OneOf(i.RootDeviceType)
	case "ena-support":
		return kit.OneBool(i.EnaSupport)
	case "creation-date":
		return kit.One(i.CreationDate)
	case "manifest-location":
		return kit.One(i.ImageLocation)
	case "block-device-mapping.volume-size":
		return kit.Each(i.BlockDeviceMappings, func(m *types.BlockDeviceMapping) string { return strconv.Itoa(int(*m.Ebs.VolumeSize)) })
	case "block-device-mapping.volume-type":
		return kit.OneOf(types.VolumeTypeGp3)
	case "block-device-mapping.delete-on-termination":
		return kit.OneOf("true")
	case "block-device-mapping.encrypted":
		return kit.OneOf("false")
	case "block-device-mapping.device-name":
		return kit.One(i.RootDeviceName)
	case "platform", "product-code", "product-code.type", "kernel-id", "ramdisk-id", "state-reason-code", "state-reason-message",
		"block-device-mapping.snapshot-id", "source-instance-id", "image-allowed":
		return nil, true
	}
	return kit.TagValues(i.Tags, filter)
}
