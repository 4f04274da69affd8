package ssm

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/sdk/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/wire"
)

// Service is the Systems Manager API.
func (a *API) Service() awsapi.Service {
	const public = "of public parameters those of the ECS-optimized images of Linux and Bottlerocket, of Amazon Linux, and latest and stable of AWS for Fluent Bit; ids of images are the emulator's own"
	return awsapi.Service{
		Name: "ssm", ID: sdk.ServiceID, Title: "AWS Systems Manager", Model: model,
		Protocol: awsapi.JSON{TargetPrefix: "AmazonSSM", Codec: wire.AsIs},
		Operations: []awsapi.Operation{
			awsapi.Partial("PutParameter", "parameter policies and patterns that look around or back answer 501 NotImplementedException; "+
				"KeyId is kept, and all SecureStrings are encrypted with one key; ids of images are not checked", a.PutParameter),
			awsapi.Partial("GetParameter", public, a.GetParameter),
			awsapi.Partial("GetParameters", public, a.GetParameters),
			awsapi.Partial("GetParametersByPath", public, a.GetParametersByPath),
			awsapi.Works("GetParameterHistory", "the last hundred versions", a.GetParameterHistory),
			awsapi.Partial("DescribeParameters", "requests for parameters shared by other accounts answer 501 NotImplementedException", a.DescribeParameters),
			awsapi.Works("LabelParameterVersion", "a label moves from version to version", a.LabelParameterVersion),
			awsapi.Works("UnlabelParameterVersion", "names the labels that the version does not have", a.UnlabelParameterVersion),
			awsapi.Works("DeleteParameter", "with its versions", a.DeleteParameter),
			awsapi.Works("DeleteParameters", "names those that do not exist", a.DeleteParameters),
			awsapi.Partial("AddTagsToResource", "of parameters", a.AddTagsToResource),
			awsapi.Partial("RemoveTagsFromResource", "of parameters", a.RemoveTagsFromResource),
			awsapi.Partial("ListTagsForResource", "of parameters", a.ListTagsForResource),
		},
	}
}
