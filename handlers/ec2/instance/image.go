package instance

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
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
	found, next, err := images.Of(rows, kit.Ask(in.Filters, in.ImageIds, in.MaxResults, in.NextToken))
	return &sdk.DescribeImagesOutput{Images: found, NextToken: next}, err
}

// noImage is the error that there is no image of an id. Source: field reports.
func noImage(id string) error {
	return kit.Refuse("InvalidAMIID.NotFound", "The image id '[%s]' does not exist", id)
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

var images = kit.Listing[types.Image]{
	ID: "image-id", Least: 1, Missing: noImage,
	Values: kit.Values[types.Image](kit.Filters{
		Named: []string{
			"image-id", "name", "description", "architecture", "state", "owner-id", "image-type", "hypervisor", "virtualization-type",
			"root-device-name", "root-device-type", "ena-support", "creation-date", "block-device-mapping.device-name",
		},
		Members: map[string]string{
			"block-device-mapping.delete-on-termination": "=true",
			"block-device-mapping.encrypted":             "=false",
			"block-device-mapping.volume-size":           "BlockDeviceMappings.Ebs.VolumeSize",
			"block-device-mapping.volume-type":           "BlockDeviceMappings.Ebs.VolumeType",
			"is-public":                                  "Public",
			"manifest-location":                          "ImageLocation",
			"owner-alias":                                "ImageOwnerAlias",
		},
		Unused: []string{
			"platform", "product-code", "product-code.type", "kernel-id", "ramdisk-id", "state-reason-code", "state-reason-message",
			"block-device-mapping.snapshot-id", "source-instance-id", "image-allowed",
		},
	}),
}
