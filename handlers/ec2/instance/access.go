package instance

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Access is what the operations ask.
func (a *API) Access() awsapi.Rows {
	const instances = "instance/{InstanceIds}"
	return kit.Access(awsapi.Rows{
		"DescribeInstanceAttribute": awsapi.On("instance/{InstanceId}"),
		"RebootInstances":           awsapi.On(instances),
		"RunInstances": awsapi.Asks(a.runAccess).May("aws:RequestTag/", "aws:TagKeys", "ec2:CreateAction", "ec2:InstanceType").
			Shows("ec2:RunInstances on what is made, instance/*, and on what is used, image/ID, subnet/ID",
				"ec2:CreateTags on what is tagged, instance/*", "iam:PassRole on the role of the instance profile"),
		"StartInstances":     awsapi.On(instances),
		"StopInstances":      awsapi.On(instances),
		"TerminateInstances": awsapi.On(instances),

		"CancelSpotInstanceRequests": awsapi.On("spot-instances-request/{SpotInstanceRequestIds}"),

		"CreateLaunchTemplate": kit.Makes(types.ResourceTypeLaunchTemplate),
		"CreateLaunchTemplateVersion": onTemplate(a, func(in *sdk.CreateLaunchTemplateVersionInput) (id, name *string) {
			return in.LaunchTemplateId, in.LaunchTemplateName
		}),
		"DeleteLaunchTemplate": onTemplate(a, func(in *sdk.DeleteLaunchTemplateInput) (id, name *string) {
			return in.LaunchTemplateId, in.LaunchTemplateName
		}),
		"DeleteLaunchTemplateVersions": onTemplate(a, func(in *sdk.DeleteLaunchTemplateVersionsInput) (id, name *string) {
			return in.LaunchTemplateId, in.LaunchTemplateName
		}),
		"ModifyLaunchTemplate": onTemplate(a, func(in *sdk.ModifyLaunchTemplateInput) (id, name *string) {
			return in.LaunchTemplateId, in.LaunchTemplateName
		}),
	}, "DescribeImages", "DescribeInstanceStatus", "DescribeInstanceTypes", "DescribeInstances", "DescribeLaunchTemplateVersions",
		"DescribeLaunchTemplates", "DescribeNetworkInterfaces", "DescribeSpotInstanceRequests")
}

// onTemplate is the row of an operation on a launch template, which its request may name by its name.
func onTemplate[In any](a *API, named func(in In) (id, name *string)) awsapi.Row {
	return kit.Found(a.Base, awsapi.On("launch-template/{LaunchTemplateId|*}"), types.ResourceTypeLaunchTemplate,
		func(tx *store.Tx, scope arn.Scope, in In) string {
			id, name := named(in)
			t, err := template(tx, scope, id, name)
			if err != nil {
				return ""
			}
			return t.ID
		})
}
