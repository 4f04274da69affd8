package autoscaling

import (
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// invalid has no type in the SDK.
func invalid(format string, args ...any) error {
	return awsapi.Errorf("ValidationError", format, args...)
}

// Source: field reports.
func noGroup(name string) error {
	return invalid("AutoScalingGroup name not found - AutoScalingGroup '%s' not found", name)
}

func noLaunchConfiguration(name string) error {
	return invalid("Launch configuration name not found - Launch configuration %s not found", name)
}

func noInstance(id string) error {
	return invalid("Instance Id not found - No managed instance found for instance ID: %s", id)
}

func alreadyExists(format string, args ...any) error {
	return &types.AlreadyExistsFault{Message: awsapi.Textf(format, args...)}
}

func inUse(format string, args ...any) error {
	return &types.ResourceInUseFault{Message: awsapi.Textf(format, args...)}
}

// notBuilt is loud about a member that would have an effect.
func notBuilt(what string) error {
	return awsapi.NotImplemented("autoscaling", what+" of EC2 Auto Scaling")
}
