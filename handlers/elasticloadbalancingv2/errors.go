package elasticloadbalancingv2

import (
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// invalid has no type in the SDK.
func invalid(format string, args ...any) error {
	return awsapi.Errorf("ValidationError", format, args...)
}

func badConfiguration(format string, args ...any) error {
	return &types.InvalidConfigurationRequestException{Message: awsapi.Textf(format, args...)}
}

func badAction(format string, args ...any) error {
	return &types.InvalidLoadBalancerActionException{Message: awsapi.Textf(format, args...)}
}

func notPermitted(format string, args ...any) error {
	return &types.OperationNotPermittedException{Message: awsapi.Textf(format, args...)}
}

// notBuilt is loud about what would have an effect.
func notBuilt(what string) error {
	return awsapi.NotImplemented("elasticloadbalancing", what+" of Elastic Load Balancing")
}
