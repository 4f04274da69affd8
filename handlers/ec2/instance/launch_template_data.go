package instance

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// templateData makes what a version answers of what is asked for, laid over what it comes
// from, if that is not nil: each member as a whole. It checks what AWS checks before
// it is used in a launch.
func templateData(ctx context.Context, in *types.RequestLaunchTemplateData, source *types.ResponseLaunchTemplateData) (*types.ResponseLaunchTemplateData, error) {
	data := ec2.Convert[types.ResponseLaunchTemplateData](in)
	if data == nil {
		return nil, kit.Refuse("MissingParameter", "No launch template data was provided. Launch template data is required to create a launch template.")
	}
	if err := checkData(ctx, data); err != nil {
		return nil, err
	}
	if source == nil {
		return data, nil
	}
	own := *data
	merged := ec2.Merge(source, data)
	if own.MetadataOptions != nil {
		merged.MetadataOptions = own.MetadataOptions
	}
	if own.TagSpecifications != nil {
		merged.TagSpecifications = own.TagSpecifications
	}
	return merged, nil
}

// checkData refuses what AWS refuses in a template already.
func checkData(ctx context.Context, data *types.ResponseLaunchTemplateData) error {
	if data.ImageId != nil {
		if err := ec2.CheckImageID(*data.ImageId); err != nil {
			return kit.Answered(err)
		}
	}
	if err := ec2.CheckUserData(aws.ToString(data.UserData)); err != nil {
		return kit.Answered(err)
	}
	if m := data.MetadataOptions; m != nil && m.HttpPutResponseHopLimit != nil {
		if limit := *m.HttpPutResponseHopLimit; limit < 1 || limit > 64 {
			return kit.Refuse("InvalidParameterValue", "A value of ‘%d’ is not valid for http-put-response-hop-limit. Specify a value between 1 and 64, and try again.", limit)
		}
	}
	if b := data.InstanceInitiatedShutdownBehavior; b != "" && !slices.Contains(b.Values(), b) { // the text is the emulator's
		return kit.Refuse("InvalidParameterValue", "Value (%s) for parameter instanceInitiatedShutdownBehavior is invalid.", b)
	}
	for _, s := range data.TagSpecifications {
		if err := kit.CheckTags(ctx, s.Tags); err != nil {
			return err
		}
	}
	return nil
}

// warning is of what does not exist, and may exist before a launch uses it.
func warning(tx *store.Tx, data *types.ResponseLaunchTemplateData) *types.ValidationWarning {
	if data.InstanceType == "" || ec2.FindInstanceType(tx, string(data.InstanceType)) != nil {
		return nil
	}
	return &types.ValidationWarning{Errors: []types.ValidationError{{
		Code: aws.String("InvalidInstanceType"), Message: aws.String("The following supplied instance types do not exist: [" + string(data.InstanceType) + "]"),
	}}}
}
