package instance

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
)

// Access is what the operations ask.
func Access() awsapi.Rows {
	const (
		instances = "instance/{InstanceIds}"
		template  = "launch-template/{LaunchTemplateId|*}" // of a request that names it by its name, all
	)
	return kit.Access(awsapi.Rows{
		"DescribeInstanceAttribute": awsapi.On("instance/{InstanceId}"),
		"RebootInstances":           awsapi.On(instances),
		"RunInstances": awsapi.Asks(runAccess).May("aws:RequestTag/", "aws:TagKeys", "ec2:CreateAction", "ec2:InstanceType").
			Shows("ec2:RunInstances on what is made, instance/*, and on what is used, image/ID, subnet/ID",
				"ec2:CreateTags on what is tagged, instance/*", "iam:PassRole on the role of the instance profile"),
		"StartInstances":     awsapi.On(instances),
		"StopInstances":      awsapi.On(instances),
		"TerminateInstances": awsapi.On(instances),

		"CancelSpotInstanceRequests": awsapi.On("spot-instances-request/{SpotInstanceRequestIds}"),

		"CreateLaunchTemplate":         kit.Makes(types.ResourceTypeLaunchTemplate),
		"CreateLaunchTemplateVersion":  awsapi.On(template),
		"DeleteLaunchTemplate":         awsapi.On(template),
		"DeleteLaunchTemplateVersions": awsapi.On(template),
		"ModifyLaunchTemplate":         awsapi.On(template),
	}, "DescribeImages", "DescribeInstanceStatus", "DescribeInstanceTypes", "DescribeInstances", "DescribeLaunchTemplateVersions",
		"DescribeLaunchTemplates", "DescribeNetworkInterfaces", "DescribeSpotInstanceRequests")
}
